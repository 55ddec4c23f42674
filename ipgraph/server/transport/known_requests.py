"""Requests known to the byte: answers that are kept, and headers that have been read before.

Programs send the same bytes again and again: the same request, or another query under the same
headers. What waitress has read once need not be read again, so both are looked up by their bytes.
Nothing here reads a request of its own account: bytes that are not known are waitress's.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ipgraph.server.api import sparql
from ipgraph.server.http import caching
from ipgraph.server.http import request as exchanges

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from ipgraph.server.application import Front
    from ipgraph.server.http.request import Exchange
    from ipgraph.server.http.response import Response

_MAX_REQUEST_BYTES = 8 << 10
_MAX_KNOWN_BYTES = 16 << 20
_MAX_HEADERS = 1000
_END = b"\r\n\r\n"
# Headers that say something of the connection, or of a body: such requests are read anew.
_SPECIAL = ("CONTENT_LENGTH", "CONTENT_TYPE", "TRANSFER_ENCODING", "EXPECT", "UPGRADE")
_OWN_ID = "X_REQUEST_ID"


@dataclass(frozen=True, slots=True)
class _Ready:
    """A kept answer to certain bytes: where it is kept, in which form, and under which head."""

    key: Hashable
    status: int
    coding: str  # "", "gzip", or "none" for an answer without a body
    head: str
    exchange: Exchange


class Repeats:
    """What is known of requests by their bytes; used in the loop's thread alone."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._ready: dict[bytes, _Ready] = {}
        self._ready_bytes = 0
        self._headers: dict[bytes, dict[str, str]] = {}
        prefix = re.escape(front.service.settings.path_prefix.encode())
        paths = b"|".join(sorted(re.escape(each.encode()) for each in sparql.PATHS))
        self._first_line = re.compile(
            rb"GET (" + prefix + rb"(?:" + paths + rb"))\?([!\"$-~]+) HTTP/1\.1\r\n"
        )

    def answer(self, data: bytes, client: str) -> tuple[bytes, bytes] | None:
        """Return head and body of the kept answer to the bytes of a request, if there is one."""
        ready = self._ready.get(data)
        if ready is None:
            return None
        started = time.perf_counter()
        front = self._front
        kept = front.service.cache.get(ready.key)
        body = caching.body_of(kept, ready.coding)
        if body is None:  # kept no longer, or in another form
            self._ready_bytes -= len(data)
            del self._ready[data]
            return None
        name = exchanges.new_id()
        front.service.statuses[ready.status] += 1
        if front.log.is_on:
            environ = dict(ready.exchange.environ)
            environ["REMOTE_ADDR"] = self.client_of(environ, client)
            again = replace(ready.exchange, environ=environ, id=name, started=started)
            front.log.access(again, ready.status, len(body))
        return front.head(ready.head, started, name), body

    def remember(self, data: bytes, exchange: Exchange, response: Response) -> None:
        """Note that an answer which `keeping.recall` has found answers these bytes again."""
        if exchange.recalled is None or exchange.method != "GET" or not data:
            return
        if exchange.header("X-Request-Id") or data in self._ready:
            return
        if self._ready_bytes + len(data) > _MAX_KNOWN_BYTES:
            self._ready.clear()
            self._ready_bytes = 0
        key, coding = exchange.recalled
        head = self._front.stable_head(exchange, response)
        self._ready[data] = _Ready(key, response.status, coding, head, exchange)
        self._ready_bytes += len(data)

    def client_of(self, environ: Mapping[str, Any], peer: str) -> str:
        """Return whose request it is: the peer's, or whom a trusted proxy names (last of all)."""
        named = str(environ.get("HTTP_X_FORWARDED_FOR", ""))
        if named and self._front.service.settings.trusted_proxy in ("*", peer):
            return named.rpartition(",")[2].strip()
        return peer

    def read(self, data: bytes) -> dict[str, Any] | None:
        """Return the WSGI environment of a query under headers that are known; else None."""
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

    def learn(self, data: bytes, request: Any) -> None:
        """Note how waitress has read the headers of a plain request, of which `data` are all."""
        found = self._first_line.match(data)
        if found is None or _OWN_ID in request.headers:
            return
        if len(self._headers) >= _MAX_HEADERS:
            self._headers.clear()
        self._headers[data[found.end() :]] = environ_of(request)


def is_one(data: bytes) -> bool:
    """Tell whether bytes are one request without a body, and not too long to be kept."""
    return 0 < len(data) <= _MAX_REQUEST_BYTES and data.find(_END) == len(data) - len(_END)


def is_plain(request: Any) -> bool:
    """Tell whether a request, as waitress has read it, asks nothing special of the connection."""
    if request.error or request.version != "1.1" or request.command not in ("GET", "HEAD"):
        return False
    headers = request.headers
    if headers.get("CONNECTION", "keep-alive").lower() != "keep-alive":
        return False
    return not any(name in headers for name in _SPECIAL)


def environ_of(request: Any) -> dict[str, Any]:
    """Return what the service reads of a WSGI environment, but for path, query and client."""
    environ: dict[str, Any] = {f"HTTP_{name}": value for name, value in request.headers.items()}
    environ["REQUEST_METHOD"] = request.command
    return environ
