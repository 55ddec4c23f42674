"""The keys under which the names in a question are looked up.

A key has the words of a name in the singular. Names are also found without the noun of their class:
"Chemical" for "Chemical Sector", "Infrastructure Protection" for "Office of Infrastructure
Protection", "Homeland Security Act" for "Homeland Security Act of 2002".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from ipgraph.search.answering.stemming import name_key
from ipgraph.search.ranks import NameType, Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

SCHEMA = """
CREATE TABLE name_keys (key TEXT, rank INTEGER, entity INTEGER, PRIMARY KEY (key, rank, entity))
  WITHOUT ROWID;
"""
_MAX_SAME = 12  # entities with the same name that are tried
_OF_YEAR = re.compile(r"(.+) of (?:1[5-9]|20)\d\d")
_MEASURE = re.compile(r"number of (.+)", re.IGNORECASE)
_ACRONYM_FIRST = re.compile(r"[A-Z]{2,}[A-Z0-9]* (\w+ \w.*)")


@dataclass(frozen=True, slots=True)
class Named:
    """An entity with a name that was looked up, and its number in the index."""

    number: int
    iri: str
    rank: NameType
    tier: Tier


def keys_of(names: Mapping[str, int], kinds: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield the keys of an entity with their ranks; `kinds` are the labels of its classes."""
    for text, name_type in names.items():
        yield name_key(text), name_type
    nouns = "|".join(re.escape(kind) for kind in kinds if kind)
    for text, name_type in names.items():
        if name_type <= NameType.OTHER:
            for part in _parts(text, nouns):
                yield name_key(part), NameType.PARTIAL


def _parts(text: str, nouns: str) -> Iterator[str]:
    """Yield what people write in place of a name."""
    for pattern in (_OF_YEAR, _MEASURE, _ACRONYM_FIRST):
        if found := pattern.fullmatch(text):
            yield found[1]
    if not nouns:
        return
    before = re.fullmatch(rf"(?:the )?({nouns}) (?:of|for) (?:the )?(.+ .+)", text, re.IGNORECASE)
    if before:
        yield before[2]
        yield f"{before[2]} {before[1]}"
    if after := re.fullmatch(rf"(.+) (?:{nouns})", text, re.IGNORECASE):
        yield after[1]


class NameKeys:
    """The keys of an index; `rows` runs a query on it."""

    def __init__(self, rows: Callable[[str, Sequence[object]], list[Any]]) -> None:
        self._rows = rows

    def find(self, keys: Iterable[str]) -> dict[str, list[Named]]:
        """Return the entities with each of some keys, the best first: by rank, then by links."""
        found: dict[str, list[Named]] = {}
        for key in islice(dict.fromkeys(keys), 1000):
            rows = self._rows(
                "SELECT e.id, e.iri, k.rank, e.tier FROM name_keys k"
                " JOIN entities e ON e.id = k.entity WHERE k.key = ?"
                " ORDER BY k.rank, k.entity LIMIT ?",
                (key, _MAX_SAME),
            )
            if rows:
                found[key] = [
                    Named(number, iri, NameType(rank), Tier(tier))
                    for number, iri, rank, tier in rows
                ]
        return found
