"""The service as a Flask application, and its two shortcuts around Flask.

Flask's dispatch costs more than most responses to programs (100 µs; a cached response takes 10 µs
and a short query 60 µs). So `wsgi_app` sends cached responses and calls the SPARQL handler itself,
and the event loop of `transport` does the same without a thread. Both use the same request object
and handlers as Flask's views. As soon as an extension registers a hook (such as `before_request`,
a signal receiver, or a wrapper around `wsgi_app`), every request goes through Flask. Register
extensions before serving, as Flask requires for all set-up.
"""

from __future__ import annotations

import re
import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, signals
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RoutingException

from ipgraph.errors import IpGraphError, StoreUnavailable, StoreUnreadable
from ipgraph.resources import folder
from ipgraph.server.api import (
    dataset_description,
    linked_data,
    openapi,
    operations,
    reconciliation,
    sparql,
    well_known,
)
from ipgraph.server.context import Request, apply_prefix, request
from ipgraph.server.http import response_headers
from ipgraph.server.http.access_log import AccessLog
from ipgraph.server.http.caching import VARY_LANGUAGE
from ipgraph.server.http.delivery import DISCONNECTED, Delivery
from ipgraph.server.http.negotiation import HTML
from ipgraph.server.http.representations import negotiate
from ipgraph.server.http.response import (
    HttpError,
    Problem,
    Response,
    problem_of,
    write_problem,
)
from ipgraph.server.http.routes import RouteTable
from ipgraph.server.pages import about, collections, disagreements, home, search, site, sources
from ipgraph.server.pages.checks import quality
from ipgraph.server.pages.entities import entity, graph, report, timeline, why
from ipgraph.server.pages.error import error_page
from ipgraph.server.pages.queries import query, query_builder, questions
from ipgraph.server.pages.vocabulary import overview, term
from ipgraph.server.service import Service
from ipgraph.workers.run import ClientDisconnected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping
    from types import TracebackType

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.http.access_log import FinishedRequest
    from ipgraph.server.http.routes import Route
    from ipgraph.settings import Settings

MODULES = (
    home, entity, linked_data, overview, term, sources, search, collections, graph, timeline, why,
    questions, disagreements, report, quality, about, query, query_builder, reconciliation,
    well_known, dataset_description, openapi, operations, site,
)  # fmt: skip

_NO_PAGE = "There is no page at this address."
_CLIENT_CLOSED_STATUS = 499  # only in logs and metrics: the client is gone
_HEADER_NAMES = re.compile(r"[A-Za-z0-9\-]{1,64}(?:\s*,\s*[A-Za-z0-9\-]{1,64}){0,40}$")
_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_EXPECTED = (IpGraphError, HttpError, ClientDisconnected)


class Application(Flask):
    """The service as a Flask application: its URL map is the routing table."""

    response_class = Response

    def __init__(self, service: Service) -> None:
        super().__init__("ipgraph", static_folder=None, template_folder=_template_folder())
        self.service = service
        self.access_log = AccessLog(service.settings.logged_query_chars)
        # Whether a response of a route in a representation has depended on the language: handlers
        # decide. Until one has, none of them has been cached by language.
        self._is_in_language: dict[tuple[str, str | None], bool] = {}
        for route in service.routes:
            self._add(route)
        self.register_error_handler(HTTPException, self._on_http_exception)
        self.register_error_handler(ValueError, self._on_value_error)
        for kind in _EXPECTED:
            self.register_error_handler(kind, self._on_error)
        site.prepare_templates(self)

    def close(self) -> None:
        """Stop the workers."""
        self.service.close()

    @property
    def is_extended(self) -> bool:
        """True if an extension has a hook, so that every request must go through Flask."""
        return bool(
            "wsgi_app" in self.__dict__
            or self.before_request_funcs
            or self.after_request_funcs
            or self.teardown_request_funcs
            or self.url_value_preprocessors
            or signals.request_started.receivers
            or signals.request_finished.receivers
            or signals.request_tearing_down.receivers
            or signals.got_request_exception.receivers
        )

    def request_class(self, environ: MutableMapping[str, Any]) -> Request:  # type: ignore[override]
        """Return the request of an environment. Flask calls this like a class.

        The event loop or `wsgi_app` may have made it already, under werkzeug's key.
        """
        found = environ.get("werkzeug.request")
        if isinstance(found, Request) and found.environ is environ:
            return found
        apply_prefix(environ, self.service.settings.path_prefix)
        if not isinstance(found, Request):
            return Request(environ, self.service)
        found.continue_in(environ)
        return found

    def wsgi_app(
        self, environ: MutableMapping[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Handle a request: without Flask if possible, otherwise through its dispatch."""
        found = self.request_class(environ)

        def own_headers() -> tuple[tuple[str, str], ...]:
            return (
                ("Server-Timing", f"app;dur={found.elapsed_ms:.2f}"),
                ("X-Request-Id", found.id),
            )

        def record(status: int, size: int, outcome: str) -> None:
            self.record(found.finished(status, size, outcome))

        delivery = Delivery(start_response, own_headers, record, (IpGraphError, ClientDisconnected))
        response = None if self.is_extended else self._answer_without_flask(found)
        if response is None:
            environ["werkzeug.request"] = found
            body = super().wsgi_app(cast("dict[str, Any]", environ), delivery.start)
        else:
            found.is_response_streamed = response.is_streamed
            body = response(cast("dict[str, Any]", environ), delivery.start)
        return delivery.streamed(body) if found.is_response_streamed else delivery.whole(body)

    def record(self, finished: FinishedRequest) -> None:
        """Record a finished request in the metrics and the log; called once for every request."""
        self.service.metrics.record(finished)
        self.access_log.write(finished)

    def answer_from_cache(self, found: Request, *, in_loop: bool = False) -> Response | None:
        """Return the cached response to an identical request."""
        response = found.lookup.by_identity(in_loop=in_loop)
        if response is not None:
            _note_hit(found)
        return response

    def head_and_body(self, found: Request, response: Response) -> tuple[bytes, bytes]:
        """Return the HTTP/1.1 head and body of a complete response, and record it."""
        body = response.get_data()
        self.record(found.finished(response.status_code, len(body)))
        head = self.head(self.stable_head(response, len(body)), found.started, found.id)
        return head, body if found.method != "HEAD" else b""

    @staticmethod
    def stable_head(response: Response, size: int) -> str:
        """Return the part of a head that is the same for all identical requests."""
        status = response.status_code
        # Werkzeug may have set the length already; two Content-Length headers are invalid HTTP.
        headers = [(name, value) for name, value in response.headers if name != "Content-Length"]
        if status not in (204, 304):
            headers.append(("Content-Length", str(size)))
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
        if lines.count("\r") != len(headers) or lines.count("\n") != len(headers):
            raise ValueError("A header contains a line break.")
        always = _always(tuple([name for name, _ in headers]))
        return f"HTTP/1.1 {_STATUS_LINES[status]}\r\n{lines}{always}"

    @staticmethod
    def head(stable: str, started: float, name: str) -> bytes:
        """Return a complete head: the stable part, Server-Timing, X-Request-Id and Date."""
        elapsed_ms = (time.perf_counter() - started) * 1000
        return (
            f"{stable}Server-Timing: app;dur={elapsed_ms:.2f}\r\nX-Request-Id: {name}\r\n"
            f"Date: {_date(int(time.time()))}\r\n\r\n"
        ).encode("latin-1")

    def make_response(self, rv: Any) -> Response:
        """Convert the return value of a view to a response. The default type is HTML."""
        response = cast("Response", super().make_response(rv))
        if "Content-Type" not in response.headers and isinstance(rv, str | tuple):
            response.headers["Content-Type"] = HTML.content_type
        return response

    def process_response(self, response: Any) -> Any:
        """Run the hooks of extensions, and note whether the response is streamed."""
        response = super().process_response(response)
        request.is_response_streamed = response.is_streamed
        return response

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Log a failure. Replaces Flask's method."""
        query = str(request.notes.get("query", ""))
        self.access_log.write_failure(request.id, request.method, request.path, query, exc_info[1])

    def _add(self, route: Route) -> None:
        def view(**values: Any) -> Response:
            return self._respond(route, values)

        for path in route.paths:
            self.add_url_rule(
                path,
                endpoint=route.name,
                view_func=view,
                methods=[*route.methods, "OPTIONS"],
                provide_automatic_options=False,
            )

    def _respond(self, route: Route, values: dict[str, Any]) -> Response:
        """Respond to a request to a route: negotiate, try the cache, call the handler."""
        request.route = route.path
        if request.method == "OPTIONS":
            return _preflight(route, request.headers.get("Access-Control-Request-Headers", ""))
        if not route.is_available(request.edition):
            raise HttpError(404, _NO_PAGE)
        if self.is_extended and (response := self.answer_from_cache(request)) is not None:
            return response
        if route.negotiates and len(route.offers) > 1:
            request.choice = negotiate(request, route.offers)
        is_cached = route.is_cached and request.is_read
        variant = (route.name, request.choice.name if request.choice else None)
        key = request.inputs(request.choice, in_language=self._is_in_language.get(variant, False))
        if is_cached and (cached := request.lookup.by_key(key)) is not None:
            _note_hit(request)
            return cached
        response = self.make_response(route.handler(request, **values))
        if HTML in route.offers or request.choice is not None:
            response.headers.setdefault("Vary", "Accept")
        if request.is_in_language:
            response.headers["Vary"] = VARY_LANGUAGE
        if is_cached and response.is_cacheable:
            if request.is_in_language and not self._is_in_language.get(variant):
                self._is_in_language[variant] = True
                key = request.inputs(request.choice, in_language=True)
            headers = [pair for pair in response.headers if pair[0] != "Content-Length"]
            return request.lookup.store(key, headers, response.get_data(), route=route.path)
        return response

    def _answer_without_flask(self, found: Request) -> Response | None:
        """Return a cached response, or that of the SPARQL endpoint, or None if it is a page."""
        if found.continuation is None:
            response = self.answer_from_cache(found)
            if response is not None:
                return response
            if found.path not in sparql.PATHS or found.method == "OPTIONS":
                return None
        try:
            return sparql.respond(found)
        except Exception as error:  # any error: Flask's handler decides what to do
            found.environ["werkzeug.request"] = found
            with self.request_context(found.environ):
                try:
                    return self._on_any(error)
                except Exception as failure:
                    return cast("Response", self.handle_exception(failure))

    def _on_any(self, error: Exception) -> Response:
        if isinstance(error, _EXPECTED):
            return self._on_error(error)
        if isinstance(error, ValueError):
            return self._on_value_error(error)
        raise error

    def _on_error(self, error: Exception) -> Response:
        """Return the response to an error."""
        if isinstance(error, ClientDisconnected):
            request.notes["outcome"] = DISCONNECTED
            return Response.of((), status=_CLIENT_CLOSED_STATUS)
        if isinstance(error, HttpError):
            problem = error.problem
        else:
            problem = problem_of(cast("IpGraphError", error))
        is_logged = problem.status >= 500 and problem.status != 503
        if is_logged or isinstance(error, StoreUnreadable):
            self.log_exception((type(error), error, cast("TracebackType", error.__traceback__)))
        return self._problem(problem)

    def _on_value_error(self, error: ValueError) -> Response:
        """Respond with 404 if pyoxigraph rejects an IRI from the address."""
        if "IRI" in str(error):
            return self._problem(
                HttpError(404, "The address does not contain a valid IRI.").problem
            )
        raise error

    def _on_http_exception(self, error: HTTPException) -> Any:
        """Write an error of Flask in a media type that the client accepts."""
        if isinstance(error, RoutingException) or error.code is None or error.code < 400:
            return error.get_response(request.environ)
        if error.code == 500:
            problem = Problem(
                500,
                "internal-server-error",
                "The service failed unexpectedly. The error was logged.",
                f"If you report it, include the request id {request.id}.",
            )
            return self._problem(problem)
        headers = tuple(
            (name, value)
            for name, value in error.get_headers()
            if name.lower() in ("allow", "retry-after")
        )
        detail = str(error.description)
        if error.code == 404 and request.url_rule is None:
            detail = _NO_PAGE
        if isinstance(error, MethodNotAllowed):
            detail = f"{request.method} is not allowed here: the service is read-only."
        return self._problem(HttpError(error.code, detail, headers=headers).problem)

    def _problem(self, problem: Problem) -> Response:
        request.notes["problem"] = problem.type
        written = write_problem(problem, request.accept, f"urn:request:{request.id}")
        return written if written is not None else error_page(request, problem)


def create(kg: KnowledgeGraph, settings: Settings) -> Application:
    """Return the application that serves a graph."""
    routes = RouteTable(module.routes for module in MODULES)
    return Application(Service(kg, settings, routes))


def _note_hit(found: Request) -> None:
    found.notes["cache"] = "hit"
    found.route = found.lookup.route
    if found.lookup.query:
        found.notes["query"] = found.lookup.query


def _template_folder() -> str | None:
    try:
        return str(folder("web") / "templates")
    except StoreUnavailable:  # an installation without pages
        return None


@lru_cache(maxsize=2)
def _date(seconds: int) -> str:
    """Return the value of Date; cached, because it changes once per second."""
    return formatdate(seconds, usegmt=True)


@lru_cache(maxsize=256)
def _always(names: tuple[str, ...]) -> str:
    """Return the lines that a response with these headers lacks."""
    missing = response_headers.missing_from((name, "") for name in names)
    return "".join(f"{name}: {value}\r\n" for name, value in missing)


def _preflight(route: Route, wanted: str) -> Response:
    """Respond to OPTIONS, with and without CORS."""
    methods = ", ".join(route.all_methods)
    headers = (
        ("Allow", methods),
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", wanted if _HEADER_NAMES.match(wanted) else "*"),
        ("Access-Control-Max-Age", "86400"),
        ("Vary", "Access-Control-Request-Headers"),
    )
    return Response.of(headers, status=204)
