"""The page to ask in SPARQL: a form that works without a script, and its answer as a table."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from flask import Response, make_response, request

from ipgraph.errors import HTTP_STATUSES, BadQuery, IpGraphError, LimitReached
from ipgraph.server.pictures import bars
from ipgraph.server.tables import Table, table

if TYPE_CHECKING:
    from flask import Blueprint

    from ipgraph.server.shell import Site
    from ipgraph.store import Result

MAX_ROWS = 200
MAX_COUNTED = 100_000
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

    def __call__(self, text: str, *, infer: bool) -> Result:
        """Return the answer; raises `BadQuery` and `LimitReached`."""
        ...


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the page; it answers GET, and POST for queries too long for an address."""

    @blueprint.route("/sparql", methods=["GET", "POST"], endpoint="sparql")
    def sparql() -> Response:
        return page(site, request.values.get("query", ""))


def page(site: Site, query: str) -> Response:
    """Render the form and, where a query was sent, its answer or what is wrong with it."""
    answer: Table | None = None
    error: IpGraphError | None = None
    infer = request.values.get("infer", "true") != "false"
    began = time.perf_counter()
    if query.strip():
        try:
            answer = table(site.run(query, infer=infer), site.entities, MAX_ROWS, MAX_COUNTED)
        except (BadQuery, LimitReached) as found:
            error = found
    elapsed_ms = round((time.perf_counter() - began) * 1000)
    charted = answer is not None and request.values.get("view") == "chart"
    pairs = answer.pairs() if answer else []
    body = site.render(
        "sparql.html",
        query=query or (EXAMPLE if site.is_own else EXAMPLE_OF_ANY),
        asked=bool(query.strip()),
        answer=answer,
        error=error,
        infer=infer,
        elapsed_ms=elapsed_ms,
        can_chart=bool(pairs),
        chart=bars(pairs, ", ".join(answer.columns[:2])) if charted and answer and pairs else None,
        max_rows=MAX_ROWS,
        downloads=RDF_DOWNLOADS if answer and answer.turtle else DOWNLOADS,
    )
    return make_response(body, HTTP_STATUSES[type(error)] if error else 200)
