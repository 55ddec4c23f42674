"""The pages of the source documents and their statements."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import abort

from ipgraph.search.folding import MAX_TEXT_CHARS
from ipgraph.server.api import linked_data
from ipgraph.server.api.linked_data import DOCUMENT_OFFERS, page_links, source_document
from ipgraph.server.context import request
from ipgraph.server.edition import has_sources
from ipgraph.server.html import code_samples, links, schema_org
from ipgraph.server.http.negotiation import HTML, LIST_OFFERS
from ipgraph.server.http.response import HttpError
from ipgraph.server.http.routes import NAME, PAGE, SEARCH_TEXT, URI, Parameter, Routes, one_of
from ipgraph.server.pages import developer_section, list_formats, page_queries
from ipgraph.server.pages.entities import entity
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.labels import Name
    from ipgraph.entities.sources import SubjectStatements
    from ipgraph.entities.statements import Value
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

PER_PAGE = 100
SUBJECTS_PER_PAGE = 60
SORTS = ("title", "publisher", "issued", "genre", "authority", "statements")

COLUMNS = ("iri", "title", "publisher", "issued", "genre", "authority", "page", "statements")
DESCENDING = ("issued", "statements")
FACETS = ("authority", "genre")
MAX_FACETS = 12
# The metadata fields on the page of a document, in order.
FIELDS = ("publisher", "issued", "as_of", "genre", "authority")


routes = Routes()


@routes.add(
    "/sources",
    summary="The source documents",
    offers=LIST_OFFERS,
    parameters=(
        SEARCH_TEXT,
        Parameter("authority", "only this authority: primary, secondary or tertiary"),
        Parameter("genre", "only this genre"),
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
    summary="A source and its statements",
    offers=DOCUMENT_OFFERS,
    parameters=(NAME, PAGE),
    needs=has_sources,
)
def source(request: Request, name: str) -> ResponseReturnValue:
    """Show a source, or send its statements as RDF."""
    path = f"source/{name}"
    if request.choice is not None and request.choice.name != HTML.name:
        return source_document(request, name, request.choice)
    iri = request.edition.kg.config.iris.sources + name
    return render(site_of(request), iri), list(page_links(request, path))


@routes.add(
    "/source",
    summary="The statements of a named graph with any IRI",
    offers=DOCUMENT_OFFERS,
    parameters=(URI.required(), PAGE),
)
def source_of(request: Request) -> ResponseReturnValue:
    """Show the statements of a named graph, or send them as RDF."""
    iri = request.args.get("uri", "")
    if not iri:
        raise HttpError(400, "The parameter uri is missing. It takes the IRI of a named graph.")
    if request.choice is not None and request.choice.name != HTML.name:
        return linked_data.graph(request, iri, request.choice)
    linked_data.require_graph(request.edition, iri)
    return render(site_of(request), iri)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its field, its heading, and the direction of sorting."""

    key: str
    heading: str
    direction: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that filters the list, with the number of documents."""

    value: str
    count: int
    chosen: bool


def _sources(site: Site) -> ResponseReturnValue:
    sort = request.args.get("sort", "title")
    if sort not in SORTS:
        abort(400, f"Sources can be sorted by {', '.join(SORTS)}.")
    chosen = {name: request.args.get(name, "") for name in FACETS}
    documents = _ordered([item for item in _with_text(site) if _fits(item, chosen)], sort)
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
        columns=_columns(site, documents, sort),
        summary=_summary(site, len(documents), chosen, sort),
        facets=[
            (name, facets)
            for name in FACETS
            if len(facets := _facets(site, name, chosen)) > 1 or chosen[name]
        ],
        chosen={name: value for name, value in chosen.items() if value},
        text=_text(),
        page_number=page,
        has_next=page * PER_PAGE < len(documents),
        developers=developer_section.of_list(site, sparql=page_queries.query("sources")),
    )


def _columns(site: Site, documents: list[Source], sort: str) -> list[Column]:
    """Return the columns in which at least one document has a value."""
    words = site.words()
    keys = [key for key in SORTS if any(getattr(d, key) for d in documents)] or SORTS
    return [
        Column(
            key,
            words("sources.column_title" if key == "title" else f"sources.{key}"),
            "descending" if key in DESCENDING else "ascending",
            key == sort,
        )
        for key in keys
    ]


def _summary(site: Site, total: int, chosen: dict[str, str], sort: str) -> str:
    """Return a sentence about the filter and the order of the list."""
    words = site.words()
    parts = [words("sources.sentence" if site.has_documents else "sources.count_any", n=total)]
    parts += [words(f"sources.of_{name}", value=value) for name, value in chosen.items() if value]
    text = _text()
    if text:
        parts.append(words("sources.with_text", value=text))
    sentence = " ".join(parts)
    if sort != "title":
        sentence += ", " + words("sources.sorted", value=words(f"sources.{sort}").lower())
    return sentence + "."


def _text() -> str:
    return request.args.get("q", "").strip()[:MAX_TEXT_CHARS]


def _with_text(site: Site) -> list[Source]:
    text = _text().casefold()
    return [d for d in site.documents if text in f"{d.title} {d.publisher} {d.genre}".casefold()]


def _fits(document: Source, chosen: dict[str, str], but: str = "") -> bool:
    return all(
        not value or name == but or getattr(document, name) == value
        for name, value in chosen.items()
    )


def _facets(site: Site, name: str, chosen: dict[str, str]) -> list[Facet]:
    """Count the values of one facet among the documents that match the others, most first."""
    counts = Counter(getattr(d, name) for d in _with_text(site) if _fits(d, chosen, but=name))
    counts.pop("", None)
    return [Facet(value, n, value == chosen[name]) for value, n in counts.most_common(MAX_FACETS)]


def _ordered(documents: list[Source], sort: str) -> list[Source]:
    """Sort dates and numbers in descending order, texts alphabetically, unknown values last."""
    if sort == "statements":
        return sorted(documents, key=lambda item: -item.statements)
    if sort == "issued":
        return sorted(documents, key=lambda item: item.issued or item.as_of, reverse=True)
    if sort == "title":
        return documents
    return sorted(documents, key=lambda d: (not getattr(d, sort), getattr(d, sort).casefold()))


def render(site: Site, iri: str) -> str:
    """Render the page of a document; raises `NotFound` if the graph does not mention it."""
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
        statements=[(item, _below_heading(item)) for item in subjects],
        fields=[(key, getattr(document, key)) for key in FIELDS if getattr(document, key)],
        formats=entity.FORMATS,
        developers_card=developer_section.of_address(
            site,
            links.data(iri, "ttl"),
            python=code_samples.PRINT_TRIPLES,
            sparql=page_queries.query("source", entity=iri),
        ),
        page_number=page,
        has_next=has_next,
    )


def _below_heading(subject: SubjectStatements) -> list[tuple[Name, tuple[Value, ...]]]:
    """Return the statements about a subject, without the label that is their heading."""
    if subject.subject is None:
        return [*subject.relations]
    return [
        (name, values)
        for name, values in subject.relations
        if not name.iri.endswith("#label") or [v.text for v in values] != [subject.subject.label]
    ]
