"""Answers that are kept: the most recently used, bounded in bytes, precompressed where it pays."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipgraph.server.http.response import Headers

# Below this a compressed body saves less than the header that announces it costs to read.
_COMPRESSED_FROM_BYTES = 1024
_COMPRESSED_AT_USE = 2
_OVERHEAD_BYTES = 1024  # of an entry beside its body: keys, headers, objects
_MAX_SHARE = 8  # no answer takes more than this part of the whole
_COMPRESSIBLE = ("text/", "application/", "image/svg")
Key = Hashable


@dataclass(slots=True)
class Kept:
    """An answer that is kept, with its strong tag."""

    status: int
    headers: Headers
    body: bytes
    tag: str
    query: str = ""  # the text that it answers, for the log
    uses: int = 0
    compressed: bytes | None = None

    @property
    def size(self) -> int:
        """What it counts for, in bytes."""
        return len(self.body) + len(self.compressed or b"") + len(self.query) + _OVERHEAD_BYTES

    @property
    def is_settled(self) -> bool:
        """Tell whether it has been used so often that it is compressed, if it ever will be."""
        return self.uses > _COMPRESSED_AT_USE


class Cache:
    """The answers to recent requests, under any keys; safe for threads."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.size = 0
        self.hits = 0
        self.misses = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Kept | None:
        """Return what is kept under a key, and count the use."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                self.misses += 1
                return None
            self._kept.move_to_end(key)
            self.hits += 1
            found.uses += 1
            return found

    def put(self, key: Key, kept: Kept) -> None:
        """Keep an answer, unless it is too large a part of the whole."""
        if kept.size * _MAX_SHARE > self.max_bytes:
            return
        with self._lock:
            old = self._kept.pop(key, None)
            self.size += kept.size - (old.size if old else 0)
            self._kept[key] = kept
            while self.size > self.max_bytes:
                self.size -= self._kept.popitem(last=False)[1].size

    def compress(self, key: Key, kept: Kept) -> bytes | None:
        """Return the body compressed, made at the second use; None where that does not pay."""
        if kept.compressed is None and kept.uses >= _COMPRESSED_AT_USE and _worth(kept):
            compressed = gzip.compress(kept.body, 6, mtime=0)
            if len(compressed) < len(kept.body):
                with self._lock:
                    if self._kept.get(key) is kept and kept.compressed is None:
                        kept.compressed = compressed
                        self.size += len(compressed)
        return kept.compressed

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self.size = 0


def _worth(kept: Kept) -> bool:
    content_type = next((value for name, value in kept.headers if name == "Content-Type"), "")
    return len(kept.body) >= _COMPRESSED_FROM_BYTES and content_type.startswith(_COMPRESSIBLE)
