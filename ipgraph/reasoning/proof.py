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
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.namespaces import OWL, RDFS
from ipgraph.reasoning.datatypes import DATATYPES, belongs
from ipgraph.reasoning.graph import THING, TYPE, ClosedGraph, Fact, Term
from ipgraph.reasoning.rules import AXIOMS, MEMBER, Atom, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 60  # rule applications; a chain of that length is no explanation any more
_MAX_TRIES = 200  # near misses of one rule with one pattern left out
_MAX_WAYS = 20_000  # instantiations of one rule for one triple that are looked at

_REFLEXIVE = frozenset(ox.NamedNode(RDFS + each) for each in ("subClassOf", "subPropertyOf"))
# Rules that a class or property being within itself helps; in the others it changes nothing.
_USE_REFLEXIVE = frozenset({"scm-hv", "scm-svf1", "scm-svf2", "scm-avf1", "scm-avf2"})
_SUBCLASS = ox.NamedNode(RDFS + "subClassOf")
_NOTHING = ox.NamedNode(OWL + "Nothing")
Bound = dict[str, Term]


@dataclass(frozen=True, slots=True)
class Way:
    """One application of a rule: what it rests on, and what its variables stand for."""

    rule: str
    reason: str
    premises: tuple[Fact, ...]
    bound: tuple[tuple[str, Term], ...] = ()


@dataclass(frozen=True, slots=True)
class _Clause:
    """A rule ready for the search: its terms as terms, its body in the order to solve it."""

    rule: Rule
    head: tuple[str | Term, str | Term, str | Term]
    body: tuple[Atom, ...]


def _read(term: str) -> str | Term:
    """Turn a rule's term into one of Oxigraph's; variables and numbers stay texts."""
    return ox.NamedNode(term[1:-1]) if term.startswith("<") else term


def _ordered(rule: Rule, known: set[str]) -> tuple[Atom, ...]:
    """Order a body so that each pattern has as few unknown variables as can be."""
    left = list(rule.body)
    order = []
    while left:
        best = min(left, key=lambda atom: _unknown(atom, known))
        left.remove(best)
        order.append(best)
        known = known | {each for each in best if each.startswith("?")}
    return tuple(order)


def _unknown(atom: Atom, known: set[str]) -> float:
    count = len({each for each in atom if each.startswith("?")} - known)
    blind = atom.predicate.startswith("?") and atom.predicate not in known
    return count + (1.5 if blind else 0)


class Prover:
    """Finds shortest proofs in one closed graph; what it learns it keeps."""

    def __init__(self, graph: ClosedGraph) -> None:
        self.graph = graph
        self._best: dict[Fact, tuple[int, Way]] = {}
        self._failed: dict[Fact, int] = {}
        self._ways: dict[Fact, list[Way]] = {}

    @cached_property
    def _clauses(self) -> list[_Clause]:
        clauses = []
        for rule in self.graph.rules:
            if rule.head is not None:
                head = rule.head
                known = {each for each in head if each.startswith("?")}
                clauses.append(
                    _Clause(
                        rule,
                        (_read(head.subject), _read(head.predicate), _read(head.object)),
                        _ordered(rule, known),
                    )
                )
        return clauses

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

        Of several the one with the most premises that do hold. None where that is not cheap to
        find; equality and axioms that might be stated are not considered.
        """
        best: tuple[int, str, Fact] | None = None
        for clause in self._clauses:
            bound = _unified(clause.head, goal)
            if bound is None or clause.rule.name.startswith("eq-"):
                continue
            for place, atom in enumerate(clause.body):
                if not (atom.predicate.startswith("?") or atom.object.startswith("?c")):
                    continue
                rest = replace(clause, body=clause.body[:place] + clause.body[place + 1 :])
                for found, premises in islice(self._solutions(rest, 0, bound, ()), _MAX_TRIES):
                    fact = _fact(tuple(_value(each, found) for each in atom))
                    held = len(set(premises) - {goal})
                    if fact and fact != goal and (best is None or held > best[0]):
                        best = (held, clause.rule.name, fact)
        return best[1:] if best else None

    def _ways_to(self, goal: Fact) -> Iterator[Way]:
        yield from self._axioms(goal)
        for clause in self._clauses:
            bound = _unified(clause.head, goal)
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

    def _applications(self, clause: _Clause, goal: Fact, bound: Bound) -> Iterator[Way]:
        seen = set()
        for found, premises in self._solutions(clause, 0, bound, ()):
            kept = tuple(dict.fromkeys(premises))
            if goal not in kept and kept not in seen:
                seen.add(kept)
                yield Way(clause.rule.name, clause.rule.reason, kept, tuple(found.items()))

    def _solutions(
        self, clause: _Clause, place: int, bound: Bound, premises: tuple[Fact, ...]
    ) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
        if place == len(clause.body):
            if all(_value(one, bound) != _value(two, bound) for one, two in clause.rule.unequal):
                yield bound, premises
            return
        atom = clause.body[place]
        for more, facts in self._matches(clause.rule, atom, bound):
            yield from self._solutions(clause, place + 1, more, (*premises, *facts))

    def _matches(
        self, rule: Rule, atom: Atom, bound: Bound
    ) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
        """Yield the ways a pattern holds: what it binds, and the triples that show it."""
        subject, object_ = _value(atom.subject, bound), _value(atom.object, bound)
        if atom.predicate == MEMBER:
            yield from self._memberships(atom, subject, object_, bound)
            return
        predicate = _value(atom.predicate, bound)
        number = atom.object if isinstance(object_, str) and atom.object.isdigit() else ""
        facts = self.graph.match(
            None if isinstance(subject, str) else subject,
            None if isinstance(predicate, str) else predicate,
            None if isinstance(object_, str) else object_,
        )
        found = False
        for fact in facts:
            if number and not _is_number(fact.object, number):
                continue
            more = _extended(atom, fact, bound)
            if more is not None:
                found = True
                yield more, (fact,)
        if not found or rule.name in _USE_REFLEXIVE:
            yield from self._unsaid(rule, atom, (subject, predicate, object_), bound)

    def _memberships(
        self, atom: Atom, subject: str | Term, object_: str | Term, bound: Bound
    ) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
        if isinstance(subject, str):
            if isinstance(object_, str):
                return
            starts = list(self.graph.lists_with(object_))
        else:
            starts = [subject]
        for start in starts:
            for first, cells in self.graph.cells(start):
                fact = Fact(start, TYPE, first.object)
                more = _extended(atom, fact, bound)
                if more is not None:
                    yield more, tuple(cells)

    def _unsaid(
        self, rule: Rule, atom: Atom, terms: tuple[str | Term, ...], bound: Bound
    ) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
        """Yield what holds though closures leave it out: it is proved when it is needed."""
        subject, predicate, object_ = terms
        if rule.name in _USE_REFLEXIVE and isinstance(predicate, ox.NamedNode):
            if predicate not in _REFLEXIVE:
                return
            # What is bound is within itself, if it is a class or a property at all.
            one = object_ if isinstance(subject, str) else subject
            if not isinstance(one, str) and (isinstance(object_, str) or object_ == one):
                fact = Fact(one, predicate, one)
                more = _extended(atom, fact, bound)
                if more is not None:
                    yield more, (fact,)
        elif (known := _fact(terms)) and _is_left_out(known):
            yield bound, (known,)


def _fact(terms: tuple[str | Term, ...]) -> Fact | None:
    """Return the triple of three terms, or None where one of them is not known."""
    known = [each for each in terms if not isinstance(each, str)]
    return Fact(known[0], known[1], known[2]) if len(known) == 3 else None


def _is_left_out(fact: Fact) -> bool:
    """Tell whether a triple that closures leave out may hold all the same."""
    if isinstance(fact.subject, ox.Literal):
        return True
    if fact.object == THING and fact.predicate in (TYPE, _SUBCLASS):
        return True
    if fact.predicate == _SUBCLASS and fact.subject == _NOTHING:
        return True
    return Atom(*map(str, fact)) in AXIOMS


def _is_number(term: Term, number: str) -> bool:
    if not isinstance(term, ox.Literal):
        return False
    try:
        return int(term.value) == int(number)
    except ValueError:
        return False


def _named(**terms: Term) -> tuple[tuple[str, Term], ...]:
    return tuple(("?" + name, term) for name, term in terms.items())


def _value(term: str, bound: Bound) -> str | Term:
    """Return what a rule's term stands for, or its text where that is not known."""
    if term.startswith("<"):
        return _constants.setdefault(term, ox.NamedNode(term[1:-1]))
    return bound.get(term, term)


_constants: dict[str, Term] = {}


def _unified(head: tuple[str | Term, ...], goal: Fact) -> Bound | None:
    """Return what makes a head equal to the goal, or None where nothing does."""
    bound: Bound = {}
    for term, value in zip(head, goal, strict=True):
        if not isinstance(term, str):
            if term != value:
                return None
        elif bound.setdefault(term, value) != value:
            return None
    return bound


def _extended(atom: Atom, fact: Fact, bound: Bound) -> Bound | None:
    """Return `bound` with what makes a pattern equal to a fact that matches its known terms."""
    more = bound
    for term, value in zip(atom, fact, strict=True):
        if term.startswith("?"):
            known = more.get(term)
            if known is None:
                more = {**more, term: value}
            elif known != value:
                return None
    return more
