"""The SPARQL endpoint for programs: SPARQL 1.1 Protocol in, bytes of the engine out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import NotAcceptable
from ipgraph.serialization.formats import FORMATS, by_name
from ipgraph.server import jobs
from ipgraph.server.api import protocol, service_description, unknown_terms
from ipgraph.server.http import representations
from ipgraph.server.http.negotiation import (
    ASK_OFFERS,
    GRAPH_OFFERS,
    HTML,
    RDF_OFFERS,
    SELECT_OFFERS,
    Choice,
    Offer,
    choose,
    of_format,
)
from ipgraph.server.http.response import NO_STORE, HttpError, Response
from ipgraph.sparql.query import Query

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ipgraph.serialization.formats import Format
    from ipgraph.server.api.protocol import Asked
    from ipgraph.server.context import Request
    from ipgraph.sparql.guard import Inspection
    from ipgraph.store import EngineResult
    from ipgraph.workers.pool import ResultStream
    from ipgraph.workers.run import Run

PATHS = ("/sparql", "/sparql/", "/query", "/query/")
OFFERS = {"SELECT": SELECT_OFFERS, "ASK": ASK_OFFERS}
ANYTHING = (*(of_format(form) for form in FORMATS), HTML)
_DESCRIPTION_OFFERS = (*RDF_OFFERS, HTML)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that is ready to be sent to a worker, and how its result is to be written."""

    query: Query
    form: Format
    time_limit_s: float | None
    found: Inspection
    choice: Choice
    key: Hashable


def respond(request: Request) -> Response | None:
    """Answer a request to the endpoint; None where a page is wanted."""
    if request.continuation is not None:
        return request.continuation()
    prepared = prepare(request)
    if not isinstance(prepared, Prepared):
        return prepared
    answering = _answer(request, prepared.query, prepared.form, prepared.time_limit_s)
    return finish(request, prepared, answering)


def prepare(request: Request) -> Prepared | Response | None:
    """Read a request up to where a worker is needed.

    Return the response where none is needed, and None where a page is wanted.
    """
    request.route = PATHS[0]
    asked = request.once(protocol.read)
    if asked.text is None:
        return _without_query(request, asked)
    request.notes["query"] = asked.text
    if _wants_page(request, asked):
        return None
    found: Inspection = request.service.inspect(asked.text)
    choice = _chosen(request, asked, OFFERS.get(found.form, GRAPH_OFFERS))
    if choice.name == HTML.name:
        return None
    root = request.script_root
    key = (root, asked.text, asked.infer, asked.default_graphs, asked.named_graphs, choice)
    if not found.volatile:
        cached = request.lookup.by_key(key)
        if cached is not None:
            request.notes["cache"] = "hit"
            return cached
    return Prepared(_query(asked), by_name(choice.name), asked.time_limit_s, found, choice, key)


def resume(request: Request, prepared: Prepared, run: Run) -> Response:
    """Answer with the result of a query that was started already."""
    return finish(request, prepared, request.service.pool.resume(run))


def finish(request: Request, prepared: Prepared, answering: ResultStream) -> Response:
    """Write a result that is coming, or is here."""
    found, choice, root = prepared.found, prepared.choice, request.script_root
    request.notes["worker_ms"] = round(answering.elapsed_ms, 2)
    link = f'<{root}/void.ttl>; rel="describedby", <{root}/sparql>; rel="service-desc"'
    headers = [("Content-Type", choice.content_type), ("Vary", "Accept"), ("Link", link)]
    whole = answering.body
    if whole is None:
        return jobs.stream(request, tuple(headers), answering)
    headers += unknown_terms.headers(request.edition, found, choice.name, whole)
    if found.volatile:
        return Response.of((*headers, NO_STORE), whole)
    response = Response.of(headers, whole)
    return request.lookup.store(
        prepared.key, response, query=prepared.query.text, route=request.route
    )


def _answer(
    request: Request, query: Query, form: Format, time_limit_s: float | None
) -> ResultStream:
    """Query the endpoints of SERVICE first, where there are any, then a worker."""
    service, is_connected = request.service, request.is_connected
    found = service.inspect(query.text)
    if found.services:
        query, time_limit_s = service.federation.resolve_services(
            query, found, time_limit_s, is_connected
        )
    return service.pool.execute(query, form, time_limit_s=time_limit_s, is_connected=is_connected)


def _query(asked: Asked) -> Query:
    return Query(
        text=asked.text or "",
        infer=asked.infer,
        default_graphs=_checked(asked.default_graphs, "default-graph-uri"),
        named_graphs=_checked(asked.named_graphs, "named-graph-uri"),
    )


def rows(request: Request, asked: Asked) -> EngineResult:
    """Answer a query for a page; the rows are read from the worker as the page reads them."""
    request.notes["query"] = asked.text
    found: Inspection = request.service.inspect(asked.text or "")
    name = "json" if found.form in OFFERS else "nt"
    source = _Source(_answer(request, _query(asked), by_name(name), asked.time_limit_s))
    if name == "json":
        return ox.parse_query_results(source, format=ox.QueryResultsFormat.JSON)  # type: ignore[arg-type]
    quads = ox.parse(source, format=ox.RdfFormat.N_TRIPLES)  # type: ignore[arg-type]
    return (quad.triple for quad in quads)  # type: ignore[return-value]


def _without_query(request: Request, asked: Asked) -> Response | None:
    choice = _chosen(request, asked, _DESCRIPTION_OFFERS)
    if choice.name == HTML.name:
        return None
    return service_description.service(request, choice)


def _wants_page(request: Request, asked: Asked) -> bool:
    if asked.format:
        return asked.format == HTML.name
    best = choose(request.accept, ANYTHING)
    return best is not None and best.name == HTML.name


def _chosen(request: Request, asked: Asked, offers: tuple[Offer, ...]) -> Choice:
    if not asked.format:
        return representations.require(request, offers)
    for offer in offers:
        if offer.name == asked.format:
            return offer.choice
    raise NotAcceptable(
        f"There is no {asked.format} of such an answer.",
        hint="There is " + ", ".join(offer.name for offer in offers) + ".",
    )


def _checked(iris: tuple[str, ...], parameter: str) -> tuple[str, ...]:
    for iri in iris:
        try:
            ox.NamedNode(iri)
        except ValueError as error:
            raise HttpError(400, f"{parameter} is {iri[:200]!r}, which is no IRI.") from error
    return iris


class _Source:
    """A binary file to read an answer from, as it comes."""

    def __init__(self, answering: ResultStream) -> None:
        self._answering = answering
        self._parts = iter(answering)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return b""
            self._rest = part
        if size < 0:
            whole, self._rest = self._rest + b"".join(self._parts), b""
            return whole
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def __del__(self) -> None:
        self._answering.close()
