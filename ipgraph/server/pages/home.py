"""The home page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ipgraph.namespaces import ENTITY, IP
from ipgraph.server.api import dataset_description
from ipgraph.server.html import links, schema_org
from ipgraph.server.html.svg import tree
from ipgraph.server.http.negotiation import HTML, RDF_OFFERS
from ipgraph.server.http.routes import Routes
from ipgraph.server.pages import developer_section, entity, page_queries
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
# The classes that the home page counts, in addition to the documents.
FIGURES = (
    (IP + "Organization", "organizations"),
    (IP + "Undertaking", "programs"),
    (IP + "Sector", "sectors"),
)
STARTS = (
    "divisions-of",
    "agency-of-sector-in-a-year",
    "heads-of",
    "sectors-claimed-and-named",
    "successors-of",
    "disagreements",
)
MAX_CLASSES = 12
# The entity of the home page's picture.
CENTER = ENTITY + "ip"


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
        intro=_intro(site),
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


def _intro(site: Site) -> str:
    words = site.words()
    if site.is_own:
        return words("home.intro")
    return site.kg.description or words("home.intro_any")


def _classes(site: Site) -> list[tuple[Name, int]]:
    """Return the largest classes of a graph that is not the project's, with their sizes."""
    if site.is_own:
        return []
    counts = list(site.class_counts.items())[:MAX_CLASSES]
    return [(site.entities.labels.name(iri), count) for iri, count in counts]


def _figures(site: Site) -> list[tuple[str, str, int]]:
    """Return the URL, the text key and the number of entries of each list."""
    counts = site.class_counts
    found = [(links.page(iri), key, counts[iri]) for iri, key in FIGURES if counts.get(iri)]
    counted = site.manifest.get("counts")
    if not site.is_own and counted:
        found += [
            (links.address("/sources"), "statements", counted["stated"]),
            (links.address("/browse"), "kinds", len(site.index.kinds())),
        ]
        if len(counted["graphs"]) > 1:
            found.append((links.address("/sources"), "graphs", len(counted["graphs"])))
    elif site.is_own:
        found.append((links.address("/sources"), "sources", len(site.documents)))
    return found


def _examples(site: Site) -> list[Question]:
    """Return the questions of `STARTS`."""
    if not site.is_own:
        return []
    known = {question.name: question for question in site.kg.questions}
    return [known[name] for name in STARTS if name in known]


def _center(site: Site) -> Description | None:
    """Describe the office that the project's graph is about; None for other graphs."""
    return site.describe(CENTER) if site.is_own else None
