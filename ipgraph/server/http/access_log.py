"""The access log and the error log: one JSON object a line, with the id of the request."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipgraph.server.http.request import Exchange
    from ipgraph.settings import Settings


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
        """Tell whether requests are noted."""
        return self._access is not None

    def access(self, exchange: Exchange, status: int, size: int) -> None:
        """Note one request that has been answered, or cut off."""
        if self._access is None:
            return
        note = dict(exchange.note)
        if "query" in note:
            note["query"] = note["query"][: self._query_chars]
        self._write(
            {
                "id": exchange.id,
                "client": exchange.environ.get("REMOTE_ADDR", ""),
                "method": exchange.method,
                "path": exchange.path[:200],
                "status": status,
                "bytes": size,
                "ms": round(exchange.elapsed_ms, 2),
                **note,
            },
        )

    def error(self, exchange: Exchange, trace: str) -> None:
        """Note a failure of the service itself, with its trace."""
        query = str(exchange.note.get("query", ""))[: self._query_chars]
        fields = {"id": exchange.id, "path": exchange.path[:200], "query": query, "trace": trace}
        self._write({"level": "error", **fields}, to_errors=True)

    def reopen(self) -> None:
        """Go on in the file that has the name of the log now: the old one was moved away."""
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
            # Read under the lock: the log may have been opened anew.
            out = sys.stderr if to_errors or self._access is None else self._access
            out.write(line + "\n")
            out.flush()
