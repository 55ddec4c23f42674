"""Replacement by equality: a statement holds for everything equal to its terms (eq-rep-s, -p, -o).

These rules name no property, so as clauses they would be three for each relation of the graph. Here
each relation is instead compared with the terms that have equals, which are few, and only when it
or `owl:sameAs` grew since the last run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, distinct
from ipgraph.reasoning.closure.relations import Relation, contains, rows_with

if TYPE_CHECKING:
    from collections.abc import Iterator


class Relations(Protocol):
    """The relations that equality applies to: a `Fixpoint`."""

    relations: dict[int, Relation]

    def relation(self, key: int) -> Relation:
        """Return the relation of a key; it is empty if nothing was added to it."""

    def conclude(self, key: int, codes: Column) -> bool:
        """Add codes, sorted and distinct, as inferred; True if any was new."""


class Replacement:
    """Applies eq-rep-* to the relations of a fixpoint."""

    def __init__(self, relations: Relations, same: int) -> None:
        self._relations = relations
        self._same = same
        self._seen_sizes: dict[int, tuple[int, int]] = {}

    def run(self) -> bool:
        """Conclude what equality adds to the relations that changed; True if anything was new."""
        pairs = self._relations.relation(self._same).codes
        if not len(pairs):
            return False
        is_new = False
        equal = distinct([pairs >> HALF])  # eq-sym makes both sides the same set
        for key in list(self._relations.relations):
            codes = self._relations.relation(key).codes
            sizes = (len(codes), len(pairs))
            if not len(codes) or self._seen_sizes.get(key) == sizes:
                continue
            self._seen_sizes[key] = sizes
            if key != self._same:
                for other, added in self._replaced(key, codes, equal, pairs):
                    is_new |= self._relations.conclude(other, added)
        return is_new

    def _replaced(
        self, key: int, codes: Column, equal: Column, pairs: Column
    ) -> Iterator[tuple[int, Column]]:
        """Yield relations and the codes that equality adds to them because of `codes` of `key`."""
        name = ~key if key < 0 else key
        for other in self._equals(pairs, name):
            yield ~other if key < 0 else other, codes
        if key < 0:
            members = equal[contains(codes, equal)]
            if len(members):
                yield key, distinct([_others(members, pairs)[1]])
            return
        # Few terms have equals: searching the pairs for them is cheaper than the reverse.
        _, rows = rows_with(codes, equal)
        if len(rows):
            which, others = _others(codes[rows] >> HALF, pairs)
            yield key, distinct([others << HALF | codes[rows][which] & LOW])
        has_equal = contains(equal, codes & LOW)
        if has_equal.any():
            replaced = codes[has_equal]
            which, others = _others(replaced & LOW, pairs)
            yield key, distinct([replaced[which] & ~LOW | others])

    def _equals(self, pairs: Column, term: int) -> list[int]:
        start, end = pairs.searchsorted((term << HALF, (term + 1) << HALF))
        return (pairs[start:end] & LOW).tolist() if end > start else []


def _others(terms: Column, pairs: Column) -> tuple[Column, Column]:
    """Return the equals of all `terms`: the position of the term, and the term equal to it."""
    which, rows = rows_with(pairs, terms)
    return which, pairs[rows] & LOW
