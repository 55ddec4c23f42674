"""The place that a value is read from: its path in the file, and the faults found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a path of keys and of positions in lists."""

    path: KeyPath
    message: str


@dataclass(slots=True)
class Reading:
    """What the reading of one file shares: its prefixes, its folder, its faults.

    Without a `folder`, no file is looked for.
    """

    prefixes: Mapping[str, str]
    folder: Path | None = None
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """A path in the file that is read."""

    reading: Reading
    path: KeyPath = ()

    def __truediv__(self, key: str | int) -> Place:
        return Place(self.reading, (*self.path, key))

    def __str__(self) -> str:
        """Write the path as a reader of the file sees it: ``[time] present``, ``[[nodes]] 2``."""
        if len(self.path) < 2:
            return str(self.path[0]) if self.path else "The file"
        if len(self.path) == 2 and isinstance(self.path[1], int):
            return f"{self.path[0]}, item {self.path[1] + 1}"
        head, rest = self._head()
        return " ".join((head, *rest))

    def as_table(self) -> str:
        """Write the path of a table; empty for the file as a whole."""
        if len(self.path) == 1:
            return f"[{self.path[0]}]"
        if not self.path:
            return ""
        head, rest = self._head()
        return " ".join((head, *rest))

    def _head(self) -> tuple[str, list[str]]:
        """Return the top-level table with its number, and the names below it."""
        first, second, *rest = self.path
        names = [str(part + 1) if isinstance(part, int) else part for part in rest]
        if isinstance(second, int):
            return f"[[{first}]] {second + 1}", names
        return f"[{first}]", [second, *names]

    def fault(self, message: str) -> None:
        """Record a fault here."""
        self.reading.faults.append(Fault(self.path, message))

    def wrong_type(self, value: object, wanted: str) -> None:
        """Record that a value has the wrong type; names both."""
        self.fault(f"{self} is {describe(value)}; it must be {wanted}.")


def describe(value: object) -> str:
    """Return the type of a TOML value, with a short value itself."""
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, str):
        return f'the string "{shorten(value)}"'
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return f"the date or time {value}"


def shorten(text: str, limit: int = 60) -> str:
    """Return a text on one line, cut at `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``Did you mean "x"?`` for the nearest known name, else the list of known ones."""
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(name[:80], names, n=1, cutoff=0.5)
    if close:
        return f'Did you mean "{close[0]}"?'
    shown = ", ".join(names[:40])
    return f"Known: {shown}." if names else "None is known."
