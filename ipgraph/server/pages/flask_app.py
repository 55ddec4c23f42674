"""Flask with the pages of one edition, called as a function: an exchange in, a response out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException
from whitenoise import WhiteNoise

from ipgraph.resources import folder
from ipgraph.server import jobs
from ipgraph.server.api import sparql
from ipgraph.server.http import public_url
from ipgraph.server.http.response import HttpError, Problem, Response
from ipgraph.server.pages import home
from ipgraph.server.pages.site import ROOT, Site

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ipgraph.server.edition import Edition
    from ipgraph.server.http.request import Exchange
    from ipgraph.server.service import Service
    from ipgraph.store import EngineResult

_EXCHANGE = "ipgraph.exchange"
_LENGTH = "content-length"
_FILES = ("/static/", "/downloads/")
_DROPPED = frozenset({_LENGTH, "access-control-allow-origin", "connection"})
_FOREVER_S = 365 * 24 * 3600


class PagesApp:
    """The pages and static files; made anew for each edition."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._edition: Edition | None = None
        self._flask = Flask("ipgraph", static_folder=None)
        self._site: Site | None = None
        self._wsgi: Any = None

    def respond(self, exchange: Exchange) -> Response:
        """Have Flask answer; raises what its views raise, `HttpError` for its own errors."""
        self._renew()
        self._introduce(exchange)
        told: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            told[:] = [int(status[:3]), headers]

        environ = exchange.environ
        if exchange.method == "HEAD" and not exchange.path.startswith(_FILES):
            # The page is made whole: it tells its length, and is kept for who reads it.
            environ = {**environ, "REQUEST_METHOD": "GET"}
        body = self._wsgi(environ, start_response)
        status, given = told
        if exchange.path.startswith("/static/"):
            return Response(status, tuple(given), body)
        if exchange.path.startswith("/downloads/") and status == 200:
            # A file of any size is sent as it is read.
            kept_headers = (each for each in given if each[0].lower() not in _DROPPED - {_LENGTH})
            return Response(status, tuple(kept_headers), body)
        headers = tuple(each for each in given if each[0].lower() not in _DROPPED)
        whole = _joined(body)
        names = {name.lower(): value for name, value in headers}
        kept = status == 200 and "cache-control" not in names and "set-cookie" not in names
        if "vary" not in names:
            headers = (*headers, ("Vary", "Accept"))
        return Response(status, headers, whole, kept=kept)

    def problem(self, exchange: Exchange, problem: Problem) -> Response:
        """Make the page of a problem."""
        self._renew()
        assert self._site is not None  # noqa: S101  made by _renew
        self._introduce(exchange)
        reference = exchange.id if problem.status >= 500 else ""
        with self._flask.request_context(dict(exchange.environ)):
            current_app.preprocess_request()
            made = home.error_page(self._site, problem, reference)
            headers = (
                ("Content-Type", "text/html; charset=utf-8"),
                ("Vary", "Accept"),
                ("Cache-Control", "no-store"),
                *problem.headers,
            )
            return Response(problem.status, headers, made.get_data())

    def _introduce(self, exchange: Exchange) -> None:
        """Leave in the environment of a request what the pages need to know of it."""
        exchange.environ[_EXCHANGE] = exchange
        exchange.environ[jobs.WORK] = jobs.work(self._service, exchange)
        exchange.environ[ROOT] = public_url.root(self._service, exchange)

    def _renew(self) -> None:
        """Make the pages of the edition that is served now, if they are of another one."""
        edition = self._service.edition
        if edition is self._edition:
            return
        app = Flask("ipgraph", static_folder=None)
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.register_blueprint(home.blueprint(edition.kg, self._run))
        app.register_error_handler(HTTPException, _refuse)
        static = str(folder("web") / "static")
        self._site = Site(edition.kg, self._run)
        self._flask = app
        self._wsgi = WhiteNoise(
            app.wsgi_app, root=static, prefix="static/", max_age=60,
            immutable_file_test=_is_immutable, allow_all_origins=False,
        )  # fmt: skip
        self._edition = edition

    def _run(self, text: str, *, infer: bool) -> EngineResult:
        exchange: Exchange = request.environ[_EXCHANGE]
        return sparql.run_for_page(self._service, exchange, text, infer)


def _refuse(error: HTTPException) -> Any:
    """Hand an error of Flask's own to the front, which knows in which type to write it."""
    if isinstance(error, RoutingException) or error.code is None or error.code < 400:
        return error.get_response(request.environ)
    headers = tuple(
        (name, value)
        for name, value in error.get_headers()
        if name.lower() in ("allow", "retry-after")
    )
    detail = "There is nothing at this address." if error.code == 404 else str(error.description)
    raise HttpError(error.code, detail, headers=headers)


def _is_immutable(path: str, url: str) -> bool:
    """Tell whether a static file never changes under its address: the bundles, named by hash."""
    return "/dist/" in url


def _joined(body: Iterable[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()
