"""The documents that the graph rests on: all of them, and what each states."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import abort, request

from ipgraph.namespaces import SOURCE
from ipgraph.server.html import links, schema_org
from ipgraph.server.pages import list_formats

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from ipgraph.entities.bibliography import Source
    from ipgraph.server.pages.site import Site

PER_PAGE = 100
SUBJECTS_PER_PAGE = 60
SORTS = ("title", "publisher", "issued", "genre", "authority", "statements")

COLUMNS = ("iri", "title", "publisher", "issued", "genre", "authority", "page", "statements")
FACETS = ("authority", "genre")
MAX_FACETS = 12


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the addresses of sources."""

    @blueprint.get("/sources", endpoint="sources")
    def sources() -> ResponseReturnValue:
        return _sources(site)

    @blueprint.get("/source/<path:name>", endpoint="source")
    def source(name: str) -> str:
        return render(site, SOURCE + name)


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
    if list_formats.wanted() != "html":
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
        linked=schema_org.of_document(site, document),
        view=view,
        document=document,
        statements=subjects,
        subjects=[group for group in view.outgoing if group.relation.iri.endswith("/subject")],
        page_number=page,
        has_next=has_next,
    )
