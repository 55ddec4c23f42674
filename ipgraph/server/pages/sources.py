"""The documents that the graph rests on: all of them, and what each states."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import abort

from ipgraph.namespaces import SOURCE
from ipgraph.server.api.linked_data import DOCUMENT_OFFERS, page_links
from ipgraph.server.api.linked_data import document as write_document
from ipgraph.server.context import request
from ipgraph.server.html import links, schema_org
from ipgraph.server.http.negotiation import HTML, LIST_OFFERS
from ipgraph.server.http.routes import NAME, PAGE, SEARCH_TEXT, Parameter, Routes, one_of
from ipgraph.server.pages import list_formats
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.entities.bibliography import Source
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

PER_PAGE = 100
SUBJECTS_PER_PAGE = 60
SORTS = ("title", "publisher", "issued", "genre", "authority", "statements")

COLUMNS = ("iri", "title", "publisher", "issued", "genre", "authority", "page", "statements")
FACETS = ("authority", "genre")
MAX_FACETS = 12


routes = Routes()


@routes.add(
    "/sources",
    summary="The documents",
    offers=LIST_OFFERS,
    parameters=(
        SEARCH_TEXT,
        Parameter("authority", "of this authority only: primary, secondary or tertiary"),
        Parameter("genre", "of this kind only"),
        Parameter("sort", "the order", one_of(*SORTS)),
        PAGE,
    ),
    menu=8,
    is_in_sitemap=True,
)
def sources(request: Request) -> ResponseReturnValue:
    """List the documents."""
    return _sources(site_of(request))


@routes.add(
    "/source/<path:name>",
    summary="A source and what it states",
    offers=DOCUMENT_OFFERS,
    parameters=(NAME, PAGE),
)
def source(request: Request, name: str) -> ResponseReturnValue:
    """Show a source, or write what it states."""
    path = f"source/{name}"
    if request.choice is not None and request.choice.name != HTML.name:
        return write_document(request, path, request.choice)
    return render(site_of(request), SOURCE + name), list(page_links(request, path))


@dataclass(frozen=True, slots=True)
class Facet:
    """One value by which a list can be narrowed, and how many documents it leaves."""

    value: str
    count: int
    chosen: bool


def _sources(site: Site) -> ResponseReturnValue:
    sort = request.args.get("sort", "title")
    if sort not in SORTS:
        abort(400, f"Sources can be sorted by {', '.join(SORTS)}.")
    chosen = {name: request.args.get(name, "") for name in FACETS}
    documents = _ordered([each for each in _with_text(site) if _fits(each, chosen)], sort)
    if request.format != "html":
        return list_formats.rows(
            COLUMNS, [[getattr(d, name) for name in COLUMNS] for d in documents]
        )
    page = links.page_number()
    return site.render(
        "sources.html",
        documents=documents[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(documents),
        sort=sort,
        sorts=[each for each in SORTS if any(getattr(d, each) for d in documents)] or SORTS,
        facets={name: _facets(site, name, chosen) for name in FACETS},
        chosen={name: value for name, value in chosen.items() if value},
        text=request.args.get("q", "").strip(),
        page_number=page,
        has_next=page * PER_PAGE < len(documents),
    )


def _with_text(site: Site) -> list[Source]:
    text = request.args.get("q", "").strip().casefold()
    return [d for d in site.documents if text in f"{d.title} {d.publisher} {d.genre}".casefold()]


def _fits(document: Source, chosen: dict[str, str], but: str = "") -> bool:
    return all(
        not value or name == but or getattr(document, name) == value
        for name, value in chosen.items()
    )


def _facets(site: Site, name: str, chosen: dict[str, str]) -> list[Facet]:
    """Count the values of one facet among what the others leave, most first."""
    counts = Counter(getattr(d, name) for d in _with_text(site) if _fits(d, chosen, but=name))
    counts.pop("", None)
    return [Facet(value, n, value == chosen[name]) for value, n in counts.most_common(MAX_FACETS)]


def _ordered(documents: list[Source], sort: str) -> list[Source]:
    """Put the latest and the most first, texts by the alphabet, and what is unknown last."""
    if sort == "statements":
        return sorted(documents, key=lambda each: -each.statements)
    if sort == "issued":
        return sorted(documents, key=lambda each: each.issued or each.as_of, reverse=True)
    if sort == "title":
        return documents
    return sorted(documents, key=lambda d: (not getattr(d, sort), getattr(d, sort).casefold()))


def render(site: Site, iri: str) -> str:
    """Render the page of a document; raises `NotFound` where the graph does not mention it."""
    page = links.page_number()
    view = site.describe(iri)
    offset = (page - 1) * SUBJECTS_PER_PAGE
    subjects, has_next = site.kg.sources.statements_of(iri, SUBJECTS_PER_PAGE, offset)
    document = site.kg.sources.source(iri)
    return site.render(
        "source.html",
        linked=schema_org.of_document(site.root(), document),
        view=view,
        document=document,
        statements=subjects,
        subjects=[group for group in view.outgoing if group.relation.iri.endswith("/subject")],
        page_number=page,
        has_next=has_next,
    )
