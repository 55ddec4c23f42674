"""The pages for people, as one blueprint: the home page, the page of a thing, and the errors.

Every further noun has a module of its own beside this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, request

from ipgraph.namespaces import ENTITY, IP
from ipgraph.resources import folder
from ipgraph.server.html import links, schema_org
from ipgraph.server.html.svg import tree
from ipgraph.server.pages import (
    about,
    disagreements,
    entity,
    graph,
    ontology,
    quality,
    query,
    questions,
    report,
    search,
    sectors,
    sources,
    timeline,
    why,
)
from ipgraph.server.pages import site as shell
from ipgraph.server.pages.site import Site

if TYPE_CHECKING:
    from ipgraph.dataset.questions import Question
    from ipgraph.entities.entity import Description
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.http.response import Problem
    from ipgraph.server.pages.query import Run

MODULES = (
    shell,
    about,
    disagreements,
    entity,
    graph,
    ontology,
    quality,
    query,
    questions,
    report,
    search,
    sectors,
    sources,
    timeline,
    why,
)
# The classes whose numbers the home page gives; the documents are counted beside them.
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
# The thing whose picture the home page shows.
CENTRE = ENTITY + "ip"


def blueprint(kg: KnowledgeGraph, run: Run | None = None) -> Blueprint:
    """Return the pages of a graph; `run` answers strangers' query texts within limits."""
    site = Site(kg, run)
    pages = Blueprint("pages", __name__, template_folder=str(folder("web") / "templates"))
    for module in MODULES:
        module.register(pages, site)

    @pages.get("/", endpoint="home")
    def home() -> str:
        centre = _centre(site)
        boxes = entity.arrange(site, centre, alone=True) if centre else None
        return site.render(
            "home.html",
            linked=schema_org.of_dataset(site),
            figures=_figures(site),
            centre=centre,
            picture=tree(boxes, centre.name.label) if centre and boxes else None,
            tree=boxes,
            examples=_examples(site),
            classes=list(site.class_counts.items())[:12],
        )

    return pages


def error_page(site: Site, problem: Problem, reference: str = "") -> Response:
    """Make the page of an error: what happened, and what to do next."""
    asked = _asked() if problem.status in (404, 410) else ""
    body = site.render(
        "error.html",
        status=problem.status,
        type=problem.type,
        detail=problem.detail,
        hint=problem.hint,
        alternates=problem.more.get("alternates"),
        reference=reference,
        asked=asked,
        nearest=site.index.similar(asked) if asked else (),
    )
    return make_response(body, problem.status)


def _asked() -> str:
    """Return in words what an address that leads nowhere seems to have asked for."""
    name = request.args.get("uri", "") or request.path
    last = name.rstrip("/#").rpartition("#")[2].rpartition("/")[2]
    words = " ".join(last.replace("_", " ").replace("-", " ").split())
    return words[: search.MAX_QUERY]


def _figures(site: Site) -> list[tuple[str, str, int]]:
    """Return where each list is, the key of its words, and how many there are."""
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
    """Return some questions to start with, in their order here."""
    if not site.is_own:
        return []
    known = {each.name: each for each in site.kg.questions}
    return [known[name] for name in STARTS if name in known]


def _centre(site: Site) -> Description | None:
    """Describe the office that the project's graph is about; any other graph has none."""
    return site.describe(CENTRE) if site.is_own else None
