"""The closure: clauses run semi-naively over relations, stratum by stratum, until nothing is new.

A clause runs once over all there is and after that only over what was added since: each addition to
a relation is handed to the clauses that read it. Clauses that depend on each other share a stratum;
strata run in order of dependency, so that most relations are complete before anything reads them.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from ipgraph.reasoning.closure.clauses import ANY_CLASS, Clause, Pattern, order_from
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

if TYPE_CHECKING:
    from collections.abc import Iterable


class Fixpoint:
    """The relations of a graph and the clauses that hold of them."""

    def __init__(self, same: int) -> None:
        """Begin with nothing; `same` numbers `owl:sameAs`, which is never made reflexive."""
        self.relations: dict[int, Relation] = {}
        self.clauses: list[Clause] = []
        self._same = same
        self._replacement = Replacement(self, same)
        self._queue: list[tuple[int, int, Clause]] = []
        self._turn = 0

    def relation(self, key: int) -> Relation:
        """Return the relation of a key, empty where nothing was said of it."""
        found = self.relations.get(key)
        if found is None:
            found = self.relations[key] = Relation(is_class=key < 0)
        return found

    def state(self, key: int, codes: Column) -> None:
        """Add sorted distinct codes as stated."""
        relation = self.relation(key)
        fresh = relation.add(codes)
        relation.stated = distinct([relation.stated, codes]) if len(relation.stated) else codes
        self._announce(relation, fresh)

    def conclude(self, key: int, codes: Column) -> bool:
        """Add sorted distinct codes as inferred; tell whether one was new."""
        if key == self._same and len(codes):
            codes = codes[(codes >> HALF) != (codes & LOW)]
        if not len(codes):
            return False
        relation = self.relation(key)
        fresh = relation.add(codes)
        self._announce(relation, fresh)
        return len(fresh) > 0

    def add_clauses(self, clauses: Iterable[Clause]) -> None:
        """Add clauses and put all that were ever added into strata again."""
        added = list(clauses)
        self.clauses += added
        rank(self.clauses)
        for clause in added:
            for place, pattern in enumerate(clause.body):
                self.relation(pattern.key).readers.append((clause, place))
            self._enqueue(clause)

    def run(self) -> None:
        """Conclude until nothing is new."""
        while True:
            while self._queue:
                _, _, clause = heapq.heappop(self._queue)
                clause.queued = False
                for bindings in self._solutions(clause):
                    self._apply(clause, bindings)
            if not self._replacement.run():
                return

    def solve(self, body: tuple[Pattern, ...]) -> Bindings:
        """Return the solutions of some patterns over all there is."""
        return self._all(Clause("", body, None))

    def solutions_of(self, clause: Clause) -> Bindings:
        """Return the solutions of a clause's body over all there is."""
        return self._all(clause)

    def first_solution(self, clause: Clause, bound: dict[str, int]) -> dict[str, int] | None:
        """Return one solution of a clause's body in which some variables are as `bound` says."""
        bindings: Bindings = {name: np.array([each], np.int64) for name, each in bound.items()}
        for place in order_from(clause.body, set(bound)):
            pattern = clause.body[place]
            bindings = join(bindings, pattern, self.relation(pattern.key))
            if not size(bindings):
                return None
        if clause.unequal:
            bindings = differing(bindings, clause.unequal)
        if not size(bindings):
            return None
        return {name: int(column[0]) for name, column in bindings.items()}

    def _announce(self, relation: Relation, codes: Column) -> None:
        if not len(codes):
            return
        for clause, place in relation.readers:
            if not clause.fresh:
                clause.waiting.setdefault(place, []).append(codes)
            self._enqueue(clause)

    def _enqueue(self, clause: Clause) -> None:
        if not clause.queued:
            clause.queued = True
            self._turn += 1
            heapq.heappush(self._queue, (clause.rank, self._turn, clause))

    def _solutions(self, clause: Clause) -> list[Bindings]:
        if clause.fresh:
            clause.fresh = False
            return [self._all(clause)]
        waiting, clause.waiting = clause.waiting, {}
        return [self._from(clause, place, distinct(waiting[place])) for place in sorted(waiting)]

    def _all(self, clause: Clause) -> Bindings:
        """Solve a body over all there is, beginning with its smallest relation."""
        sizes = [len(self.relation(pattern.key).codes) for pattern in clause.body]
        start = min(range(len(sizes)), key=sizes.__getitem__)
        if not sizes[start]:
            return {"": EMPTY}
        return self._from(clause, start, self.relation(clause.body[start].key).codes)

    def _from(self, clause: Clause, start: int, codes: Column) -> Bindings:
        """Solve a body whose place `start` is held to `codes`."""
        bindings = scan(clause.body[start], codes)
        for place in clause.plan(start):
            if not size(bindings):
                return {"": EMPTY}
            pattern = clause.body[place]
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


def rank(clauses: list[Clause]) -> None:
    """Give each clause of `clauses` its stratum: not below those it reads from."""
    keys: dict[int, int] = {ANY_CLASS: 0}
    for clause in clauses:
        for pattern in (*clause.body, *((clause.head,) if clause.head else ())):
            keys.setdefault(pattern.key, len(keys))
    # Clauses lead to relations and relations to the clauses that read them: fewer edges than
    # from clause to clause.
    offset = len(keys)
    following: list[list[int]] = [[] for _ in range(offset + len(clauses))]
    following[0] = [place for key, place in keys.items() if ANY_CLASS != key < 0]
    for number, clause in enumerate(clauses, offset):
        for pattern in clause.body:
            following[keys[pattern.key]].append(number)
        if clause.head:
            following[number].append(keys[clause.head.key])
    components = _components(following)
    for number, clause in enumerate(clauses, offset):
        clause.rank = components[number]


def _components(following: list[list[int]]) -> list[int]:
    """Return the strongly connected component of each node, in topological order (Tarjan)."""
    count = len(following)
    order, low, component = [-1] * count, [0] * count, [-1] * count
    path: list[int] = []
    visited = found = 0
    for root in range(count):
        if order[root] >= 0:
            continue
        work = [(root, 0)]
        while work:
            node, place = work.pop()
            if place == 0:
                order[node] = low[node] = visited
                visited += 1
                path.append(node)
            descended = False
            successors = following[node]
            while place < len(successors):
                other = successors[place]
                if order[other] < 0:
                    work += [(node, place), (other, 0)]
                    descended = True
                    break
                if component[other] < 0:
                    low[node] = min(low[node], low[other])
                place += 1
            if descended:
                continue
            if low[node] == order[node]:
                while True:
                    member = path.pop()
                    component[member] = found
                    if member == node:
                        break
                found += 1
    return [found - 1 - each for each in component]
