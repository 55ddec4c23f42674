"""The access log and the error log: one JSON object a line, with the id of the request."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.settings import Settings


class FinishedRequest(NamedTuple):
    """A request whose response was sent, or cut off: what logs and metrics say of it.

    `route` is the rule of the address, empty where there is none. `outcome` is ``answered``,
    ``cached``, ``cut``, ``client left`` or the type of a problem.
    """

    id: str
    client: str
    method: str
    path: str
    route: str
    status: int
    size: int
    duration_ms: float
    outcome: str
    notes: Mapping[str, Any]


class Log:
    """Two logs; safe for threads. Errors go to standard error whatever the access log is."""

    def __init__(self, settings: Settings) -> None:
        self._query_chars = settings.logged_query_chars
        self._lock = threading.Lock()
        self._access: IO[str] | None = None
        self._path = settings.access_log if settings.access_log != "-" else ""
        if self._path:
            self._access = self._opened()
        elif settings.access_log:
            self._access = sys.stderr

    @property
    def is_on(self) -> bool:
        """True if requests are logged."""
        return self._access is not None

    def access(self, finished: FinishedRequest) -> None:
        """Write one request that was answered, or cut off."""
        if self._access is None:
            return
        notes = dict(finished.notes)
        if "query" in notes:
            notes["query"] = notes["query"][: self._query_chars]
        self._write(
            {
                "id": finished.id,
                "client": finished.client,
                "method": finished.method,
                "path": finished.path[:200],
                "status": finished.status,
                "bytes": finished.size,
                "ms": round(finished.duration_ms, 2),
                **notes,
            },
        )

    def error(self, request_id: str, path: str, query: str, trace: str) -> None:
        """Write a failure of the service itself, with its trace."""
        fields = {
            "id": request_id,
            "path": path[:200],
            "query": query[: self._query_chars],
            "trace": trace,
        }
        self._write({"level": "error", **fields}, to_errors=True)

    def reopen(self) -> None:
        """Open the file again by its name: the old one was moved away."""
        if self._path:
            with self._lock:
                self.close()
                self._access = self._opened()

    def _opened(self) -> IO[str]:
        return open(self._path, "a", encoding="utf-8", buffering=1)

    def close(self) -> None:
        """Close the file of the access log."""
        if self._access is not None and self._access is not sys.stderr:
            self._access.close()

    def _write(self, fields: dict[str, Any], *, to_errors: bool = False) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = json.dumps({"time": stamp, **fields}, ensure_ascii=True)
        with self._lock:
            # Read under the lock: the log may have been opened again.
            out = sys.stderr if to_errors or self._access is None else self._access
            out.write(line + "\n")
            out.flush()
