"""The file of a search index: its connections, and what happens when it is damaged."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from typing import TYPE_CHECKING, Any

from ipgraph.errors import StoreDamaged
from ipgraph.namespaces import file_iri

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

# Primary result codes; the extended ones have them in their lowest byte.
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR}


class IndexFile:
    """A file that any number of threads may read.

    If it cannot be read, `rebuild` makes a new one, once, and returns its path.
    """

    def __init__(self, path: Path, rebuild: Callable[[], Path] | None) -> None:
        self._path = path
        self._rebuild = rebuild
        self._rebuilding = threading.Lock()
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        weakref.finalize(self, _close, self._opened)

    def rows(self, query: str, values: Sequence[object]) -> list[Any]:
        """Return the rows of a query; build a damaged file again, once. Raises `StoreDamaged`."""
        local = self._local
        try:
            return self._connection(local).execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            if not self._is_damage(error):
                raise
            self._replace_damaged(local, error)
        try:
            return self._connection(self._local).execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._unreadable(error) from error

    def _connection(self, local: threading.local) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(local, "connection", None)
        if connection is None:
            address = f"{file_iri(self._path)}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            local.connection = connection
            self._opened.append(connection)
        return connection

    def _is_damage(self, error: sqlite3.DatabaseError) -> bool:
        """True if an error is about the file, and not about a query, a value or descriptors."""
        code = error.sqlite_errorcode & 0xFF
        if code == sqlite3.SQLITE_CANTOPEN:
            return not self._path.is_file()
        return code in _DAMAGE or str(error).startswith("no such ")

    def _replace_damaged(self, seen: threading.local, error: sqlite3.DatabaseError) -> None:
        """Build the index again, unless another thread has done it; then use new connections.

        Raises `StoreDamaged` if it cannot be built, or if it was built before.
        """
        with self._rebuilding:
            if self._local is not seen:
                return
            if self._rebuild is None:
                raise self._unreadable(error) from error
            rebuild, self._rebuild = self._rebuild, None
            self._path = rebuild()
            self._local = threading.local()

    def _unreadable(self, error: sqlite3.DatabaseError) -> StoreDamaged:
        return StoreDamaged(
            f"The search index {self._path} cannot be read: {error}.",
            hint="Remove it with ipgraph build --clean.",
        )


def _close(opened: list[sqlite3.Connection]) -> None:
    """Close the connections of all threads, after their index was collected."""
    for connection in opened:
        connection.close()
