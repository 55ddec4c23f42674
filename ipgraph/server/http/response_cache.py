"""The response cache: recently used responses, bounded in bytes, compressed if worthwhile.

An entry is found by its key, which names the representation (the query, its options and its
format), or by the identity of an earlier request, which needs no parsing.
"""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ipgraph.server.http.response import Headers

# Below this size, a compressed body saves less than its extra header costs.
_COMPRESSED_FROM_BYTES = 1024
_COMPRESSED_AT_USE = 2
_OVERHEAD_BYTES = 1024  # of an entry besides its body: keys, headers, objects
_MAX_SHARE = 8  # no response takes more than 1/8 of the cache
_COMPRESSIBLE = ("text/", "application/", "image/svg")
_MAX_IDENTITIES = 20_000
_MAX_IDENTITY_CHARS = 8_000
Key = tuple[str, Hashable]  # the name of the edition, and the representation
Identity = tuple[Hashable, ...]  # `caching.Inputs` of a request


@dataclass(slots=True)
class CachedResponse:
    """A response with status 200 in the cache, with its strong tag."""

    headers: Headers
    body: bytes
    tag: str
    query: str = ""  # the query text, for the log
    route: str = ""  # the path of the route that made it, for the metrics
    uses: int = 0
    compressed: bytes | None = None

    @property
    def size(self) -> int:
        """The bytes that count toward the bound of the cache."""
        return len(self.body) + len(self.compressed or b"") + len(self.query) + _OVERHEAD_BYTES

    @property
    def is_settled(self) -> bool:
        """True if the decision about compression has been made."""
        return self.uses > _COMPRESSED_AT_USE


class CacheFigures(NamedTuple):
    """Statistics of a cache at one moment."""

    hits: int
    misses: int
    entries: int
    size: int


class ResponseCache:
    """The responses to recent requests, by key. Thread-safe."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._size = 0
        self._hits = 0
        self._misses = 0
        self._entries: OrderedDict[Key, CachedResponse] = OrderedDict()
        self._keys: dict[Identity, Key] = {}
        self._lock = threading.Lock()
        self._edition = ""

    @property
    def figures(self) -> CacheFigures:
        """Hits and misses so far, and the current size."""
        with self._lock:
            return CacheFigures(self._hits, self._misses, len(self._entries), self._size)

    def key_of(self, identity: Identity) -> Key | None:
        """Return the key of the response to an identical request; else None."""
        return self._keys.get(identity)

    def get(self, key: Key) -> CachedResponse | None:
        """Return the response under a key, and count the use."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                self._misses += 1
                return None
            self._entries.move_to_end(key)
            self._hits += 1
            entry.uses += 1
            return entry

    def put(self, key: Key, entry: CachedResponse, identity: Identity | None) -> None:
        """Store a response unless it takes too large a part of the cache.

        `key` begins with the name of the edition. A response of an edition that was replaced while
        it was made is not stored.
        """
        if entry.size * _MAX_SHARE > self.max_bytes:
            return
        with self._lock:
            if key[0] != self._edition:
                return
            old = self._entries.pop(key, None)
            self._size += entry.size - (old.size if old else 0)
            self._entries[key] = entry
            while self._size > self.max_bytes:
                self._size -= self._entries.popitem(last=False)[1].size
            if identity is not None and _chars(identity) < _MAX_IDENTITY_CHARS:
                if len(self._keys) >= _MAX_IDENTITIES:
                    self._keys.clear()
                self._keys[identity] = key

    def compress(self, key: Key, entry: CachedResponse) -> bytes | None:
        """Return the compressed body, made at the second use; None if compression does not pay."""
        if (
            entry.compressed is None
            and entry.uses >= _COMPRESSED_AT_USE
            and is_compressible(entry.headers, len(entry.body))
        ):
            compressed = gzip.compress(entry.body, 6, mtime=0)
            if len(compressed) < len(entry.body):
                with self._lock:
                    if self._entries.get(key) is entry and entry.compressed is None:
                        entry.compressed = compressed
                        self._size += len(compressed)
        return entry.compressed

    def begin(self, edition: str) -> None:
        """Remove all entries; from now on, store the responses of an edition only."""
        with self._lock:
            self._edition = edition
            self._entries.clear()
            self._keys.clear()
            self._size = 0


def _chars(identity: Identity) -> int:
    return sum(len(part) for part in identity if isinstance(part, str))


def is_compressible(headers: Headers, size: int) -> bool:
    """True if compression pays for a body of this type and size."""
    content_type = next((value for name, value in headers if name == "Content-Type"), "")
    return size >= _COMPRESSED_FROM_BYTES and content_type.startswith(_COMPRESSIBLE)
