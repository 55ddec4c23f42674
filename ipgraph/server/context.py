"""The context object of a request: parsed once, negotiated once, looked up in the cache once.

It extends Flask's request. The event loop also makes it, from the headers alone; a thread that
continues the request gets the same object.
"""

from __future__ import annotations

import random
import re
import time
from typing import TYPE_CHECKING, Any, TypeVar, cast

import flask
from werkzeug.datastructures import EnvironHeaders

from ipgraph.server.http import public_url
from ipgraph.server.http.access_log import FinishedRequest
from ipgraph.server.http.caching import ANY_LANGUAGE, Conditions, Inputs, Lookup
from ipgraph.server.http.languages import ChosenLanguages, choose_languages
from ipgraph.server.http.response import HttpError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, MutableMapping

    from ipgraph.server.edition import Edition
    from ipgraph.server.http.negotiation import Choice
    from ipgraph.server.http.response import Response
    from ipgraph.server.service import Service

Found = TypeVar("Found")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._\-]{1,64}$")


class Request(flask.Request):
    """A request, with its edition, the chosen representation, and its notes for the log."""

    # Continues what the event loop started for this request; called by the thread that takes over.
    continuation: Callable[[], Response] | None = None
    _abandonment: Callable[[], None] | None = None
    choice: Choice | None = None  # of the offers of its route, where there are several
    is_response_streamed = False
    is_in_language = False  # True once the handler has asked for the client's languages
    route = ""  # the path of its route, as OpenAPI writes it, once that is known

    def __init__(self, environ: MutableMapping[str, Any], service: Service) -> None:
        # Scheme, host and path prefix under which the client sees the service. Before Flask reads
        # the environment: this replaces what a trusted proxy forwards, and removes the rest.
        self.public_root = public_url.accept(service.settings, environ)
        super().__init__(cast("dict[str, Any]", environ), populate_request=False)
        self.started = time.perf_counter()
        self.service = service
        self.edition: Edition = service.edition
        given = environ.get("HTTP_X_REQUEST_ID", "")
        self.id = given if given and _REQUEST_ID.match(given) else new_id()
        self.accept = str(environ.get("HTTP_ACCEPT", ""))
        self.accept_language = str(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        self.notes: dict[str, Any] = {}  # for the log
        self._memo: dict[object, tuple[Any, Exception | None]] = {}
        self._lookup: Lookup | None = None

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the request arrived."""
        return (time.perf_counter() - self.started) * 1000

    @property
    def is_read(self) -> bool:
        """True if it is GET or HEAD."""
        return self.method in ("GET", "HEAD")

    @property
    def format(self) -> str:
        """The short name of the representation that was chosen."""
        return self.choice.name if self.choice else "html"

    @property
    def raw_query(self) -> str:
        """The query string, not decoded."""
        return str(self.environ.get("QUERY_STRING", ""))

    @property
    def languages(self) -> ChosenLanguages:
        """The languages of the response: of the interface, and of the content."""
        self.is_in_language = True
        return self._languages

    @property
    def _languages(self) -> ChosenLanguages:
        return self.once(_read_languages)

    def inputs(self, representation: Hashable, *, in_language: bool = False) -> Inputs:
        """Return the inputs of the response, with its representation.

        With `in_language`, those of a response that depends on the client's languages.
        """
        language = self._languages if in_language else ANY_LANGUAGE
        return self._inputs(language, representation)

    def _inputs(self, language: Hashable, representation: Hashable) -> Inputs:
        edition = self.edition.name
        return Inputs(
            edition, self.public_root, self.path, self.raw_query, language, representation
        )

    @property
    def lookup(self) -> Lookup:
        """The lookup of this request in the response cache."""
        if self._lookup is None:
            self._lookup = self._make_lookup()
        return self._lookup

    def _make_lookup(self) -> Lookup:
        identity = None
        if self.method in ("GET", "HEAD"):
            identity = self._inputs(self.accept_language, self.accept)
        conditions = Conditions.of(self.environ)
        service = self.service
        return Lookup(service.cache, self.edition, identity, conditions, service.settings.max_age_s)

    def once(self, read: Callable[[Request], Found]) -> Found:
        """Return the result of `read`, or raise its error. It is called only once per request."""
        known = self._memo.get(read)
        if known is None:
            try:
                found = read(self)
            except Exception as error:
                self._memo[read] = None, error
                raise
            self._memo[read] = found, None
            return found
        if known[1] is not None:
            raise known[1]
        return cast("Found", known[0])

    def is_connected(self) -> bool:
        """True if the client is still connected, as far as the server can tell."""
        left = self.environ.get("waitress.client_disconnected")
        return not left() if left else True

    def require_read(self) -> None:
        """Raise `HttpError` with status 405 for methods other than GET and HEAD."""
        if not self.is_read:
            raise HttpError(
                405,
                f"{self.method} is not allowed here: the service is read-only.",
                headers=(("Allow", "GET, HEAD, OPTIONS"),),
            )

    def hand_over(
        self, continuation: Callable[[], Response], abandonment: Callable[[], None]
    ) -> None:
        """Pass what the event loop started to the thread that continues the request."""
        self.continuation, self._abandonment = continuation, abandonment

    def abandon(self) -> None:
        """Stop what the event loop started, if no thread has continued it."""
        if self._abandonment is not None:
            self._abandonment()

    def continue_in(self, environ: MutableMapping[str, Any]) -> None:
        """Use the environment of the thread that continues this request.

        The loop's has the headers alone.
        """
        self.public_root = public_url.accept(self.service.settings, environ)
        self.environ = cast("dict[str, Any]", environ)
        self.headers = EnvironHeaders(self.environ)
        self.scheme = str(environ["wsgi.url_scheme"])
        port = str(environ["SERVER_PORT"])  # a client may choose it: see the proxy's headers
        self.server = (
            str(environ["SERVER_NAME"]),
            int(port) if re.fullmatch("[0-9]{1,5}", port) else None,
        )
        self.remote_addr = environ["REMOTE_ADDR"]

    def finished(self, status: int, size: int, outcome: str = "") -> FinishedRequest:
        """Return the record of this request for logs and metrics."""
        notes = self.notes
        found = outcome or notes.get("outcome") or notes.get("problem")
        return FinishedRequest(
            self.id,
            self.remote_addr or "",
            self.method,
            self.path,
            self.route,
            status,
            size,
            self.elapsed_ms,
            found or ("cached" if "cache" in notes else "answered"),
            notes,
        )


# Flask's proxy of the request being answered, as the class that it has here.
request = cast("Request", flask.request)


def _read_languages(request: Request) -> ChosenLanguages:
    arguments = request.args
    return choose_languages(
        arguments.get("ui", ""),
        arguments.get("lang", ""),
        request.accept_language,
        request.edition.kg.languages.common,
    )


def new_id() -> str:
    """Return an id for a request without one. It need not be hard to guess."""
    return f"{random.getrandbits(64):016x}"


def apply_prefix(environ: MutableMapping[str, Any], prefix: str) -> None:
    """Move the path under which a proxy publishes the service to SCRIPT_NAME.

    The proxy may keep or remove the prefix.
    """
    if not prefix:
        return
    raw = str(environ.get("PATH_INFO", "") or "/")
    if raw == prefix or raw.startswith(prefix + "/"):
        raw = raw[len(prefix) :] or "/"
    environ["SCRIPT_NAME"], environ["PATH_INFO"] = prefix, raw
