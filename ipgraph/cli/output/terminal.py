"""Text from data never controls a terminal.

Control characters (C0, DEL and C1) can move the cursor, change the title or write to the clipboard;
bidirectional controls show text in another order than it has. On a terminal, standard output and
standard error pass through a filter that replaces both. Files and pipes get the exact bytes.
"""

from __future__ import annotations

import codecs
import io
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, TextIO

_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)


def harmless(text: str) -> str:
    """Replace characters that could control a terminal, except newlines and tabs."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def protect() -> None:
    """Filter standard output and standard error of this process where they are terminals."""
    sys.stdout, sys.stderr = _protected(sys.stdout), _protected(sys.stderr)


def is_protected(stream: TextIO) -> bool:
    """True if a stream is filtered, so that nothing may bypass it."""
    return isinstance(stream, _HarmlessText)


def unfiltered(stream: TextIO) -> TextIO:
    """Return the terminal itself, for a writer that filters what it shows and adds colors."""
    return stream.terminal if isinstance(stream, _HarmlessText) else stream


def _protected(stream: TextIO) -> TextIO:
    if is_protected(stream) or not stream.isatty():
        return stream
    return _HarmlessText(stream)


class _HarmlessText(io.TextIOWrapper):
    """A text stream to a terminal; its `buffer` takes UTF-8."""

    def __init__(self, terminal: TextIO) -> None:
        super().__init__(
            _HarmlessBytes(terminal),  # type: ignore[arg-type]  # what TextIOWrapper needs of it
            encoding="utf-8",
            errors="surrogateescape",
            newline="",
            write_through=True,
        )
        self.terminal = terminal


class _HarmlessBytes(io.RawIOBase):
    """Decodes UTF-8, replaces controls, and writes to a terminal."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""  # a carriage return, until it is known what follows

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Write all bytes; return how many they are."""
        text = self._pending + self._decoder.decode(bytes(data))
        self._pending = "\r" if text.endswith("\r") else ""
        text = text.removesuffix("\r").replace("\r\n", "\n")
        self._terminal.write(harmless(text))
        self._terminal.flush()
        return len(data)

    def flush(self) -> None:
        """Flush the terminal."""
        self._terminal.flush()
