"""The SPARQL endpoint for programs (SPARQL 1.1 Protocol)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from ipgraph.errors import IpGraphError, NotAcceptable
from ipgraph.serialization.formats import by_name
from ipgraph.server import jobs
from ipgraph.server.api import protocol, query_hints, service_description
from ipgraph.server.http import representations
from ipgraph.server.http.negotiation import (
    ANYTHING,
    ASK_OFFERS,
    GRAPH_OFFERS,
    HTML,
    RDF_OFFERS,
    SELECT_OFFERS,
    Choice,
    Offer,
    by_parameter,
    choose,
)
from ipgraph.server.http.response import NO_STORE, HttpError, Response
from ipgraph.sparql.query import Query

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ipgraph.serialization.formats import Format
    from ipgraph.server.api.protocol import QueryRequest
    from ipgraph.server.context import Request
    from ipgraph.sparql.guard import Inspection
    from ipgraph.store import EngineResult
    from ipgraph.workers.pool import ResultStream
    from ipgraph.workers.run import Run

PATHS = ("/sparql", "/sparql/", "/query", "/query/")
OFFERS = {"SELECT": SELECT_OFFERS, "ASK": ASK_OFFERS}
_DESCRIPTION_OFFERS = (*RDF_OFFERS, HTML)


class Prepared(NamedTuple):
    """A query that is ready for a worker, and the format of its result."""

    query: Query
    form: Format
    time_limit_s: float | None
    found: Inspection
    choice: Choice
    key: Hashable


def respond(request: Request) -> Response | None:
    """Respond to a request to the endpoint. Return None if the client prefers a page."""
    if request.continuation is not None:
        return request.continuation()
    prepared = request.once(prepare)
    if not isinstance(prepared, Prepared):
        return prepared
    stream = _answer(request, prepared.query, prepared.form, prepared.time_limit_s)
    return finish(request, prepared, stream)


def prepare(request: Request) -> Prepared | Response | None:
    """Process a request up to the point where a worker is needed.

    Return the response if no worker is needed, and None if the client prefers a page.
    """
    request.route = PATHS[0]
    query_request = request.once(protocol.read)
    if query_request.text is None:
        return _without_query(request, query_request)
    request.notes["query"] = query_request.text
    try:
        found: Inspection = request.edition.inspect(query_request.text)
    except IpGraphError:
        if _wants_page(request, query_request):  # which shows the error
            return None
        raise
    choice = _choose(request, query_request, OFFERS.get(found.form, GRAPH_OFFERS))
    if choice.name == HTML.name:
        return None
    root = request.script_root
    key = (
        root,
        query_request.text,
        query_request.infer,
        query_request.default_graphs,
        query_request.named_graphs,
        choice.name,
        choice.content_type,
    )
    if not found.volatile:
        cached = request.lookup.by_key(key)
        if cached is not None:
            request.notes["cache"] = "hit"
            return cached
    return Prepared(
        _query(query_request, found),
        by_name(choice.name),
        query_request.time_limit_s,
        found,
        choice,
        key,
    )


def resume(request: Request, prepared: Prepared, run: Run) -> Response:
    """Return the response to a query that was already started."""
    return finish(request, prepared, request.service.pool.resume(run))


def finish(request: Request, prepared: Prepared, stream: ResultStream) -> Response:
    """Return the response for a result, which may still be incomplete."""
    found, choice, root = prepared.found, prepared.choice, request.script_root
    request.notes["worker_ms"] = round(stream.elapsed_ms, 2)
    link = f'<{root}/void.ttl>; rel="describedby", <{root}/sparql>; rel="service-desc"'
    headers = [("Content-Type", choice.content_type), ("Vary", "Accept"), ("Link", link)]
    whole = stream.body
    if whole is None:
        return jobs.stream(request, tuple(headers), stream)
    headers += query_hints.headers(request.edition, prepared.query, found, choice.name, whole)
    if found.volatile:
        return Response.of((*headers, NO_STORE), whole)
    return request.lookup.store(
        prepared.key, headers, whole, query=prepared.query.text, route=request.route
    )


def _answer(
    request: Request, query: Query, form: Format, time_limit_s: float | None
) -> ResultStream:
    """Query the endpoints of SERVICE clauses, then send the query to a worker."""
    service, is_connected = request.service, request.is_connected
    found = request.edition.inspect(query.text)
    if found.services:
        query, time_limit_s = service.federation.resolve_services(
            query, found, time_limit_s, is_connected
        )
    return service.pool.execute(
        query,
        form,
        workers=request.edition.workers,
        time_limit_s=time_limit_s,
        is_connected=is_connected,
    )


def _query(query_request: QueryRequest, found: Inspection) -> Query:
    return Query(
        text=query_request.text or "",
        infer=query_request.infer,
        default_graphs=_check_iris(query_request.default_graphs, "default-graph-uri"),
        named_graphs=_check_iris(query_request.named_graphs, "named-graph-uri"),
        prefixes=found.assumed,
    )


def rows(request: Request, query_request: QueryRequest) -> EngineResult:
    """Return the result of a query for a page; its rows are read lazily from the worker."""
    request.notes["query"] = query_request.text
    found: Inspection = request.edition.inspect(query_request.text or "")
    name = "json" if found.form in OFFERS else "nt"
    source = _Source(
        _answer(request, _query(query_request, found), by_name(name), query_request.time_limit_s)
    )
    if name == "json":
        return ox.parse_query_results(source, format=ox.QueryResultsFormat.JSON)  # type: ignore[arg-type]
    quads = ox.parse(source, format=ox.RdfFormat.N_TRIPLES)  # type: ignore[arg-type]
    return (quad.triple for quad in quads)  # type: ignore[return-value]


def _without_query(request: Request, query_request: QueryRequest) -> Response | None:
    choice = _choose(request, query_request, _DESCRIPTION_OFFERS)
    if choice.name == HTML.name:
        return None
    return service_description.service(request, choice)


def _wants_page(request: Request, query_request: QueryRequest) -> bool:
    if query_request.formats:
        return all(by_parameter(value, ANYTHING) is HTML for value in query_request.formats)
    best = choose(request.accept, ANYTHING)
    return best is not None and best.name == HTML.name


def _choose(request: Request, query_request: QueryRequest, offers: tuple[Offer, ...]) -> Choice:
    values = query_request.formats
    if not values:
        return representations.require(request, offers)
    found = {value: by_parameter(value, offers) for value in values}
    for value, offer in found.items():
        if offer is None:
            raise NotAcceptable(
                f"The result of this query is not available as {value[:40]}.",
                hint="Use " + ", ".join(offer.name for offer in offers) + ".",
            )
    first, *others = found.values()
    if first is None or any(offer is not first for offer in others):
        raise HttpError(
            400,
            f"The request names several formats: {', '.join(found)[:200]}.",
            hint=f"Give one of the parameters {', '.join(protocol.FORMAT_NAMES)} once.",
        )
    return first.choice


def _check_iris(iris: tuple[str, ...], parameter: str) -> tuple[str, ...]:
    for iri in iris:
        try:
            ox.NamedNode(iri)
        except ValueError as error:
            raise HttpError(400, f"{parameter} is {iri[:200]!r}; it must be an IRI.") from error
    return iris


class _Source:
    """A binary file that reads a result as it arrives."""

    def __init__(self, stream: ResultStream) -> None:
        self._stream = stream
        self._parts = iter(stream)
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
        self._stream.close()
