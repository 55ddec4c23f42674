"""The prover: the shortest proof of a triple, searched backward over the closed graph.

Closing a graph records nothing: that would double its cost for all triples, to explain the few
that anyone asks about. Instead the rules are read from their heads: every instance of a body in
the closed graph is a possible last step, and the search deepens one rule application at a time. The
cost of a proof is the number of its rule applications, counted as often as they are used; the first
depth at which a proof is found is the least, and because premises cost less than what they prove,
no proof is circular.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.reasoning.datatypes import DATATYPES, is_value_of
from ipgraph.reasoning.proofs.closed_graph import SUBCLASS_OF, THING, TYPE, ClosedGraph, Fact, Term
from ipgraph.reasoning.proofs.matching import Bound, Clause, Matcher, fact_of, value
from ipgraph.reasoning.rules import AXIOMS, Atom

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 60  # rule applications; a longer chain no longer explains anything
_MAX_NEAR_MISSES = 200  # per rule, with one pattern of its body left out
_MAX_APPLICATIONS = 20_000  # per rule and triple


@dataclass(frozen=True, slots=True)
class Application:
    """One application of a rule: its premises and the bindings of its variables."""

    rule: str
    reason: str
    premises: tuple[Fact, ...]
    bound: tuple[tuple[str, Term], ...] = ()


class Prover:
    """Finds shortest proofs in one closed graph and caches what it finds."""

    def __init__(self, graph: ClosedGraph) -> None:
        self._graph = graph
        self._matcher = Matcher(graph)
        self._proved: dict[Fact, tuple[int, Application]] = {}
        self._failed_depths: dict[Fact, int] = {}
        self._candidates: dict[Fact, list[Application]] = {}

    @property
    def cache_size(self) -> int:
        """The number of triples with a cached result."""
        return len(self._proved) + len(self._failed_depths)

    def prove(self, goal: Fact, depth: int = MAX_DEPTH) -> int | None:
        """Return the cost of the shortest proof of `goal`, 0 if it is stated.

        None if there is no proof with at most `depth` rule applications. Afterwards `last_step`
        returns the last step of the proof.
        """
        if self._graph.sources(goal):
            return 0
        if goal not in self._proved and goal not in self._failed_depths:
            self._try_stated_premises(goal)
        if goal in self._proved:
            cost = self._proved[goal][0]
            return cost if cost <= depth else None
        candidates = self._candidates[goal]
        for budget in range(self._failed_depths[goal] + 1, depth + 1 if candidates else 0):
            for candidate in candidates:
                if self._is_affordable(candidate, budget - 1):
                    self._proved[goal] = (budget, candidate)
                    del self._candidates[goal]
                    return budget
            self._failed_depths[goal] = budget
        return None

    def last_step(self, goal: Fact) -> Application:
        """Return the last step of the shortest proof of a goal that was proved."""
        return self._proved[goal][1]

    def _try_stated_premises(self, goal: Fact) -> None:
        """Look for an application with stated premises only; save the others as candidates."""
        candidates = []
        for application in self._applications_to(goal):
            if all(self._graph.sources(premise) for premise in application.premises):
                self._proved[goal] = (1, application)
                return
            candidates.append(application)
        self._failed_depths[goal] = 1
        # The fewer premises must be proved, the sooner a proof is found.
        candidates.sort(
            key=lambda application: sum(
                not self._graph.sources(premise) for premise in application.premises
            )
        )
        self._candidates[goal] = candidates

    def _is_affordable(self, application: Application, budget: int) -> bool:
        """True if all premises together can be proved with `budget` rule applications."""
        inferred = [premise for premise in application.premises if not self._graph.sources(premise)]
        minimums = [self._minimum_cost(premise) for premise in inferred]
        spare = budget - sum(minimums)
        if spare < 0:
            return False
        for premise, minimum in zip(inferred, minimums, strict=True):
            cost = self.prove(premise, minimum + spare)
            if cost is None:
                return False
            spare -= cost - minimum
        return True

    def _minimum_cost(self, goal: Fact) -> int:
        """Return the least possible cost of an inferred triple, as far as is known."""
        if goal in self._proved:
            return self._proved[goal][0]
        return self._failed_depths.get(goal, 0) + 1

    def near_miss(self, goal: Fact) -> tuple[str, Fact] | None:
        """Return a rule that would conclude `goal` if one more triple held, and that triple.

        Prefer the rule with the most premises that hold, then a triple whose subject and object
        have the same property with others. None if nothing is found at low cost; equality, and
        axioms that might be stated, are not considered.
        """
        best: tuple[tuple[int, int], str, Fact] | None = None
        for clause in self._matcher.clauses:
            bound = clause.unify(goal)
            if bound is None or clause.rule.name.startswith("eq-"):
                continue
            for fact, premises in self._missing_facts(clause, bound):
                if fact == goal:
                    continue
                score = (len(set(premises) - {goal}), self._usage(fact))
                if best is None or score > best[0]:
                    best = (score, clause.rule.name, fact)
        return best[1:] if best else None

    def _missing_facts(
        self, clause: Clause, bound: Bound
    ) -> Iterator[tuple[Fact, tuple[Fact, ...]]]:
        """Yield single triples that complete the body of `clause`, with its other premises."""
        for position, atom in enumerate(clause.body):
            if not (atom.predicate.startswith("?") or atom.object.startswith("?c")):
                continue
            rest = replace(clause, body=clause.body[:position] + clause.body[position + 1 :])
            solutions = self._matcher.solutions(rest, bound)
            for solution, premises in islice(solutions, _MAX_NEAR_MISSES):
                fact = fact_of(tuple(value(term, solution) for term in atom))
                if fact is not None:
                    yield fact, premises

    def _usage(self, fact: Fact) -> int:
        """Count which of subject and object have the triple's property with others: 0 to 2."""
        ends = ((fact.subject, None), (None, fact.object))
        return sum(
            next(self._graph.match(subject, fact.predicate, object_), None) is not None
            for subject, object_ in ends
        )

    def _applications_to(self, goal: Fact) -> Iterator[Application]:
        yield from self._axiomatic(goal)
        for clause in self._matcher.clauses:
            bound = clause.unify(goal)
            if bound is not None:
                applications = self._applications_of(clause, goal, bound)
                yield from islice(applications, _MAX_APPLICATIONS)

    def _axiomatic(self, goal: Fact) -> Iterator[Application]:
        """Yield the applications to axiomatic triples, types of literals and owl:Thing."""
        if isinstance(goal.subject, ox.Literal) and goal.predicate == TYPE:
            datatype = str(goal.object)
            if datatype in DATATYPES and is_value_of(str(goal.subject), datatype):
                bound = _bindings(x=goal.subject, c=goal.object)
                yield Application("dt-type2", "{x} is a value of {c}", (), bound)
        if Atom(*map(str, goal)) in AXIOMS:
            yield Application("axiom", "this holds in every graph", ())
        if goal.predicate == TYPE and goal.object == THING:
            for fact in self._graph.match(goal.subject, TYPE, None):
                below_thing = Fact(fact.object, SUBCLASS_OF, THING)
                bound = _bindings(c=fact.object, d=THING, x=goal.subject)
                yield Application("cax-sco", "every {c} is a {d}", (below_thing, fact), bound)

    def _applications_of(self, clause: Clause, goal: Fact, bound: Bound) -> Iterator[Application]:
        seen = set()
        for solution, facts in self._matcher.solutions(clause, bound):
            premises = tuple(dict.fromkeys(facts))
            if goal not in premises and premises not in seen:
                seen.add(premises)
                rule = clause.rule
                yield Application(rule.name, rule.reason, premises, tuple(solution.items()))


def _bindings(**terms: Term) -> tuple[tuple[str, Term], ...]:
    return tuple(("?" + name, term) for name, term in terms.items())
