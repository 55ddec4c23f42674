"""Relations as sorted columns of numbers, and joins over them.

A class is the column of its members, a property the column of its pairs (`encoding.HALF`). Every
column is sorted and distinct, so that a join is a binary search and a union a merge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipgraph.reasoning.closure.compilation.clauses import Clause, Pattern, Term

EMPTY: Column = np.empty(0, np.int64)
Bindings = dict[str, Column]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


class Relation:
    """The members of a class or the pairs of a property, stated and inferred."""

    __slots__ = ("_implied", "_reversed", "codes", "is_class", "readers", "stated")

    def __init__(self, *, is_class: bool, stated: Column = EMPTY) -> None:
        self.is_class = is_class
        self.codes = stated
        self.stated = stated
        self.readers: list[tuple[Clause, int]] = []
        self._reversed: Column | None = None
        self._implied: list[Column] = []

    def add(self, codes: Column) -> Column:
        """Add codes, sorted and distinct, and return those that are new."""
        if len(self.codes):
            codes = codes[~contains(self.codes, codes)]
            if not len(codes):
                return codes
            merged = np.concatenate((self.codes, codes))
            merged.sort(kind="stable")  # two sorted runs: one merge
            self.codes = merged  # only now: a lack of memory leaves the relation as it was
        else:
            self.codes = codes
        self._reversed = None
        return codes

    @property
    def reversed(self) -> Column:
        """The pairs of a property with their terms exchanged, sorted by their second term."""
        if self._reversed is None:
            self._reversed = np.sort(reverse(self.codes))
        return self._reversed

    def mark_implied(self, codes: Column) -> None:
        """Record that `codes` were concluded from other codes of the schema."""
        self._implied.append(codes)

    def own(self) -> Column:
        """Return the codes that were not marked as implied."""
        if not self._implied:
            return self.codes
        self._implied = [distinct(self._implied)]
        return self.codes[~contains(self._implied[0], self.codes)]

    def inferred(self) -> Column:
        """Return the codes that were not stated."""
        if len(self.stated) == len(self.codes):
            return EMPTY
        if not len(self.stated):
            return self.codes
        return self.codes[~contains(self.stated, self.codes)]


def reverse(pairs: Column) -> Column:
    """Return pairs with their terms exchanged."""
    return (pairs & LOW) << HALF | pairs >> HALF


def contains(column: Column, values: Column) -> Mask:
    """Return which of `values` the sorted `column` contains."""
    if not len(column):
        return np.zeros(len(values), np.bool_)
    positions = column.searchsorted(values)  # the method: numpy's function costs 1 µs more
    positions[positions == len(column)] = 0
    found: Mask = column[positions] == values
    return found


def scan(pattern: Pattern, codes: Column) -> Bindings:
    """Return the bindings of the variables of `pattern` for the codes of its relation.

    If it has none, a column without a name has as many rows as there are solutions.
    """
    subject, object_ = pattern.subject, pattern.object
    if pattern.is_class:
        if isinstance(subject, int):
            return {"": codes[codes == subject]}
        return {subject: codes}
    if isinstance(subject, int):
        codes = codes[(codes >> HALF) == subject]
    if isinstance(object_, int):
        codes = codes[(codes & LOW) == object_]
    if subject == object_:
        codes = codes[(codes >> HALF) == (codes & LOW)]
    bindings: Bindings = {}
    if isinstance(subject, str):
        bindings[subject] = codes >> HALF
    if isinstance(object_, str):
        bindings[object_] = codes & LOW
    return bindings or {"": codes}


def size(bindings: Bindings) -> int:
    """Return the number of solutions."""
    return len(next(iter(bindings.values())))


def join(bindings: Bindings, pattern: Pattern, relation: Relation) -> Bindings:
    """Return the solutions of `bindings` that also match `pattern` in `relation`."""
    count = size(bindings)
    subject = _column(pattern.subject, bindings, count)
    if pattern.is_class:
        if subject is None:
            return _cross(bindings, scan(pattern, relation.codes))
        return _filtered(bindings, contains(relation.codes, subject))
    object_ = _column(pattern.object, bindings, count)
    if subject is not None and object_ is not None:
        return _filtered(bindings, contains(relation.codes, subject << HALF | object_))
    if subject is not None:
        return _extended(bindings, subject, relation.codes, str(pattern.object))
    if object_ is not None:
        return _extended(bindings, object_, relation.reversed, str(pattern.subject))
    return _cross(bindings, scan(pattern, relation.codes))


def expected_rows(bindings: Bindings, pattern: Pattern, relation: Relation) -> int:
    """Return how many solutions `join` would make before it compares a second term."""
    count = size(bindings)
    subject = _column(pattern.subject, bindings, count)
    if pattern.is_class:
        return count if subject is not None else count * len(relation.codes)
    object_ = _column(pattern.object, bindings, count)
    if subject is not None and object_ is not None:
        return count
    if subject is not None:
        known, pairs = subject, relation.codes
    elif object_ is not None:
        known, pairs = object_, relation.reversed
    else:
        return count * len(relation.codes)
    counts = pairs.searchsorted((known + 1) << HALF) - pairs.searchsorted(known << HALF)
    return int(counts.sum())


def _column(term: Term, bindings: Bindings, count: int) -> Column | None:
    if isinstance(term, int):
        return np.full(count, term, np.int64)
    return bindings.get(term)


def _filtered(bindings: Bindings, keep: Mask) -> Bindings:
    return {name: column[keep] for name, column in bindings.items()}


def _extended(bindings: Bindings, known: Column, pairs: Column, name: str) -> Bindings:
    """Bind `name` to the second terms of those `pairs` whose first term is `known`."""
    which, rows = rows_with(pairs, known)
    extended = {variable: column[which] for variable, column in bindings.items()}
    extended[name] = pairs[rows] & LOW
    return extended


def rows_with(pairs: Column, terms: Column) -> tuple[Column, Column]:
    """Return the rows of sorted pairs whose first term is one of `terms`.

    The first column is the position of the term in `terms`, the second the row in `pairs`.
    """
    starts = pairs.searchsorted(terms << HALF)
    return slices(starts, pairs.searchsorted((terms + 1) << HALF) - starts)


def slices(starts: Column, counts: Column) -> tuple[Column, Column]:
    """Return the positions from each start on, as many as `counts` says, one after the other.

    The first column is the position of the start in `starts`, the second the position itself.
    """
    if not counts.any():
        return EMPTY, EMPTY
    which = np.arange(len(counts)).repeat(counts)
    offsets = np.arange(len(which)) - (counts.cumsum() - counts).repeat(counts)
    return which, starts[which] + offsets


def _cross(left: Bindings, right: Bindings) -> Bindings:
    """Return the cross product of two sets of solutions that share no variable."""
    first, second = size(left), size(right)
    crossed = {name: np.repeat(column, second) for name, column in left.items()}
    crossed.update({name: np.tile(column, first) for name, column in right.items()})
    return crossed


def differing(bindings: Bindings, unequal: Sequence[tuple[Term, Term]]) -> Bindings:
    """Return the solutions in which the terms of each pair of `unequal` differ."""
    for first, second in unequal:
        count = size(bindings)
        left, right = _column(first, bindings, count), _column(second, bindings, count)
        if left is not None and right is not None:
            bindings = _filtered(bindings, left != right)
    return bindings


def pack(pattern: Pattern, bindings: Bindings) -> Column:
    """Return the codes that the head `pattern` concludes, sorted and distinct."""
    count = size(bindings)
    subject = _column(pattern.subject, bindings, count)
    assert subject is not None  # noqa: S101 - a head has no variable that its body lacks
    if pattern.is_class:
        return distinct([subject])
    object_ = _column(pattern.object, bindings, count)
    assert object_ is not None  # noqa: S101
    return distinct([subject << HALF | object_])
