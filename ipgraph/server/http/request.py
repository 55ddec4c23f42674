"""One request as the service sees it, whichever WSGI server brought it."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ipgraph.server.http.response import HttpError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, MutableMapping

_REQUEST_ID = re.compile(r"[A-Za-z0-9._\-]{1,64}$")


@dataclass(slots=True)
class Exchange:
    """A request, and what the log and the metrics will say of it."""

    environ: MutableMapping[str, Any]
    id: str
    method: str
    path: str
    query: str
    accept: str
    started: float
    note: dict[str, Any] = field(default_factory=dict)
    recalled: tuple[Hashable, str] | None = None  # under which key, and how, its answer is kept

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the request came in."""
        return (time.perf_counter() - self.started) * 1000

    @property
    def reads(self) -> bool:
        """Tell whether it is GET or HEAD."""
        return self.method in ("GET", "HEAD")

    def header(self, name: str) -> str:
        """Return a header of the request, empty where it is not there."""
        return str(self.environ.get("HTTP_" + name.upper().replace("-", "_"), ""))

    def alive(self) -> Callable[[], bool]:
        """Return what tells whether the client is still there, where the server can tell."""
        left = self.environ.get("waitress.client_disconnected")
        return (lambda: not left()) if left else (lambda: True)

    def require_reading(self) -> None:
        """Refuse methods that change things: the service reads only."""
        if not self.reads:
            raise HttpError(
                405,
                f"{self.method} is not possible here; the service reads only.",
                headers=(("Allow", "GET, HEAD, OPTIONS"),),
            )


def begin(environ: MutableMapping[str, Any], prefix: str) -> Exchange:
    """Open an exchange; `prefix` is the path under which a proxy publishes the service.

    The proxy may send the prefix on or cut it off; either way it ends in SCRIPT_NAME.
    """
    raw = str(environ.get("PATH_INFO", "") or "/")
    if prefix:
        if raw == prefix or raw.startswith(prefix + "/"):
            raw = raw[len(prefix) :] or "/"
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = prefix, raw
    given = str(environ.get("HTTP_X_REQUEST_ID", ""))
    return Exchange(
        environ=environ,
        id=given if given and _REQUEST_ID.match(given) else new_id(),
        method=str(environ.get("REQUEST_METHOD", "GET")),
        path=_decoded(raw),
        query=str(environ.get("QUERY_STRING", "")),
        accept=str(environ.get("HTTP_ACCEPT", "")),
        started=time.perf_counter(),
    )


def new_id() -> str:
    """Return a name for a request that has brought none; it tells requests apart, and no more."""
    return f"{random.getrandbits(64):016x}"


def _decoded(raw: str) -> str:
    """Return the path as text, empty where it is not UTF-8: that names nothing here."""
    if raw.isascii():
        return raw
    try:
        return raw.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return ""
