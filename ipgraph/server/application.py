"""The WSGI callable in front of Flask: programs' addresses, the cache, errors, headers, the log.

Flask makes pages alone. What programs ask goes past it, because it costs more than their answers
(architecture.md, measured).
"""

from __future__ import annotations

import re
import time
import traceback
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ipgraph.errors import IpGraphError
from ipgraph.server.api import linked_data, operations, sparql
from ipgraph.server.api.reconciliation import PATH as RECONCILE
from ipgraph.server.api.reconciliation import PREVIEW
from ipgraph.server.http import caching
from ipgraph.server.http import request as exchanges
from ipgraph.server.http.response import HttpError, Problem, Response, problem_of, write_problem
from ipgraph.workers.run import ClientDisconnected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, MutableMapping

    from ipgraph.server.http.access_log import Log
    from ipgraph.server.http.request import Exchange
    from ipgraph.server.http.response import Headers
    from ipgraph.server.pages.flask_app import PagesApp
    from ipgraph.server.service import Service

    StartResponse = Callable[..., Any]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_EXPOSED = (
    "ETag, Link, Location, Content-Location, Retry-After, Server-Timing, X-Request-Id, "
    "X-Unknown-Term"
)
# On every answer, errors, pages and static files included.
ALWAYS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", _EXPOSED),
    ("Content-Security-Policy", POLICY),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Content-Type-Options", "nosniff"),
)
# The one address that is made to be shown within another site: all it holds is text and a link.
_FRAMED = tuple((name, value.replace("frame-ancestors 'none'", "frame-ancestors *"))
                for name, value in ALWAYS)  # fmt: skip
_LINES = {
    each: "".join(f"{name}: {value}\r\n" for name, value in each) for each in (ALWAYS, _FRAMED)
}
_HEADER_NAMES = re.compile(r"[A-Za-z0-9\-]{1,64}(?:\s*,\s*[A-Za-z0-9\-]{1,64}){0,40}$")
_STATUS_LINES = {each.value: f"{each.value} {each.phrase}" for each in HTTPStatus}
_CLIENT_LEFT = 499  # in log and figures only: nobody is there to read it


class AnswerCut(Exception):
    """An answer that stops midway: the server must break the connection off, not end it."""


class Front:
    """The service as a WSGI callable."""

    def __init__(self, service: Service, pages: PagesApp, log: Log) -> None:
        self.service = service
        self.pages = pages
        self.log = log

    def __call__(
        self, environ: MutableMapping[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request."""
        exchange = exchanges.begin(environ, self.service.settings.path_prefix)
        try:
            response = self._respond(exchange)
        except Exception as error:
            response = self._failed(exchange, error)
        return self._send(exchange, response, start_response)

    def close(self) -> None:
        """End the workers and the logs."""
        self.service.close()
        self.log.close()

    def written(self, exchange: Exchange, response: Response) -> tuple[bytes, bytes]:
        """Return the head and body of an answer that is whole, as HTTP/1.1 has them."""
        assert isinstance(response.body, bytes)  # noqa: S101  a stream needs a thread
        self._done(exchange, response.status, len(response.body))
        head = self.head(self.stable_head(exchange, response), exchange.started, exchange.id)
        return head, response.body if exchange.method != "HEAD" else b""

    def stable_head(self, exchange: Exchange, response: Response) -> str:
        """Return the part of a head that is the same whenever the same is asked."""
        headers = "".join([f"{name}: {value}\r\n" for name, value in response.headers])
        size = _length(response)
        length = f"Content-Length: {size}\r\n" if size else ""
        always = _LINES[_always(exchange)]
        return f"HTTP/1.1 {_STATUS_LINES[response.status]}\r\n{headers}{length}{always}"

    def head(self, stable: str, started: float, name: str) -> bytes:
        """Return a whole head: its stable part, the time taken, the name of the request, now."""
        elapsed_ms = (time.perf_counter() - started) * 1000
        return (
            f"{stable}Server-Timing: app;dur={elapsed_ms:.2f}\r\nX-Request-Id: {name}\r\n"
            f"Date: {_date(int(time.time()))}\r\n\r\n"
        ).encode("latin-1")

    def _respond(self, exchange: Exchange) -> Response:
        if exchange.method == "OPTIONS":
            return _preflight(exchange)
        if not exchange.path:
            raise HttpError(404, "There is nothing at this address; it is not UTF-8.")
        response = caching.recall(self.service, exchange)
        if response is not None:
            return response
        if exchange.path in sparql.PATHS:
            response = sparql.respond(self.service, exchange)
            exchange.environ["PATH_INFO"] = "/sparql"
        else:
            response = operations.respond(self.service, exchange) or linked_data.respond(
                self.service, exchange
            )
        return response if response is not None else self._page(exchange)

    def _page(self, exchange: Exchange) -> Response:
        """Have Flask make a page; what depends on the snapshot alone is kept."""
        answers_query = "query" in exchange.note
        root = exchange.environ.get("SCRIPT_NAME", "")
        key = ("page", root, exchange.path, exchange.query, exchange.accept)
        keepable = exchange.reads and not answers_query
        if keepable and (kept := caching.find(self.service, exchange, key)):
            return kept
        response = self.pages.respond(exchange)
        if not response.kept or not keepable:
            return response
        link = linked_data.page_links(exchange, exchange.path)
        if link:
            headers = (*response.headers, ("Link", link))
            response = Response(response.status, headers, response.body, kept=True)
        return caching.keep(self.service, exchange, key, response)

    def _failed(self, exchange: Exchange, error: Exception) -> Response:
        if isinstance(error, ClientDisconnected):
            exchange.note["outcome"] = "client left"
            return Response(_CLIENT_LEFT, ())
        if isinstance(error, ValueError) and "IRI" in str(error):
            # pyoxigraph's word for a name out of the address that no IRI can hold
            error = HttpError(404, "The address names what cannot be an IRI.")
        if isinstance(error, HttpError):
            problem = error.problem
        elif isinstance(error, IpGraphError):
            problem = problem_of(error)
        else:
            problem = Problem(
                500,
                "internal-server-error",
                "Something here failed that should not have; it has been noted.",
                f"Tell us the reference {exchange.id}.",
            )
        if problem.status >= 500 and problem.status != 503:
            self.log.error(exchange, "".join(traceback.format_exception(error)))
        exchange.note["problem"] = problem.type
        written = write_problem(problem, exchange.accept, f"urn:request:{exchange.id}")
        return written or self.pages.problem(exchange, problem)

    def _send(
        self, exchange: Exchange, response: Response, start_response: StartResponse
    ) -> Iterable[bytes]:
        headers = self._headers(exchange, response)
        body = response.body
        status = _STATUS_LINES.get(response.status, f"{response.status} Client Left")
        if isinstance(body, bytes):
            start_response(status, headers)
            self._done(exchange, response.status, len(body))
            return [body] if exchange.method != "HEAD" else []
        if exchange.method == "HEAD":
            _close(body)
            body = ()
        start_response(status, headers)
        return _Streamed(self, exchange, response.status, body)

    def _headers(self, exchange: Exchange, response: Response) -> list[tuple[str, str]]:
        headers = [*response.headers, *_always(exchange)]
        headers.append(("Server-Timing", f"app;dur={exchange.elapsed_ms:.2f}"))
        headers.append(("X-Request-Id", exchange.id))
        if size := _length(response):
            headers.append(("Content-Length", size))
        return headers

    def _done(self, exchange: Exchange, status: int, size: int) -> None:
        self.service.statuses[status] += 1
        self.log.access(exchange, status, size)


@lru_cache(maxsize=2)
def _date(seconds: int) -> str:
    """Return the value of Date; asked for more often than it changes."""
    return formatdate(seconds, usegmt=True)


def _always(exchange: Exchange) -> Headers:
    """Return the headers that an answer at this address has whatever it says."""
    return _FRAMED if exchange.path == PREVIEW else ALWAYS


def _length(response: Response) -> str:
    """Return the value of Content-Length, empty where there is to be none."""
    body = response.body
    return str(len(body)) if isinstance(body, bytes) and response.status not in (204, 304) else ""


class _Streamed:
    """A body that comes in parts; what fails midway breaks it off."""

    def __init__(
        self, front: Front, exchange: Exchange, status: int, body: Iterable[bytes]
    ) -> None:
        self._front = front
        self._exchange = exchange
        self._status = status
        self._body = body
        self._size = 0
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        try:
            for part in self._body:
                self._size += len(part)
                yield part
        except (IpGraphError, ClientDisconnected) as error:
            self._exchange.note["cut"] = type(error).__name__
            raise AnswerCut(f"{self._exchange.id}: {error}") from error

    def close(self) -> None:
        if self._open:
            self._open = False
            _close(self._body)
            self._front._done(self._exchange, self._status, self._size)


def _close(body: object) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()


def _preflight(exchange: Exchange) -> Response:
    """Answer OPTIONS, for CORS and without."""
    methods = "GET, HEAD, OPTIONS"
    if exchange.path in sparql.PATHS:
        methods = "GET, HEAD, POST, QUERY, OPTIONS"
    elif exchange.path == RECONCILE:
        methods = "GET, HEAD, POST, OPTIONS"
    asked = exchange.header("Access-Control-Request-Headers")
    headers = (
        ("Allow", methods),
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", asked if _HEADER_NAMES.match(asked) else "*"),
        ("Access-Control-Max-Age", "86400"),
        ("Vary", "Access-Control-Request-Headers"),
    )
    return Response(204, headers)
