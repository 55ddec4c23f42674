"""Raw-request cache: responses and parsed headers, keyed by the exact bytes received.

Programs send the same bytes again and again: the same request, or another query under the same
headers. Headers that waitress has parsed once are not parsed again. This module parses no request
itself: bytes that are not in the cache go to waitress.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipgraph.server.api import sparql
from ipgraph.server.context import new_id
from ipgraph.server.http import caching, public_url

if TYPE_CHECKING:
    from ipgraph.server.application import Application
    from ipgraph.server.context import Request
    from ipgraph.server.http.access_log import FinishedRequest
    from ipgraph.server.http.metrics import Series
    from ipgraph.server.http.response import Response
    from ipgraph.server.http.response_cache import Key

_MAX_REQUEST_BYTES = 8 << 10
_MAX_CACHED_BYTES = 16 << 20
_MAX_HEADERS = 1000
_END = b"\r\n\r\n"
# Headers that concern the connection, or a body: such requests are always parsed.
_SPECIAL = ("CONTENT_LENGTH", "CONTENT_TYPE", "TRANSFER_ENCODING", "EXPECT", "UPGRADE")
_OWN_ID = "X_REQUEST_ID"


@dataclass(frozen=True, slots=True)
class _ReadyResponse:
    """The cached response to certain bytes: its key, coding and head, and its log entry."""

    key: Key
    coding: str  # as in `caching.body_of`
    head: str
    forwarded_for: str  # the client that a trusted proxy named; else empty
    finished: FinishedRequest
    series: Series


class RawRequestCache:
    """A cache keyed by the bytes of requests. Only the event loop's thread uses it."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._service = application.service
        # Equal bytes mean another response if a trusted proxy sends them, so they are apart.
        self._responses: dict[bytes, _ReadyResponse] = {}
        self._responses_to_proxy: dict[bytes, _ReadyResponse] = {}
        self._has_proxy = bool(self._service.settings.trusted_proxy)
        self._cached_bytes = 0
        self._headers: dict[bytes, dict[str, str]] = {}
        prefix = re.escape(self._service.settings.path_prefix.encode())
        paths = b"|".join(sorted(re.escape(path.encode()) for path in sparql.PATHS))
        self._first_line = re.compile(
            rb"GET (" + prefix + rb"(?:" + paths + rb"))\?([!\"$-~]+) HTTP/1\.1\r\n"
        )

    def respond(self, data: bytes, client: str) -> tuple[bytes, bytes] | None:
        """Return head and body of the cached response to the bytes of a request, if any."""
        responses = self._responses if not self._has_proxy else self._responses_for(client)
        ready = responses.get(data)
        if ready is None:
            return None
        started = time.perf_counter()
        body = caching.body_of(self._service.cache.get(ready.key), ready.coding)
        if body is None:  # no longer cached, or in another coding
            self._cached_bytes -= len(data)
            del responses[data]
            return None
        request_id = new_id()
        head = self._application.head(ready.head, started, request_id)
        duration_ms = (time.perf_counter() - started) * 1000
        if self._application.access_log.is_on:
            finished = ready.finished._replace(
                id=request_id,
                client=ready.forwarded_for or client,
                duration_ms=duration_ms,
            )
            self._application.record(finished)
        else:  # the same as `record`, 1 µs faster
            ready.series.observe(duration_ms)
        return head, body

    def remember(self, data: bytes, client: str, request: Request, response: Response) -> None:
        """Record that a cached response answers these bytes from this peer."""
        lookup, responses = request.lookup, self._responses_for(client)
        if lookup.key is None or request.method != "GET" or not data:
            return
        if "HTTP_X_REQUEST_ID" in request.environ or data in responses:
            return
        if self._cached_bytes + len(data) > _MAX_CACHED_BYTES:
            self._responses.clear()
            self._responses_to_proxy.clear()
            self._cached_bytes = 0
        size = len(response.get_data())
        finished = request.finished(response.status_code, size)
        responses[data] = _ReadyResponse(
            lookup.key,
            lookup.coding,
            self._application.stable_head(response, size),
            finished.client if finished.client != client else "",
            finished,
            self._service.metrics.series(finished),
        )
        self._cached_bytes += len(data)

    def _responses_for(self, peer: str) -> dict[bytes, _ReadyResponse]:
        if public_url.is_trusted(self._service.settings, peer):
            return self._responses_to_proxy
        return self._responses

    def parse(self, data: bytes) -> dict[str, Any] | None:
        """Return the WSGI environment of a query with known headers; else None."""
        found = self._first_line.match(data)
        if found is None:
            return None
        headers = self._headers.get(data[found.end() :])
        if headers is None:
            return None
        environ: dict[str, Any] = dict(headers)
        environ["PATH_INFO"] = found[1].decode("ascii")
        environ["QUERY_STRING"] = found[2].decode("ascii")
        return environ

    def learn(self, data: bytes, parsed: Any) -> None:
        """Record how waitress parsed the headers of a plain request; `data` is all its bytes."""
        found = self._first_line.match(data)
        if found is None or _OWN_ID in parsed.headers:
            return
        if len(self._headers) >= _MAX_HEADERS:
            self._headers.clear()
        self._headers[data[found.end() :]] = environ_of(parsed)


def is_one(data: bytes) -> bool:
    """True if bytes are one request without a body, and short enough to be cached."""
    return 0 < len(data) <= _MAX_REQUEST_BYTES and data.find(_END) == len(data) - len(_END)


def is_plain(parsed: Any) -> bool:
    """True if a request that waitress parsed has a plain path and no header for the connection."""
    if parsed.error or parsed.version != "1.1" or parsed.command not in ("GET", "HEAD"):
        return False
    if not parsed.path.isascii() or parsed.path.startswith("//"):  # waitress changes the latter
        return False
    headers = parsed.headers
    if headers.get("CONNECTION", "keep-alive").lower() != "keep-alive":
        return False
    return not any(name in headers for name in _SPECIAL)


def environ_of(parsed: Any) -> dict[str, Any]:
    """Return the WSGI environment that the service reads, without path, query and client."""
    environ: dict[str, Any] = {f"HTTP_{name}": value for name, value in parsed.headers.items()}
    environ["REQUEST_METHOD"] = parsed.command
    return environ
