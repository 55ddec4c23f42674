"""What bounds the size of pages: excerpts of long texts, and lists that end at a size.

Data may hold a text of megabytes or a hundred of some kilobytes. Pages show a text that is not long
as it is, and of long ones as much as fits on the page; the data formats have all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flask import g

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ipgraph.entities.statements import Value

Item = TypeVar("Item")

MAX_CHARS = 6000  # of a text while there is space on the page
SHORT_CHARS = 300  # of every text, also when there is none
PAGE_CHARS = 24_000  # of all texts of a page, before the long ones are cut to SHORT_CHARS
LIST_BYTES = 60_000  # of a list or table on a page, about
_MARKUP = 120  # bytes of HTML around a text or a link, about


def excerpt(text: str) -> str:
    """Return a text, or its beginning if it is long; counts the texts of the current request."""
    shown = g.get("shown_chars", 0)
    limit = MAX_CHARS if shown < PAGE_CHARS else SHORT_CHARS
    found = text if len(text) <= limit else _cut(text, limit)
    g.shown_chars = shown + len(found)
    return found


def _cut(text: str, limit: int) -> str:
    """Return the beginning of a text up to a space, if there is one near the limit."""
    end = text.rfind(" ", limit - 40, limit)
    return text[: end if end > 0 else limit] + " …"


def within(
    items: Iterable[Item], size: Callable[[Item], int], limit: float = LIST_BYTES
) -> list[Item]:
    """Return the first items whose sizes stay below a limit in sum, at least one."""
    found: list[Item] = []
    total = 0
    for item in items:
        total += size(item)
        if found and total > limit:
            break
        found.append(item)
    return found


def size_of(value: Value) -> int:
    """Return about how many bytes of HTML a value takes, with all that is nested in it."""
    parts = (nested for _, values in value.parts for nested in values)
    inner = (*parts, *(value.items or ()), *(value.triple or ()), *value.annotations)
    return text_size(value.text, value.iri) + sum(map(size_of, inner))


def text_size(text: str, iri: str = "") -> int:
    """Return about how many bytes of HTML a text takes that links to the page of an IRI."""
    return _MARKUP + len(text[:MAX_CHARS].encode()) + 2 * len(iri)
