"""The languages of texts: which of several a reader gets.

A tag and a range are compared as in RFC 4647. In order: the preferred languages, texts without a
language, then the other languages of the data, those with most labels first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyoxigraph import Literal

Item = TypeVar("Item")

_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,7}")
MAX_PREFERRED = 3
_MAX_CACHED = 1000


def is_tag(text: str) -> bool:
    """True for what has the form of a language tag (BCP 47)."""
    return len(text) <= 35 and _TAG.fullmatch(text) is not None


def negotiate(ranges: Iterable[str], available: Sequence[str]) -> tuple[str, ...]:
    """Return the language ranges that some of the `available` tags match, in order.

    A range that matches none is shortened from its end: ``es-MX`` finds ``es``. At most
    `MAX_PREFERRED`; all in lower case.
    """
    tags = [tag.lower() for tag in available]
    found: dict[str, None] = {}
    for wanted in ranges:
        text = wanted.lower()
        while text and not any(matches(tag, text) for tag in tags):
            text = text.rpartition("-")[0]
        if text and len(found) < MAX_PREFERRED:
            found[text] = None
    return tuple(found)


def matches(tag: str, wanted: str) -> bool:
    """True if a tag is `wanted` or more specific: ``en`` matches ``en-us``. Both in lower case."""
    return tag == wanted or tag.startswith(wanted + "-")


class Languages:
    """An order of languages: `preferred` ranges, then none, then `common` tags, then any other."""

    def __init__(self, preferred: Iterable[str] = (), common: Iterable[str] = ()) -> None:
        self.preferred = tuple(dict.fromkeys(tag.lower() for tag in preferred))
        self.common = tuple(dict.fromkeys(tag.lower() for tag in common))
        self._ranks: dict[str | None, tuple[int, str]] = {}

    @property
    def first(self) -> str:
        """The language that most texts are shown in; empty if unknown."""
        return next(iter(self.tags), "")

    @property
    def tags(self) -> tuple[str, ...]:
        """All its languages, in order."""
        return (*self.preferred, *self.common)

    def prefer(self, *languages: str) -> Languages:
        """Return the order in which `languages` come before all others."""
        return Languages((*languages, *self.preferred), self.common)

    def rank(self, tag: str | None) -> tuple[int, str]:
        """Return a sort key of the tag of a text, which is None or empty for no language."""
        rank = self._ranks.get(tag)
        if rank is None:
            if len(self._ranks) >= _MAX_CACHED:
                self._ranks.clear()
            rank = self._ranks[tag] = self._rank((tag or "").lower())
        return rank

    def _rank(self, tag: str) -> tuple[int, str]:
        preferred, common = self.preferred, self.common
        if not tag:
            return len(preferred), ""
        for place, wanted in enumerate(preferred):
            if matches(tag, wanted):
                return place, ""
        after = len(preferred) + 1
        return (after + common.index(tag), "") if tag in common else (after + len(common), tag)

    def choose(self, literals: Sequence[Literal]) -> Literal | None:
        """Return the literal in the best language; of several, the first."""
        if not literals:
            return None
        return min(literals, key=lambda literal: self.rank(literal.language))

    def split(
        self, items: Iterable[Item], language_of: Callable[[Item], str]
    ) -> tuple[list[Item], list[Item]]:
        """Return the items in the best language that any of them has, and all others."""
        given = list(items)
        if not given:
            return [], []
        best = min(self.rank(language_of(item)) for item in given)
        shown = [item for item in given if self.rank(language_of(item)) == best]
        return shown, [item for item in given if self.rank(language_of(item)) != best]
