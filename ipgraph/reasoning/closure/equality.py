"""Replacement by equality: what holds of a thing holds of whatever is the same (eq-rep-s, -p, -o).

These rules name no property, so as clauses they would be three for each relation of the graph. Here
each relation is instead compared with the things that have equals, which are few, and only when it
or `owl:sameAs` grew since the last time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, distinct
from ipgraph.reasoning.closure.relations import Relation, contains, rows_with

if TYPE_CHECKING:
    from collections.abc import Iterator


class Relations(Protocol):
    """The relations that equality is applied to: a `Fixpoint`."""

    relations: dict[int, Relation]

    def relation(self, key: int) -> Relation:
        """Return the relation of a key, an empty one if nothing was added to it."""

    def conclude(self, key: int, codes: Column) -> bool:
        """Add sorted distinct codes as inferred; True if one of them was new."""


class Replacement:
    """Apply eq-rep-* to the relations of a fixpoint."""

    def __init__(self, fixpoint: Relations, same: int) -> None:
        self._fixpoint = fixpoint
        self._same = same
        self._seen: dict[int, tuple[int, int]] = {}

    def run(self) -> bool:
        """Conclude what equality adds to each relation that changed; tell whether it was new."""
        pairs = self._fixpoint.relation(self._same).codes
        if not len(pairs):
            return False
        found = False
        equal = distinct([pairs >> HALF])  # eq-sym makes both sides the same set
        for key in list(self._fixpoint.relations):
            codes = self._fixpoint.relation(key).codes
            state = (len(codes), len(pairs))
            if not len(codes) or self._seen.get(key) == state:
                continue
            self._seen[key] = state
            if key != self._same:
                for other, added in self._replaced(key, codes, equal, pairs):
                    found |= self._fixpoint.conclude(other, added)
        return found

    def _replaced(
        self, key: int, codes: Column, equal: Column, pairs: Column
    ) -> Iterator[tuple[int, Column]]:
        """Yield relations and what equality adds to them because of `codes` in relation `key`."""
        name = ~key if key < 0 else key
        for other in self._equals(pairs, name):
            yield ~other if key < 0 else other, codes
        if key < 0:
            members = equal[contains(codes, equal)]
            if len(members):
                yield key, distinct([_others(members, pairs)[1]])
            return
        # Few things have equals: to search the pairs for them is cheaper than the reverse.
        _, rows = rows_with(codes, equal)
        if len(rows):
            which, others = _others(codes[rows] >> HALF, pairs)
            yield key, distinct([others << HALF | codes[rows][which] & LOW])
        hit = contains(equal, codes & LOW)
        if hit.any():
            found = codes[hit]
            which, others = _others(found & LOW, pairs)
            yield key, distinct([found[which] & ~LOW | others])

    def _equals(self, pairs: Column, term: int) -> list[int]:
        start, end = pairs.searchsorted((term << HALF, (term + 1) << HALF))
        return (pairs[start:end] & LOW).tolist() if end > start else []


def _others(terms: Column, pairs: Column) -> tuple[Column, Column]:
    """Return, for each equal of each of `terms`, the row of the term and the equal."""
    which, rows = rows_with(pairs, terms)
    return which, pairs[rows] & LOW
