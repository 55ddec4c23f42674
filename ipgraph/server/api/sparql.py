"""The SPARQL endpoint for programs: SPARQL 1.1 Protocol in, bytes of the engine out."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph as ox

from ipgraph.errors import NotAcceptable
from ipgraph.serialization.formats import FORMATS, by_name
from ipgraph.server.api import protocol, service_description, unknown_terms
from ipgraph.server.http import caching
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
from ipgraph.server.http.not_acceptable import require
from ipgraph.server.http.response import HttpError, Response
from ipgraph.sparql.query import Query

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from ipgraph.serialization.formats import Format
    from ipgraph.server.api.protocol import Asked
    from ipgraph.server.http.request import Exchange
    from ipgraph.server.service import Service
    from ipgraph.sparql.guard import Inspection
    from ipgraph.store import EngineResult
    from ipgraph.workers.pool import ResultStream

PATHS = frozenset({"/sparql", "/sparql/", "/query", "/query/"})
OFFERS = {"SELECT": SELECT_OFFERS, "ASK": ASK_OFFERS}
_ANYTHING = (*(of_format(each) for each in FORMATS), HTML)
_DESCRIPTION_OFFERS = (*RDF_OFFERS, HTML)
_ASKED = "ipgraph.asked"
# A query that the server has begun already; whoever takes it up takes it out.
BEGUN, RUN = "ipgraph.begun", "run"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that is fit to be sent to a worker, and how its answer is to be written."""

    query: Query
    form: Format
    time_limit_s: float | None
    found: Inspection
    choice: Choice
    key: Hashable
    root: str


def respond(service: Service, exchange: Exchange) -> Response | None:
    """Answer a request to the endpoint; None where a page is wanted, which Flask makes."""
    prepared = prepare(service, exchange)
    if not isinstance(prepared, Prepared):
        return prepared
    run = exchange.environ.get(BEGUN, {}).pop(RUN, None)
    if run is not None:
        answering = service.pool.resume(run)
    else:
        answering = _answer(service, exchange, prepared.query, prepared.form, prepared.time_limit_s)
    return finish(service, exchange, prepared, answering)


def prepare(service: Service, exchange: Exchange) -> Prepared | Response | None:
    """Read a request up to where a worker is needed; an answer that needs none is returned."""
    asked = protocol.read(
        exchange.environ, service.settings.infer, service.settings.request_limit_kib << 10
    )
    if asked.text is None:
        return _without_query(service, exchange, asked)
    exchange.note["query"] = asked.text
    if _wants_page(exchange, asked):
        _hand_to_page(exchange, asked)
        return None
    found = service.inspect(asked.text)
    choice = _chosen(exchange, asked, OFFERS.get(found.form, GRAPH_OFFERS))
    if choice.name == HTML.name:
        _hand_to_page(exchange, asked)
        return None
    root = str(exchange.environ.get("SCRIPT_NAME", ""))
    key = (root, asked.text, asked.infer, asked.default_graphs, asked.named_graphs, choice)
    if not found.volatile:
        kept = caching.find(service, exchange, key)
        if kept is not None:
            return kept
    query, form = _query(asked), by_name(choice.name)
    return Prepared(query, form, asked.time_limit_s, found, choice, key, root)


def finish(
    service: Service, exchange: Exchange, prepared: Prepared, answering: ResultStream
) -> Response:
    """Write an answer that is coming, or is here."""
    found, choice, root = prepared.found, prepared.choice, prepared.root
    exchange.note["worker_ms"] = round(answering.elapsed_ms, 2)
    headers = [("Content-Type", choice.content_type), ("Vary", "Accept")]
    link = f'<{root}/void.ttl>; rel="describedby", <{root}/sparql>; rel="service-desc"'
    headers.append(("Link", link))
    whole = answering.body
    if whole is None:
        return Response(200, (*headers, ("Cache-Control", "no-store")), _Parts(answering))
    headers += unknown_terms.headers(service.edition, found, choice.name, whole)
    response = Response(200, tuple(headers), whole, kept=not found.volatile)
    return caching.keep(service, exchange, prepared.key, response)


def ask(service: Service, exchange: Exchange, asked: Asked, format_name: str) -> ResultStream:
    """Have a worker answer what is asked, for as long as the client is there."""
    return _answer(service, exchange, _query(asked), by_name(format_name), asked.time_limit_s)


def _answer(
    service: Service, exchange: Exchange, query: Query, form: Format, time_limit_s: float | None
) -> ResultStream:
    """Have the endpoints of SERVICE asked first, where there are any, then a worker."""
    found, alive = service.inspect(query.text), exchange.alive()
    if found.services:
        query, time_limit_s = service.federation.consult(query, found, time_limit_s, alive)
    return service.pool.execute(query, form, time_limit_s=time_limit_s, is_connected=alive)


def _query(asked: Asked) -> Query:
    return Query(
        text=asked.text or "",
        infer=asked.infer,
        default_graphs=_checked(asked.default_graphs, "default-graph-uri"),
        named_graphs=_checked(asked.named_graphs, "named-graph-uri"),
    )


def run_for_page(service: Service, exchange: Exchange, text: str, infer: bool) -> EngineResult:
    """Answer a query for a page; the rows are read from the worker as the page reads them."""
    asked = exchange.environ.get(_ASKED) or protocol.Asked(text=text, infer=infer)
    exchange.note["query"] = text
    found: Inspection = service.inspect(text)
    name = "json" if found.form in OFFERS else "nt"
    source = _Source(ask(service, exchange, asked, name))
    if name == "json":
        return ox.parse_query_results(source, format=ox.QueryResultsFormat.JSON)  # type: ignore[arg-type]
    quads = ox.parse(source, format=ox.RdfFormat.N_TRIPLES)  # type: ignore[arg-type]
    return (quad.triple for quad in quads)  # type: ignore[return-value]


def _without_query(service: Service, exchange: Exchange, asked: Asked) -> Response | None:
    choice = _chosen(exchange, asked, _DESCRIPTION_OFFERS)
    if choice.name == HTML.name:
        return None
    return service_description.service(service, exchange, choice)


def _wants_page(exchange: Exchange, asked: Asked) -> bool:
    if asked.format:
        return asked.format == HTML.name
    best = choose(exchange.accept, _ANYTHING)
    return best is not None and best.name == HTML.name


def _hand_to_page(exchange: Exchange, asked: Asked) -> None:
    """Rewrite the request as the form of the page sends it, whichever way the query came."""
    fields = urlencode({"query": asked.text or "", "infer": str(asked.infer).lower()}).encode()
    environ = exchange.environ
    environ[_ASKED] = asked
    if exchange.method not in ("GET", "HEAD"):
        environ["REQUEST_METHOD"] = "POST"
        environ["CONTENT_TYPE"] = protocol.FORM
        environ["CONTENT_LENGTH"] = str(len(fields))
        environ["wsgi.input"] = io.BytesIO(fields)


def _chosen(exchange: Exchange, asked: Asked, offers: tuple[Offer, ...]) -> Choice:
    if not asked.format:
        return require(exchange, offers)
    for offer in offers:
        if offer.name == asked.format:
            return Choice(offer.name, offer.content_type)
    raise NotAcceptable(
        f"There is no {asked.format} of such an answer.",
        hint="There is " + ", ".join(each.name for each in offers) + ".",
    )


def _checked(iris: tuple[str, ...], parameter: str) -> tuple[str, ...]:
    for iri in iris:
        try:
            ox.NamedNode(iri)
        except ValueError as error:
            raise HttpError(400, f"{parameter} is {iri[:200]!r}, which is no IRI.") from error
    return iris


class _Parts:
    """The parts of a long answer; closing it stops the query."""

    def __init__(self, answering: ResultStream) -> None:
        self._answering = answering

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answering)

    def close(self) -> None:
        self._answering.close()


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
