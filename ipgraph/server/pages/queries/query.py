"""The query page: a form that works without JavaScript, and the result as a table."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import make_response

from ipgraph.errors import (
    HTTP_STATUSES,
    BadQuery,
    IpGraphError,
    LimitReached,
    NotAcceptable,
    Refused,
    SizeLimitExceeded,
)
from ipgraph.serialization import spreadsheets
from ipgraph.serialization.xlsx import MEDIA_TYPE, workbook
from ipgraph.server.api import protocol, query_hints
from ipgraph.server.api import sparql as sparql_endpoint
from ipgraph.server.html import links
from ipgraph.server.html.code_samples import samples
from ipgraph.server.html.svg import bars
from ipgraph.server.html.tables import Table, labeled_rows, table
from ipgraph.server.http.negotiation import ANYTHING, CSV, Offer
from ipgraph.server.http.response import NO_STORE, HttpError, Response
from ipgraph.server.http.routes import INFER, QUERY, Parameter, Routes, one_of
from ipgraph.server.pages.queries import query_builder, questions
from ipgraph.server.pages.site import site_of
from ipgraph.sparql.hints import Hints
from ipgraph.sparql.query import Query

if TYPE_CHECKING:
    from flask import Response as FlaskResponse

    from ipgraph.errors import Place
    from ipgraph.server.api.protocol import QueryRequest
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

_WORKBOOK = Offer("xlsx", MEDIA_TYPE)
MAX_ROWS = 200
MAX_COUNTED = 100_000
# Rows of a table with labels: each label is looked up.
MAX_LABELED = 50_000
DOWNLOADS = (("csv", "CSV"), ("json", "JSON"), ("xml", "XML"), ("tsv", "TSV"))
RDF_DOWNLOADS = (("ttl", "Turtle"), ("nt", "N-Triples"), ("jsonld", "JSON-LD"), ("rdf", "RDF/XML"))
EXAMPLE = """# The classes of this graph, and how many instances each one has
SELECT ?kind (COUNT(?entity) AS ?entities) WHERE {
  ?entity a ?kind .
}
GROUP BY ?kind
ORDER BY DESC(?entities)
LIMIT 50
"""


routes = Routes()


@dataclass(frozen=True, slots=True)
class Notice:
    """Why a query failed; `place` is the position of a syntax error."""

    title: str
    message: str
    text: str
    hint: str
    advice: str
    place: Place | None


@routes.add(
    *sparql_endpoint.PATHS,
    summary="Ask in SPARQL; without a query the description of the endpoint",
    methods=("GET", "POST", "QUERY"),
    offers=ANYTHING,
    parameters=protocol.PARAMETERS,
    bodies=(protocol.QUERY,),
    negotiates=False,
    is_cached=False,
    menu=6,
    disallowed=("/sparql?query=", "/query"),
)
def sparql(request: Request) -> FlaskResponse:
    """Answer a program, or show the page with the editor and the result."""
    return sparql_endpoint.respond(request) or page(request, request.once(protocol.read))


@routes.add(
    "/sparql/labels.<any(csv, xlsx):suffix>",
    summary="A query result with a label next to each IRI",
    offers=(CSV, _WORKBOOK),
    parameters=(Parameter("suffix", "the format", one_of("csv", "xlsx")), QUERY.required(), INFER),
    negotiates=False,
    is_cached=False,
)
def labeled(request: Request, suffix: str) -> Response:
    """Send the result of a query with a label next to each IRI."""
    return _labeled(request, request.once(protocol.read), suffix)


def _first_query(site: Site) -> str:
    """Return the query that the editor opens with: the first question of the dataset file."""
    start = site.kg.config.questions.start
    return questions.example(site, start[0]) if start and site.kg.questions else EXAMPLE


def page(request: Request, query_request: QueryRequest) -> FlaskResponse:
    """Show the form and, if a query was sent, its result or error."""
    site = site_of(request)
    answer: Table | None = None
    hints = Hints()
    error: IpGraphError | None = None
    query = query_request.text or questions.example(site, request.args.get("example", ""))
    began = time.perf_counter()
    if query.strip():
        try:
            result = sparql_endpoint.rows(request, query_request._replace(text=query))
            answer = table(result, site.entities, MAX_ROWS, MAX_COUNTED)
            if not answer.counted and answer.truth is None:
                prefixes = request.edition.inspect(query).assumed
                asked = Query(query, prefixes=prefixes)
                hints = query_hints.of_query(request.edition, asked, scans=True)
        except (BadQuery, LimitReached, NotAcceptable, Refused) as found:
            error = found
    elapsed_ms = round((time.perf_counter() - began) * 1000)
    pairs = answer.pairs() if answer else []
    charted = bool(pairs) and request.args.get("view") == "chart"
    classes, relations = site.once_per_language(query_builder.choices)
    endpoint = site.root() + "/sparql"
    body = site.render(
        "sparql.html",
        query=query or _first_query(site),
        answer=answer,
        heading=_heading(site, answer) if answer else "",
        hints=_sentences(site, hints),
        corrected=links.address("/sparql", query=hints.query) if hints.query else "",
        is_cut=answer is not None and len(answer.rows) < answer.counted,
        notice=_notice(site, error) if error else None,
        infer=query_request.infer,
        infers_by_default=site.settings.infer,
        elapsed_ms=elapsed_ms,
        can_chart=bool(pairs),
        chart=bars(pairs, ", ".join(answer.columns[:2])) if charted and answer else None,
        downloads=_downloads(site, query, answer, infer=query_request.infer) if answer else (),
        seconds=int(site.kg.settings.query_time_limit_s),
        shared=f"{endpoint}?query={quote(query)}",
        samples=samples(endpoint, answer.kind if answer else "rows"),
        classes=classes,
        relations=relations,
        examples=questions.examples(site),
    )
    response = make_response(body, HTTP_STATUSES[type(error)] if error else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _heading(site: Site, answer: Table) -> str:
    words = site.words()
    if answer.truth is not None:
        return f"{words('sparql.answer')}: {words('sparql.yes' if answer.truth else 'sparql.no')}"
    if len(answer.rows) == answer.counted:
        return words("sparql.results", n=answer.counted)
    key = "sparql.first" if answer.total is not None else "sparql.first_many"
    return words(key, shown=len(answer.rows), n=answer.counted)


def _sentences(site: Site, found: Hints) -> list[str]:
    """Return the hints in the language of the page."""
    words = site.words()
    return [
        words(f"sparql.hint_{hint.kind}", term=hint.term, found=hint.found)
        + (
            " " + words("sparql.hint_nearest", found=hint.found)
            if hint.found and hint.kind == query_hints.TERM
            else ""
        )
        for hint in found.items
    ]


def _notice(site: Site, error: IpGraphError) -> Notice:
    words, message = site.words(), str(error)
    if isinstance(error, LimitReached):
        return Notice(
            words("sparql.limited"), message, message, error.hint, words("sparql.narrow"), None
        )
    text, place = message, error.place
    if place:
        where = words("sparql.place", line=str(place.line), column=str(place.column))
        text = f"{where} {message}"
    title = "sparql.unread" if isinstance(error, BadQuery) else "sparql.refused"
    return Notice(words(title), message, text, error.hint, "", place)


def _downloads(site: Site, query: str, answer: Table, *, infer: bool) -> list[tuple[str, str]]:
    """Return the labels and URLs of the result in other formats."""
    inference = None if infer else "false"
    found = [
        (label, links.address("/sparql", query=query, format=name, infer=inference))
        for name, label in (RDF_DOWNLOADS if answer.kind == "graph" else DOWNLOADS)
    ]
    if answer.kind == "rows":
        csv_label = site.words()("sparql.csv_labels")
        found += [
            (label, links.address(f"/sparql/labels.{suffix}", query=query, infer=inference))
            for label, suffix in ((csv_label, "csv"), ("Excel", "xlsx"))
        ]
    return found


def _labeled(request: Request, query_request: QueryRequest, suffix: str) -> Response:
    """Return a result with a label next to each IRI, as CSV or as a workbook."""
    site = site_of(request)
    if query_request.text is None:
        raise HttpError(400, "The request contains no query.", hint="Send the parameter query.")
    result = sparql_endpoint.rows(request, query_request)
    found = table(result, site.entities, MAX_LABELED, MAX_LABELED)
    if found.total is None:
        raise SizeLimitExceeded(
            f"The answer has more than {MAX_LABELED:,} rows, and each label is looked up.",
            limit="rows with labels",
            hint="Add a LIMIT, or use CSV without labels, which has no such limit.",
        )
    columns, rows = labeled_rows(found, numbers=suffix == "xlsx")
    if suffix == "xlsx":
        body, offer = workbook(columns, rows), _WORKBOOK
    else:
        out = io.StringIO()
        spreadsheets.write_csv(out, [columns, *rows])
        body, offer = out.getvalue().encode(), CSV
    disposition = ("Content-Disposition", f'attachment; filename="results.{suffix}"')
    return Response.of((("Content-Type", offer.content_type), disposition, NO_STORE), body)
