"""The home page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ipgraph.search.vocabulary import content
from ipgraph.server.api import dataset_description
from ipgraph.server.html import links, schema_org
from ipgraph.server.html.svg import tree
from ipgraph.server.html.translations import plural
from ipgraph.server.http.negotiation import HTML, RDF_OFFERS
from ipgraph.server.http.routes import Routes
from ipgraph.server.pages import developer_section, page_queries
from ipgraph.server.pages.entities import entity
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.dataset.questions import Question
    from ipgraph.entities.entity import Description
    from ipgraph.entities.labels import Name
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

# A client gets RDF only if it names an RDF format; for */* it gets the page.
OFFERS = (*(replace(offer, only_if_named=True) for offer in RDF_OFFERS), HTML)
MAX_CLASSES = 12
MAX_STARTS = 5


routes = Routes()


@routes.add(
    "/",
    summary="The home page. As RDF: the description of the dataset",
    offers=OFFERS,
    is_in_sitemap=True,
)
def home(request: Request) -> ResponseReturnValue:
    """Show the home page, or send the description of the dataset."""
    if request.choice is not None and request.choice.name != HTML.name:
        return dataset_description.rdf(request, request.choice)
    site = site_of(request)
    center = _center(site)
    boxes = entity.arrange(site, center, alone=True) if center else None
    files = dataset_description.edition_files(request.edition, site.root())
    return site.render(
        "home.html",
        linked=schema_org.of_dataset(request.edition, site.root(), files),
        figures=_figures(site),
        center=center,
        picture=tree(boxes, center.name.label) if center and boxes else None,
        tree=boxes,
        examples=_examples(site),
        heading=site.choose(site.kg.config.home.title) or site.title,
        intro=site.description or site.words()("home.intro_any"),
        counts=site.manifest.get("counts"),
        classes=_classes(site),
        developers=developer_section.of_address(
            site,
            links.address("/"),
            accept="application/ld+json",
            formats=(
                ("VoID (Turtle)", links.address("/void.ttl")),
                ("DCAT (Turtle)", links.address("/dcat.ttl")),
            ),
            sparql=page_queries.query("home"),
        ),
    )


def _classes(site: Site) -> list[tuple[Name, int]]:
    """Return the largest classes, with their sizes, of a dataset without figures of its own."""
    if site.kg.config.home.figures:
        return []
    counts = content(site.class_counts.items())[:MAX_CLASSES]
    return [(site.entities.labels.name(iri), count) for iri, count in counts]


def _figures(site: Site) -> list[tuple[str, str, int]]:
    """Return the URL, the name and the number of entries of each list."""
    words, counts = site.words(), site.class_counts
    chosen = site.kg.config.home.figures
    found = [
        (links.page(iri), _plural(site, iri), counts[iri]) for iri in chosen if counts.get(iri)
    ]
    counted = site.manifest.get("counts")
    if chosen:
        found.append((links.address("/sources"), words("home.sources"), len(site.documents)))
    elif counted:
        found += [
            (links.address("/sources"), words("home.statements"), counted["stated"]),
            (links.address("/browse"), words("home.kinds"), len(site.index.kinds())),
        ]
        if len(counted["graphs"]) > 1:
            graphs = len(counted["graphs"])
            found.append((links.address("/sources"), words("home.graphs"), graphs))
    return found


def _plural(site: Site, iri: str) -> str:
    """Return the name of the instances of a class: that of a kind of this class alone, if any."""
    for _, label, classes in site.kinds:
        if classes == (iri,):
            text = site.choose(label)
            return text[:1].lower() + text[1:]
    return plural(site.entities.labels.name(iri).label)


def _examples(site: Site) -> list[Question]:
    """Return the questions to begin with."""
    known = {question.name: question for question in site.kg.questions}
    names = site.kg.config.questions.start or [*known][:MAX_STARTS]
    return [known[name] for name in names if name in known]


def _center(site: Site) -> Description | None:
    """Describe the thing to begin with; None if the dataset file names none."""
    start = site.kg.config.start
    return site.describe(start) if start and site.entities.exists(start) else None
