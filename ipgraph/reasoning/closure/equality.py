"""Equality by classes: equal terms form classes (eq-sym, eq-trans) and share statements (eq-rep-*).

A relation is compressed, each term to the representative of its class, and expanded again, each
representative to every member. So the rows that are made are those of the result, and their number
is known before. As clauses, eq-trans would cost the cube of the size of a class, and eq-rep-* would
be three clauses for each relation of the graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from ipgraph.reasoning.closure.budget import Budget, OverBudget
from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, distinct
from ipgraph.reasoning.closure.relations import Relation, contains, rows_with
from ipgraph.reasoning.closure.transitive import chunks_of_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHECK_INTERVAL = 256  # equal properties or classes between two checks of time and memory


class Relations(Protocol):
    """The relations that equality applies to: a `Fixpoint`."""

    relations: dict[int, Relation]
    budget: Budget

    def relation(self, key: int) -> Relation:
        """Return the relation of a key; it is empty if nothing was added to it."""

    def conclude(self, key: int, codes: Column) -> bool:
        """Add codes, sorted and distinct, as inferred; True if any was new."""

    def skip(self, step: str, key: int, error: OverBudget) -> None:
        """Record that a step on a relation was skipped, or raise `error` if the closure ends."""


class EqualTerms:
    """The classes of equal terms. The representative of a class is its smallest number."""

    def __init__(self, pairs: Column) -> None:
        first, second = pairs >> HALF, pairs & LOW
        self.terms = distinct([first, second])
        roots = _connect(
            self.terms.searchsorted(first), self.terms.searchsorted(second), len(self.terms)
        )
        self.representatives = self.terms[roots]  # of `terms`
        self._members = distinct([self.representatives << HALF | self.terms])
        self.pairs_count = int((np.bincount(roots) ** 2).sum()) - len(self.terms)

    def representatives_of(self, terms: Column) -> Column:
        """Return the representative of each term; of a term without equals, the term itself."""
        places = self.terms.searchsorted(terms)
        places[places == len(self.terms)] = 0
        found: Column = np.where(self.terms[places] == terms, self.representatives[places], terms)
        return found

    def members_of(self, representatives: Column) -> tuple[Column, Column]:
        """Return the members of classes: the position of the representative, and the member."""
        which, rows = rows_with(self._members, representatives)
        alone = np.flatnonzero(~contains(self.terms, representatives))
        members = np.concatenate((self._members[rows] & LOW, representatives[alone]))
        return np.concatenate((which, alone)), members

    def sizes_of(self, representatives: Column) -> Column:
        """Return the number of members of the class of each representative."""
        starts = self._members.searchsorted(representatives << HALF)
        ends = self._members.searchsorted((representatives + 1) << HALF)
        sizes: Column = np.maximum(1, ends - starts)
        return sizes


def _connect(first: Column, second: Column, count: int) -> Column:
    """Return the smallest node connected with each of `count` nodes.

    Every root hooks to its smallest neighbor, and all paths to roots are halved until they are
    direct; both for all nodes at once.
    """
    root = np.arange(count)
    while True:
        left, right = root[first], root[second]
        is_apart = left != right
        if not is_apart.any():
            return root
        left, right = left[is_apart], right[is_apart]
        np.minimum.at(root, np.maximum(left, right), np.minimum(left, right))
        while not np.array_equal(jumped := root[root], root):
            root = jumped


class Equality:
    """Applies eq-sym, eq-trans and eq-rep-* to the relations of a fixpoint."""

    def __init__(self, relations: Relations, same: int) -> None:
        self._relations = relations
        self._same = same
        self._seen_sizes: dict[int, tuple[int, int]] = {}
        self._equal: EqualTerms | None = None
        self._pairs_size = -1  # of owl:sameAs when `_equal` was made

    def classes(self) -> EqualTerms | None:
        """Return the classes of equal terms; None if there are no equal terms."""
        same = self._relations.relations.get(self._same)
        if same is not None and len(same.codes) != self._pairs_size:
            self._find_classes(same)
        return self._equal

    def run(self) -> bool:
        """Conclude what equality adds to the relations that changed; True if anything was new."""
        same = self._relations.relations.get(self._same)
        if same is None or not len(same.codes):
            return False
        is_new = False
        if len(same.codes) != self._pairs_size:
            is_new = self._complete(same)
        if self._equal is None:
            return False
        for key in list(self._relations.relations):
            codes = self._relations.relation(key).codes
            sizes = (len(codes), self._pairs_size)
            if key == self._same or not len(codes) or self._seen_sizes.get(key) == sizes:
                continue
            try:
                is_new |= self._replace(self._equal, key, codes)
            except OverBudget as error:
                self._relations.skip("eq-rep", key, error)
            self._seen_sizes[key] = (len(self._relations.relation(key).codes), self._pairs_size)
        return is_new

    def _find_classes(self, same: Relation) -> int:
        """Find the classes of equal terms; return how many pairs of them the relation has."""
        codes = same.codes
        pairs = codes[(codes >> HALF) != (codes & LOW)]  # a graph may state that x is the same as x
        self._equal = EqualTerms(pairs) if len(pairs) else None
        self._pairs_size = len(codes)
        return len(pairs)

    def _complete(self, same: Relation) -> bool:
        """Conclude that the members of each class are the same (eq-sym, eq-trans)."""
        known = self._find_classes(same)
        equal, is_new = self._equal, False
        if equal and equal.pairs_count != known:
            roots = distinct([equal.representatives])
            try:
                for part in self._expand(equal, roots << HALF | roots, known):
                    is_new |= self._relations.conclude(self._same, part)
            except OverBudget as error:
                self._relations.skip("eq-trans", self._same, error)
            self._pairs_size = len(same.codes)
        return is_new

    def _replace(self, equal: EqualTerms, key: int, codes: Column) -> bool:
        """Conclude what equality adds because of `codes` of relation `key`; True if it is new."""
        conclude = self._relations.conclude
        name = ~key if key < 0 else key
        is_new = False
        root = int(equal.representatives_of(np.array([name]))[0])
        if root != name:  # the representative passes it on to the others
            is_new |= conclude(~root if key < 0 else root, codes)
        elif contains(equal.terms, np.array([name]))[0]:
            for number, member in enumerate(equal.members_of(np.array([name]))[1].tolist()):
                if number % _CHECK_INTERVAL == _CHECK_INTERVAL - 1:
                    self._relations.budget.check()
                if member != name:
                    is_new |= conclude(~member if key < 0 else member, codes)
        if key < 0:
            members = equal.terms[contains(codes, equal.terms)]
            if len(members):
                roots = distinct([equal.representatives_of(members)])
                self._relations.budget.afford(int(equal.sizes_of(roots).sum()) - len(members))
                is_new |= conclude(key, distinct([equal.members_of(roots)[1]]))
            return is_new
        # Few terms have equals: searching the pairs for them is cheaper than the reverse.
        _, rows = rows_with(codes, equal.terms)
        replaced = distinct([codes[rows], codes[contains(equal.terms, codes & LOW)]])
        if len(replaced):
            subjects = equal.representatives_of(replaced >> HALF)
            roots = distinct([subjects << HALF | equal.representatives_of(replaced & LOW)])
            for part in self._expand(equal, roots, len(replaced)):
                is_new |= conclude(key, part)
        return is_new

    def _expand(self, equal: EqualTerms, roots: Column, known: int = 0) -> Iterator[Column]:
        """Yield the pairs that pairs of representatives stand for; `known` of them are known."""
        sizes = equal.sizes_of(roots >> HALF) * equal.sizes_of(roots & LOW)
        self._relations.budget.afford(int(sizes.sum()) - known)
        for start, end in chunks_of_rows(sizes):
            part = roots[start:end]
            rows, objects = equal.members_of(part & LOW)
            which, subjects = equal.members_of(part[rows] >> HALF)
            yield distinct([subjects << HALF | objects[which]])
