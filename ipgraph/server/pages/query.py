"""The page to ask in SPARQL: a form that works without a script, and its answer as a table."""

from __future__ import annotations

import csv
import io
import time
from typing import TYPE_CHECKING, Protocol

from flask import Response, make_response, request

from ipgraph.errors import (
    HTTP_STATUSES,
    BadQuery,
    IpGraphError,
    LimitReached,
    SizeLimitExceeded,
)
from ipgraph.serialization.xlsx import MEDIA_TYPE, workbook
from ipgraph.server.html.code_samples import samples
from ipgraph.server.html.svg import bars
from ipgraph.server.html.tables import Table, labelled_rows, table
from ipgraph.server.pages import query_builder

if TYPE_CHECKING:
    from flask import Blueprint

    from ipgraph.server.pages.site import Site
    from ipgraph.store import EngineResult

MAX_ROWS = 200
MAX_COUNTED = 100_000
# Rows of a table with labels: each label is looked up.
MAX_LABELLED = 50_000
DOWNLOADS = (("csv", "CSV"), ("json", "JSON"), ("xml", "XML"), ("tsv", "TSV"))
RDF_DOWNLOADS = (("ttl", "Turtle"), ("nt", "N-Triples"), ("jsonld", "JSON-LD"), ("rdf", "RDF/XML"))
EXAMPLE = """PREFIX id: <https://w3id.org/ipgraph/id/>
PREFIX ip: <https://w3id.org/ipgraph/ontology/>
PREFIX org: <http://www.w3.org/ns/org#>

# The units that the Office of Infrastructure Protection is divided into
SELECT ?unit ?kind WHERE {
  ?unit org:unitOf id:ip ;
    a ?kind .
  FILTER(?kind IN (ip:Division, ip:Center))
}
ORDER BY ?kind ?unit
"""
EXAMPLE_OF_ANY = """# What kinds of things are in here, and how many of each?
SELECT ?kind (COUNT(?thing) AS ?things) WHERE {
  ?thing a ?kind .
}
GROUP BY ?kind
ORDER BY DESC(?things)
LIMIT 50
"""


class Run(Protocol):
    """Answers a query text from a stranger, within the limits of the service."""

    def __call__(self, text: str, *, infer: bool) -> EngineResult:
        """Return the answer; raises `BadQuery` and `LimitReached`."""
        ...


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the page; it answers GET, and POST for queries too long for an address."""
    query_builder.register(blueprint, site)

    @blueprint.route("/sparql", methods=["GET", "POST"], endpoint="sparql")
    def sparql() -> Response:
        example = request.args.get("example", "")
        return page(site, request.values.get("query", "") or site.example(example))

    @blueprint.get("/sparql/labels.<suffix>", endpoint="labelled")
    def labelled(suffix: str) -> Response:
        return _labelled(site, suffix)


def _infer() -> bool:
    return request.values.get("infer", "true") != "false"


def page(site: Site, query: str) -> Response:
    """Render the form and, where a query was sent, its answer or what is wrong with it."""
    answer: Table | None = None
    error: IpGraphError | None = None
    began = time.perf_counter()
    if query.strip():
        try:
            answer = table(site.run(query, infer=_infer()), site.entities, MAX_ROWS, MAX_COUNTED)
        except (BadQuery, LimitReached) as found:
            error = found
    elapsed_ms = round((time.perf_counter() - began) * 1000)
    pairs = answer.pairs() if answer else []
    charted = bool(pairs) and request.values.get("view") == "chart"
    classes, relations = site.menus
    endpoint = site.root() + "/sparql"
    body = site.render(
        "sparql.html",
        query=query or (EXAMPLE if site.is_own else EXAMPLE_OF_ANY),
        answer=answer,
        error=error,
        error_heading=_heading(error),
        infer=_infer(),
        elapsed_ms=elapsed_ms,
        can_chart=bool(pairs),
        chart=bars(pairs, ", ".join(answer.columns[:2])) if charted and answer else None,
        downloads=RDF_DOWNLOADS if answer and answer.kind == "graph" else DOWNLOADS,
        endpoint=endpoint,
        samples=samples(endpoint, answer.kind if answer else "rows"),
        classes=classes,
        relations=relations,
        examples=site.examples,
    )
    return make_response(body, HTTP_STATUSES[type(error)] if error else 200)


def _heading(error: IpGraphError | None) -> str:
    """Return the key of the heading above an error."""
    if isinstance(error, LimitReached):
        return "sparql.limited"
    return "sparql.unread" if isinstance(error, BadQuery) else "sparql.refused"


def _labelled(site: Site, suffix: str) -> Response:
    """Answer a query with a label beside each IRI, as CSV or as a workbook."""
    if suffix not in ("csv", "xlsx"):
        return make_response("", 404)
    text = request.args.get("query", "")
    found = table(site.run(text, infer=_infer()), site.entities, MAX_LABELLED, MAX_LABELLED)
    if found.total is None:
        raise SizeLimitExceeded(
            f"The answer has more than {MAX_LABELLED:,} rows, and each label is looked up.",
            limit="rows with labels",
            hint="Add a LIMIT, or take the CSV without labels, which has no such bound.",
        )
    columns, rows = labelled_rows(found, numbers=suffix == "xlsx")
    if suffix == "xlsx":
        response = Response(workbook(columns, rows), content_type=MEDIA_TYPE)
    else:
        out = io.StringIO()
        csv.writer(out).writerows([columns, *rows])
        response = Response(out.getvalue(), content_type="text/csv; charset=utf-8; header=present")
    response.headers["Content-Disposition"] = f'attachment; filename="results.{suffix}"'
    return response
