"""The fixpoint: clauses run semi-naively over relations, stratum by stratum, until nothing is new.

A clause runs once over everything and after that only over additions: codes added to a relation
are passed to the clauses that read it. Clauses that depend on each other share a stratum; strata
run in order of dependency, so that most relations are complete before a clause reads them.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from ipgraph.reasoning.closure.budget import Budget, OverBudget
from ipgraph.reasoning.closure.compilation.clauses import ANY_CLASS, Clause, Pattern, join_order
from ipgraph.reasoning.closure.compilation.strata import assign_strata
from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, distinct, groups
from ipgraph.reasoning.closure.equality import Equality
from ipgraph.reasoning.closure.relations import (
    EMPTY,
    Bindings,
    Relation,
    differing,
    expected_rows,
    join,
    pack,
    scan,
    size,
    slices,
)
from ipgraph.reasoning.closure.transitive import close_transitively

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.reasoning.closure.lists import Lists

MAX_ROWS = 1 << 20  # solutions of a join at a time
# A transitive clause is joined like any other if the join has no more rows than this, or than a
# quarter of the relation: condensing costs 300 µs for a chain of 30, and the whole relation again
# for a small addition. For a tree of 100,000 it takes 0.3 s, the joins 1.0 s.
SMALL_ROWS = 1 << 10
_CHECK_INTERVAL = 256  # clauses that run between two checks of time and memory


class Fixpoint:
    """The relations of a graph and the clauses that apply to them.

    `same` is the number of `owl:sameAs`, which never becomes reflexive.
    """

    def __init__(self, same: int, budget: Budget | None = None) -> None:
        self.relations: dict[int, Relation] = {}
        self.clauses: list[Clause] = []
        self.budget = budget or Budget()
        self.skipped: dict[tuple[str, int], OverBudget] = {}  # by rule and relation
        self.equality = Equality(self, same)
        self.lists: Lists | None = None
        self._same = same
        self._queue: list[tuple[int, bool, int, Clause]] = []
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

    def conclude(self, key: int, codes: Column, *, is_implied: bool = False) -> bool:
        """Add codes, sorted and distinct, as inferred; True if any was new.

        `is_implied` says that other codes of the schema imply them (`Relation.mark_implied`).
        """
        if key == self._same and len(codes):
            codes = codes[(codes >> HALF) != (codes & LOW)]
        if not len(codes):
            return False
        relation = self.relation(key)
        added = relation.add(codes)
        if is_implied and len(added):
            relation.mark_implied(added)
        self._notify_readers(relation, added)
        self.budget.spend(len(added))
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
        """Apply the clauses until nothing is new; raise `OverBudget` if the budget ends first.

        A step that is too large for what is left of the budget is in `skipped` afterwards.
        """
        self.budget.check()
        runs = 0
        while True:
            while self._queue:
                clause = heapq.heappop(self._queue)[-1]
                clause.is_queued = False
                runs += 1
                self._run_clause(clause, is_checked=runs % _CHECK_INTERVAL == 0)
            if not (self.lists and self.lists.run()) and not self.equality.run():
                return

    def _run_clause(self, clause: Clause, *, is_checked: bool) -> None:
        head = clause.head
        assert head is not None  # noqa: S101 - those that conclude `false` are not in the fixpoint
        if self.skipped and (clause.name, head.key) in self.skipped:
            return
        try:
            if is_checked:
                self.budget.check()
            if clause.is_transitive and self._is_large(clause):
                self._close(clause, head.key)
            elif clause.is_functional:
                self._link_values(clause, head.key)
            else:
                self._conclude_all(clause, head)
        except OverBudget as error:
            self.skip(clause.name, head.key, error)

    def skip(self, step: str, key: int, error: OverBudget) -> None:
        """Record that a rule was not applied to a relation; raise `error` if the closure ends."""
        self.skipped[step, key] = error
        if error.ends_closure:
            raise error

    def _is_large(self, clause: Clause) -> bool:
        """True if a transitive clause has more to join than the plain join is good for."""
        codes = self.relation(clause.body[0].key).codes
        limit = max(SMALL_ROWS, len(codes) // 4)
        rows = 0
        for position, added in self._additions(clause):
            if len(added) * len(codes) > SMALL_ROWS:
                bindings = scan(clause.body[position], added)
                other = clause.body[1 - position]
                rows += expected_rows(bindings, other, self.relation(other.key))
        return rows > limit

    def _additions(self, clause: Clause) -> list[tuple[int, Column]]:
        """Return what was added to the relations of a body since its last run, by position."""
        if clause.is_new:
            start = self._smallest(clause)
            return [(start, self.relation(clause.body[start].key).codes)]
        waiting = clause.waiting
        return [(position, distinct(waiting[position])) for position in sorted(waiting)]

    def _close(self, clause: Clause, key: int) -> None:
        """Close a relation transitively. What the clause concludes is not passed back to it."""
        closed = close_transitively(self.relation(key).codes, self.budget)
        self.conclude(key, closed, is_implied=clause.is_implying)
        clause.is_new = False
        clause.waiting = {}

    def _link_values(self, clause: Clause, key: int) -> None:
        """Conclude that the values of a functional property are equal: each equals the first.

        The other pairs follow by equality. The join would make all of them twice.
        """
        left, right = clause.body
        is_inverse = left.subject != right.subject
        relation = self.relation(left.key)
        pairs = relation.reversed if is_inverse else relation.codes
        added = [
            codes & LOW if is_inverse else codes >> HALF for _, codes in self._additions(clause)
        ]
        clause.is_new = False
        clause.waiting = {}
        shared = distinct(added)
        starts = pairs.searchsorted(shared << HALF)
        which, rows = slices(starts, pairs.searchsorted((shared + 1) << HALF) - starts)
        self.conclude(key, distinct([(pairs[starts[which]] & LOW) << HALF | pairs[rows] & LOW]))

    def _conclude_all(self, clause: Clause, head: Pattern) -> None:
        """Conclude from the solutions of a clause, about `MAX_ROWS` at a time."""
        parts: list[Column] = []
        rows = 0
        for bindings in self._solutions(clause):
            if not size(bindings):
                continue
            if head.key == ANY_CLASS:
                self._conclude_members(head, bindings)
                continue
            part = pack(head, bindings)
            parts.append(part)
            rows += len(part)
            if rows > MAX_ROWS:
                self.budget.check()
                self.conclude(head.key, distinct(parts), is_implied=clause.is_implying)
                parts, rows = [], 0
        if parts:
            codes = parts[0] if len(parts) == 1 else distinct(parts)
            self.conclude(head.key, codes, is_implied=clause.is_implying)

    def _conclude_members(self, head: Pattern, bindings: Bindings) -> None:
        pairs = pack(Pattern(0, head.object, head.subject), bindings)
        for class_, rows in groups(pairs >> HALF, np.arange(len(pairs))):
            self.conclude(~class_, pairs[rows] & LOW)

    def solve(self, body: tuple[Pattern, ...]) -> Bindings:
        """Return the solutions of a body over everything known so far."""
        return self.solutions_of(Clause("", body, None))

    def solutions_of(self, clause: Clause, limit: int | None = None) -> Bindings:
        """Return the solutions of a clause's body, joined from its smallest relation on.

        With `limit`, stop when there are so many.
        """
        start = self._smallest(clause)
        codes = self.relation(clause.body[start].key).codes
        parts: list[Bindings] = []
        found = 0
        for bindings in self._join(clause, start, codes) if len(codes) else ():
            if size(bindings):
                parts.append(bindings)
                found += size(bindings)
            if limit is not None and found >= limit:
                break
        if not parts:
            return {"": EMPTY}
        if len(parts) == 1:
            return parts[0]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

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
            # In its stratum, a transitive clause is last: what feeds it must be there.
            entry = (clause.stratum, clause.is_transitive, self._turn, clause)
            heapq.heappush(self._queue, entry)

    def _solutions(self, clause: Clause) -> Iterator[Bindings]:
        """Yield the solutions of a body that are new since its last run."""
        additions = self._additions(clause)
        clause.is_new = False
        clause.waiting = {}
        for position, codes in additions:
            if len(codes):
                yield from self._join(clause, position, codes)

    def _smallest(self, clause: Clause) -> int:
        sizes = [len(self.relation(pattern.key).codes) for pattern in clause.body]
        return min(range(len(sizes)), key=sizes.__getitem__)

    def _join(self, clause: Clause, start: int, codes: Column) -> Iterator[Bindings]:
        """Yield the solutions of a body whose pattern at `start` matches `codes` only."""
        for bindings in self._extend(clause, scan(clause.body[start], codes), clause.plan(start)):
            yield differing(bindings, clause.unequal) if clause.unequal else bindings

    def _extend(
        self, clause: Clause, bindings: Bindings, positions: tuple[int, ...]
    ) -> Iterator[Bindings]:
        """Join the patterns at `positions`; halve the solutions if they would be too many."""
        for number, position in enumerate(positions):
            count = size(bindings)
            if not count:
                return
            pattern = clause.body[position]
            relation = self.relation(pattern.key)
            # The product is a bound that costs nothing; few joins go on to the real count.
            if (
                count > 1
                and count * len(relation.codes) > MAX_ROWS
                and expected_rows(bindings, pattern, relation) > MAX_ROWS
            ):
                self.budget.check()
                middle = count // 2
                for half in (slice(middle), slice(middle, count)):
                    part = {name: column[half] for name, column in bindings.items()}
                    yield from self._extend(clause, part, positions[number:])
                return
            bindings = join(bindings, pattern, relation)
        yield bindings
