"""The fixpoint: clauses run semi-naively over relations, stratum by stratum, until nothing is new.

A clause runs once over everything and after that only over additions: codes added to a relation
are passed to the clauses that read it. Clauses that depend on each other share a stratum; strata
run in order of dependency, so that most relations are complete before a clause reads them.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from ipgraph.reasoning.closure.clauses import ANY_CLASS, Clause, Pattern, join_order
from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, distinct, groups
from ipgraph.reasoning.closure.equality import Replacement
from ipgraph.reasoning.closure.relations import (
    EMPTY,
    Bindings,
    Relation,
    differing,
    join,
    pack,
    scan,
    size,
)
from ipgraph.reasoning.closure.strata import assign_strata

if TYPE_CHECKING:
    from collections.abc import Iterable


class Fixpoint:
    """The relations of a graph and the clauses that apply to them.

    `same` is the number of `owl:sameAs`, which never becomes reflexive.
    """

    def __init__(self, same: int) -> None:
        self.relations: dict[int, Relation] = {}
        self.clauses: list[Clause] = []
        self._same = same
        self._replacement = Replacement(self, same)
        self._queue: list[tuple[int, int, Clause]] = []
        self._turn = 0

    def relation(self, key: int) -> Relation:
        """Return the relation of a key; it is empty if nothing was added to it."""
        found = self.relations.get(key)
        if found is None:
            found = self.relations[key] = Relation(is_class=key < 0)
        return found

    def state(self, key: int, codes: Column) -> None:
        """Add codes, sorted and distinct, as stated."""
        relation = self.relation(key)
        added = relation.add(codes)
        relation.stated = distinct([relation.stated, codes]) if len(relation.stated) else codes
        self._notify_readers(relation, added)

    def conclude(self, key: int, codes: Column) -> bool:
        """Add codes, sorted and distinct, as inferred; True if any was new."""
        if key == self._same and len(codes):
            codes = codes[(codes >> HALF) != (codes & LOW)]
        if not len(codes):
            return False
        relation = self.relation(key)
        added = relation.add(codes)
        self._notify_readers(relation, added)
        return len(added) > 0

    def add_clauses(self, clauses: Iterable[Clause]) -> None:
        """Add clauses and assign the strata of all clauses again."""
        added = list(clauses)
        self.clauses += added
        assign_strata(self.clauses)
        for clause in added:
            for position, pattern in enumerate(clause.body):
                self.relation(pattern.key).readers.append((clause, position))
            self._enqueue(clause)

    def run(self) -> None:
        """Apply the clauses until nothing is new."""
        while True:
            while self._queue:
                _, _, clause = heapq.heappop(self._queue)
                clause.is_queued = False
                for bindings in self._solutions(clause):
                    self._apply(clause, bindings)
            if not self._replacement.run():
                return

    def solve(self, body: tuple[Pattern, ...]) -> Bindings:
        """Return the solutions of a body over everything known so far."""
        return self.solutions_of(Clause("", body, None))

    def solutions_of(self, clause: Clause) -> Bindings:
        """Return the solutions of a clause's body, joined from its smallest relation on."""
        sizes = [len(self.relation(pattern.key).codes) for pattern in clause.body]
        start = min(range(len(sizes)), key=sizes.__getitem__)
        if not sizes[start]:
            return {"": EMPTY}
        return self._join(clause, start, self.relation(clause.body[start].key).codes)

    def first_solution(self, clause: Clause, bound: dict[str, int]) -> dict[str, int] | None:
        """Return a solution of a clause's body in which variables have the values `bound`."""
        bindings: Bindings = {name: np.array([term], np.int64) for name, term in bound.items()}
        for position in join_order(clause.body, set(bound)):
            pattern = clause.body[position]
            bindings = join(bindings, pattern, self.relation(pattern.key))
            if not size(bindings):
                return None
        if clause.unequal:
            bindings = differing(bindings, clause.unequal)
        if not size(bindings):
            return None
        return {name: int(column[0]) for name, column in bindings.items()}

    def _notify_readers(self, relation: Relation, codes: Column) -> None:
        if not len(codes):
            return
        for clause, position in relation.readers:
            if not clause.is_new:
                clause.waiting.setdefault(position, []).append(codes)
            self._enqueue(clause)

    def _enqueue(self, clause: Clause) -> None:
        if not clause.is_queued:
            clause.is_queued = True
            self._turn += 1
            heapq.heappush(self._queue, (clause.stratum, self._turn, clause))

    def _solutions(self, clause: Clause) -> list[Bindings]:
        if clause.is_new:
            clause.is_new = False
            return [self.solutions_of(clause)]
        waiting, clause.waiting = clause.waiting, {}
        return [
            self._join(clause, position, distinct(waiting[position]))
            for position in sorted(waiting)
        ]

    def _join(self, clause: Clause, start: int, codes: Column) -> Bindings:
        """Return the solutions of a body whose pattern at `start` matches `codes` only."""
        bindings = scan(clause.body[start], codes)
        for position in clause.plan(start):
            if not size(bindings):
                return {"": EMPTY}
            pattern = clause.body[position]
            bindings = join(bindings, pattern, self.relation(pattern.key))
        return differing(bindings, clause.unequal) if clause.unequal else bindings

    def _apply(self, clause: Clause, bindings: Bindings) -> None:
        head = clause.head
        if head is None or not size(bindings):
            return
        if head.key != ANY_CLASS:
            self.conclude(head.key, pack(head, bindings))
            return
        pairs = pack(Pattern(0, head.object, head.subject), bindings)
        for class_, rows in groups(pairs >> HALF, np.arange(len(pairs))):
            self.conclude(~class_, pairs[rows] & LOW)
