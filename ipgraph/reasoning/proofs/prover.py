"""Why a triple holds: the shortest proof, searched backwards from it over the closed graph.

Nothing is recorded while a graph is closed; that would double its cost for all triples to explain
the few that anyone asks about. Instead the rules are read from their heads: each way to instantiate
a body in the closed graph is a step, and the search deepens one rule application at a time. The
cost of a proof is the number of its rule applications, counted as often as they are used; the first
depth at which one is found is the least, and because premises cost less than what they prove, no
proof is circular.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.namespaces import RDFS
from ipgraph.reasoning.datatypes import DATATYPES, belongs
from ipgraph.reasoning.proofs.closed_graph import THING, TYPE, ClosedGraph, Fact, Term
from ipgraph.reasoning.proofs.matching import Bound, Clause, Matcher, fact_of, value
from ipgraph.reasoning.rules import AXIOMS, Atom

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 60  # rule applications; a chain of that length is no explanation any more
_MAX_TRIES = 200  # near misses of one rule with one pattern left out
_MAX_WAYS = 20_000  # instantiations of one rule for one triple that are looked at

_SUBCLASS = ox.NamedNode(RDFS + "subClassOf")


@dataclass(frozen=True, slots=True)
class Way:
    """One application of a rule: what it rests on, and what its variables stand for."""

    rule: str
    reason: str
    premises: tuple[Fact, ...]
    bound: tuple[tuple[str, Term], ...] = ()


class Prover:
    """Finds shortest proofs in one closed graph; what it learns it keeps."""

    def __init__(self, graph: ClosedGraph) -> None:
        self.graph = graph
        self._matcher = Matcher(graph)
        self._best: dict[Fact, tuple[int, Way]] = {}
        self._failed: dict[Fact, int] = {}
        self._ways: dict[Fact, list[Way]] = {}

    def prove(self, goal: Fact, depth: int = MAX_DEPTH) -> int | None:
        """Return the cost of the shortest proof of `goal`, 0 where it is stated.

        None where there is no proof of at most `depth` rule applications. `way` then tells the
        last step of the proof found.
        """
        if self.graph.sources(goal):
            return 0
        if goal not in self._best and goal not in self._failed:
            self._try_stated(goal)
        if goal in self._best:
            cost = self._best[goal][0]
            return cost if cost <= depth else None
        ways = self._ways[goal]
        for budget in range(self._failed[goal] + 1, depth + 1 if ways else 0):
            for way in ways:
                if self._affordable(way, budget - 1):
                    self._best[goal] = (budget, way)
                    del self._ways[goal]
                    return budget
            self._failed[goal] = budget
        return None

    def _try_stated(self, goal: Fact) -> None:
        """Look for a way whose premises are all stated; the others are kept for later."""
        ways = []
        for way in self._ways_to(goal):
            if all(self.graph.sources(each) for each in way.premises):
                self._best[goal] = (1, way)
                return
            ways.append(way)
        self._failed[goal] = 1
        # The fewer premises are to be proved, the sooner a proof is found.
        ways.sort(key=lambda way: sum(not self.graph.sources(each) for each in way.premises))
        self._ways[goal] = ways

    @property
    def remembered(self) -> int:
        """The number of triples about which something was found out."""
        return len(self._best) + len(self._failed)

    def way(self, goal: Fact) -> Way:
        """Return the last step of the shortest proof of a goal that was proved."""
        return self._best[goal][1]

    def _affordable(self, way: Way, budget: int) -> bool:
        """Tell whether all premises can be proved with `budget` applications in all."""
        inferred = [each for each in way.premises if not self.graph.sources(each)]
        least = [self._least(each) for each in inferred]
        spare = budget - sum(least)
        if spare < 0:
            return False
        for premise, expected in zip(inferred, least, strict=True):
            cost = self.prove(premise, expected + spare)
            if cost is None:
                return False
            spare -= cost - expected
        return True

    def _least(self, goal: Fact) -> int:
        """Return what a proof of an inferred triple costs at least, as far as is known."""
        if goal in self._best:
            return self._best[goal][0]
        return self._failed.get(goal, 0) + 1

    def nearest(self, goal: Fact) -> tuple[str, Fact] | None:
        """Return a rule that would conclude `goal` if one more triple held, and that triple.

        Of several the one with the most premises that do hold, and then one whose relation the two
        things have with others. None where that is not cheap to
        find; equality and axioms that might be stated are not considered.
        """
        best: tuple[tuple[int, int], str, Fact] | None = None
        for clause in self._matcher.clauses:
            bound = clause.unified(goal)
            if bound is None or clause.rule.name.startswith("eq-"):
                continue
            for place, atom in enumerate(clause.body):
                if not (atom.predicate.startswith("?") or atom.object.startswith("?c")):
                    continue
                rest = replace(clause, body=clause.body[:place] + clause.body[place + 1 :])
                for found, premises in islice(self._matcher.solutions(rest, bound), _MAX_TRIES):
                    fact = fact_of(tuple(value(each, found) for each in atom))
                    if fact is None or fact == goal:
                        continue
                    score = (len(set(premises) - {goal}), self._usage(fact))
                    if best is None or score > best[0]:
                        best = (score, clause.rule.name, fact)
        return best[1:] if best else None

    def _usage(self, fact: Fact) -> int:
        """Count the ends of a triple that have its relation to something else, 0 to 2."""
        ends = ((fact.subject, None), (None, fact.object))
        return sum(
            next(self.graph.match(subject, fact.predicate, object_), None) is not None
            for subject, object_ in ends
        )

    def _ways_to(self, goal: Fact) -> Iterator[Way]:
        yield from self._axioms(goal)
        for clause in self._matcher.clauses:
            bound = clause.unified(goal)
            if bound is not None:
                yield from islice(self._applications(clause, goal, bound), _MAX_WAYS)

    def _axioms(self, goal: Fact) -> Iterator[Way]:
        """Yield the ways that need no premises: axiomatic triples and the types of literals."""
        if isinstance(goal.subject, ox.Literal) and goal.predicate == TYPE:
            datatype = str(goal.object)
            if datatype in DATATYPES and belongs(str(goal.subject), datatype):
                yield Way("dt-type2", "{x} is a value of {c}", (), _named(x=goal[0], c=goal[2]))
        if Atom(*map(str, goal)) in AXIOMS:
            yield Way("axiom", "this holds in every graph", ())
        if goal.predicate == TYPE and goal.object == THING:
            for fact in self.graph.match(goal.subject, TYPE, None):
                above = Fact(fact.object, _SUBCLASS, THING)
                bound = _named(c=fact.object, d=THING, x=goal.subject)
                yield Way("cax-sco", "every {c} is a {d}", (above, fact), bound)

    def _applications(self, clause: Clause, goal: Fact, bound: Bound) -> Iterator[Way]:
        seen = set()
        for found, premises in self._matcher.solutions(clause, bound):
            kept = tuple(dict.fromkeys(premises))
            if goal not in kept and kept not in seen:
                seen.add(kept)
                yield Way(clause.rule.name, clause.rule.reason, kept, tuple(found.items()))


def _named(**terms: Term) -> tuple[tuple[str, Term], ...]:
    return tuple(("?" + name, term) for name, term in terms.items())
