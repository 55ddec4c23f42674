"""The documents that the graph rests on: all of them, and what each states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request

from ipgraph.namespaces import SOURCE
from ipgraph.server import faces, links, schema_org

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from ipgraph.server.shell import Site

PER_PAGE = 100
SUBJECTS_PER_PAGE = 60
SORTS = ("title", "publisher", "issued", "genre", "authority", "statements")


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the addresses of sources."""

    @blueprint.get("/sources", endpoint="sources")
    def sources() -> ResponseReturnValue:
        return _sources(site)

    @blueprint.get("/source/<path:name>", endpoint="source")
    def source(name: str) -> str:
        return render(site, SOURCE + name)


def _sources(site: Site) -> ResponseReturnValue:
    sort = request.args.get("sort", "title")
    if sort not in SORTS:
        abort(400, f"Sources can be sorted by {', '.join(SORTS)}.")
    text = request.args.get("q", "").strip().casefold()
    documents = [
        each
        for each in site.documents
        if text in f"{each.title} {each.publisher} {each.genre}".casefold()
    ]
    # The latest and the most come first, texts by the alphabet; what is unknown comes last.
    if sort == "statements":
        documents.sort(key=lambda each: -each.statements)
    elif sort == "issued":
        documents.sort(key=lambda each: each.issued or each.as_of, reverse=True)
    elif sort != "title":
        documents.sort(key=lambda each: (not getattr(each, sort), getattr(each, sort).casefold()))
    if faces.wanted() != "html":
        columns = (
            "iri",
            "title",
            "publisher",
            "issued",
            "genre",
            "authority",
            "page",
            "statements",
        )
        return faces.rows(columns, [[getattr(d, name) for name in columns] for d in documents])
    page = links.page_number()
    return site.render(
        "sources.html",
        documents=documents[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(documents),
        sort=sort,
        sorts=[each for each in SORTS if any(getattr(d, each) for d in documents)] or SORTS,
        text=request.args.get("q", ""),
        page_number=page,
        has_next=page * PER_PAGE < len(documents),
    )


def render(site: Site, iri: str) -> str:
    """Render the page of a document; raises `NotFound` where the graph does not mention it."""
    page = links.page_number()
    view = site.describe(iri)
    drawn, has_next = site.kg.sources.drawn(iri, SUBJECTS_PER_PAGE, (page - 1) * SUBJECTS_PER_PAGE)
    document = site.kg.sources.document(iri)
    return site.render(
        "source.html",
        linked=schema_org.of_document(site, document),
        view=view,
        document=document,
        drawn=drawn,
        subjects=[group for group in view.outgoing if group.relation.iri.endswith("/subject")],
        page_number=page,
        has_next=has_next,
    )
