"""How the body of a rule holds in a closed graph: each way, with the triples that show it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.namespaces import OWL, RDFS
from ipgraph.reasoning.proofs.closed_graph import THING, TYPE, ClosedGraph, Fact, Term
from ipgraph.reasoning.rules import AXIOMS, MEMBER, Atom, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUBCLASS = ox.NamedNode(RDFS + "subClassOf")
_REFLEXIVE = frozenset({_SUBCLASS, ox.NamedNode(RDFS + "subPropertyOf")})
# Rules that a class or property being within itself helps; in the others it changes nothing.
_USE_REFLEXIVE = frozenset({"scm-hv", "scm-svf1", "scm-svf2", "scm-avf1", "scm-avf2"})
# Of proofs of the same cost the one that ends with the rule that says most is given.
_PREFERRED = ("cax-sco", "prp-spo1", "prp-trp", "scm-sco", "scm-spo")
_NOTHING = ox.NamedNode(OWL + "Nothing")
Bound = dict[str, Term]


@dataclass(frozen=True, slots=True)
class Clause:
    """A rule read from its head: its terms as terms, its body in the order to solve it."""

    rule: Rule
    head: tuple[str | Term, str | Term, str | Term]
    body: tuple[Atom, ...]

    def unified(self, goal: Fact) -> Bound | None:
        """Return what makes the head equal to `goal`, or None where nothing does."""
        bound: Bound = {}
        for term, value in zip(self.head, goal, strict=True):
            if not isinstance(term, str):
                if term != value:
                    return None
            elif bound.setdefault(term, value) != value:
                return None
        return bound


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


class Matcher:
    """Matches the rules of OWL 2 RL with one closed graph."""

    def __init__(self, graph: ClosedGraph) -> None:
        self._graph = graph

    @cached_property
    def clauses(self) -> list[Clause]:
        """The rules that conclude a triple, those that say most first."""
        clauses = []
        for rule in self._graph.rules:
            if rule.head is not None:
                known = {each for each in rule.head if each.startswith("?")}
                head = rule.head
                terms = (_read(head.subject), _read(head.predicate), _read(head.object))
                clauses.append(Clause(rule, terms, _ordered(rule, known)))
        rank = {name: place for place, name in enumerate(_PREFERRED)}
        return sorted(clauses, key=lambda each: rank.get(each.rule.name, len(rank)))

    def solutions(
        self, clause: Clause, bound: Bound, place: int = 0, premises: tuple[Fact, ...] = ()
    ) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
        """Yield the ways the body of `clause` holds from `place` on: bindings and triples.

        The triples are in the graph, or closures leave them out and they may hold all the same.
        """
        if place == len(clause.body):
            if all(value(one, bound) != value(two, bound) for one, two in clause.rule.unequal):
                yield bound, premises
            return
        atom = clause.body[place]
        for more, facts in self._matches(clause.rule, atom, bound):
            yield from self.solutions(clause, more, place + 1, (*premises, *facts))

    def _matches(
        self, rule: Rule, atom: Atom, bound: Bound
    ) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
        """Yield the ways a pattern holds: what it binds, and the triples that show it."""
        subject, object_ = value(atom.subject, bound), value(atom.object, bound)
        if atom.predicate == MEMBER:
            yield from self._memberships(atom, subject, object_, bound)
            return
        predicate = value(atom.predicate, bound)
        number = atom.object if isinstance(object_, str) and atom.object.isdigit() else ""
        facts = self._graph.match(
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
        if not found or rule.name in _USE_REFLEXIVE or predicate == _SUBCLASS:
            yield from self._unsaid(rule, atom, (subject, predicate, object_), bound)

    def _memberships(
        self, atom: Atom, subject: str | Term, object_: str | Term, bound: Bound
    ) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
        if isinstance(subject, str):
            if isinstance(object_, str):
                return
            starts = list(self._graph.lists_with(object_))
        else:
            starts = [subject]
        for start in starts:
            for first, cells in self._graph.cells(start):
                fact = Fact(start, TYPE, first.object)
                more = _extended(atom, fact, bound)
                if more is not None:
                    yield more, tuple(cells)

    def _unsaid(
        self, rule: Rule, atom: Atom, terms: tuple[str | Term, ...], bound: Bound
    ) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
        """Yield what holds though closures leave it out: it is proved when it is needed."""
        subject, predicate, object_ = terms
        if predicate == _SUBCLASS and isinstance(object_, str) and not isinstance(subject, str):
            above = Fact(subject, _SUBCLASS, THING)
            more = _extended(atom, above, bound)
            if more is not None:
                yield more, (above,)
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
        elif (known := fact_of(terms)) and _is_left_out(known):
            yield bound, (known,)


def fact_of(terms: tuple[str | Term, ...]) -> Fact | None:
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


def value(term: str, bound: Bound) -> str | Term:
    """Return what a rule's term stands for, or its text where that is not known."""
    if term.startswith("<"):
        return _constants.setdefault(term, ox.NamedNode(term[1:-1]))
    return bound.get(term, term)


_constants: dict[str, Term] = {}


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
