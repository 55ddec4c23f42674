"""End a text with a newline, as lines on a terminal and in a pipe do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator


class _LastByte:
    """A binary file that remembers the last byte that was written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.last = b"\n"  # nothing needs no newline

    def write(self, part: bytes) -> int:
        if part:
            self.last = bytes(part[-1:])
        return self._out.write(part)

    def flush(self) -> None:
        self._out.flush()


@contextmanager
def ended(out: IO[bytes]) -> Iterator[IO[bytes]]:
    """Yield a file; what is written to it reaches `out` and ends with a newline, unless it fails.

    Standards of formats ask for none after JSON, XML and the word of an ASK, and forbid none.
    """
    watched = _LastByte(out)
    yield cast("IO[bytes]", watched)
    if watched.last != b"\n":
        out.write(b"\n")
