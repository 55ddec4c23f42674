"""Matching: the ways in which the body of a rule holds in a closed graph, with their triples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.reasoning import vocabulary
from ipgraph.reasoning.proofs.closed_graph import (
    SUBCLASS_OF,
    THING,
    TYPE,
    ClosedGraph,
    Fact,
    Term,
    node,
)
from ipgraph.reasoning.rules import AXIOMS, Atom, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFLEXIVE = frozenset({SUBCLASS_OF, node(vocabulary.SUBPROPERTY_OF)})
# The only rules that conclude more because classes and properties are above themselves.
_USE_REFLEXIVE = frozenset({"scm-hv", "scm-svf1", "scm-svf2", "scm-avf1", "scm-avf2"})
# Of two proofs with the same cost, prefer the one whose last rule is first here.
_PREFERRED = ("cax-sco", "prp-spo1", "prp-trp", "scm-sco", "scm-spo")
_NOTHING = node(vocabulary.NOTHING)
Bound = dict[str, Term]


@dataclass(frozen=True, slots=True)
class Clause:
    """A rule for backward search: its head as terms, its body in the order to solve it."""

    rule: Rule
    head: tuple[str | Term, str | Term, str | Term]
    body: tuple[Atom, ...]

    def unify(self, goal: Fact) -> Bound | None:
        """Return the bindings that make the head equal to `goal`, or None."""
        bound: Bound = {}
        for term, value in zip(self.head, goal, strict=True):
            if not isinstance(term, str):
                if term != value:
                    return None
            elif bound.setdefault(term, value) != value:
                return None
        return bound


def _term_or_variable(text: str) -> str | Term:
    """Return a term of a rule as a node; variables and numbers stay texts."""
    return node(text) if text.startswith("<") else text


def _ordered(rule: Rule, known: set[str]) -> tuple[Atom, ...]:
    """Order a body greedily: next is the pattern with the fewest unknown variables."""
    left = list(rule.body)
    order = []
    while left:
        best = min(left, key=lambda atom: _cost(atom, known))
        left.remove(best)
        order.append(best)
        known = known | {term for term in best if term.startswith("?")}
    return tuple(order)


def _cost(atom: Atom, known: set[str]) -> float:
    count = len({term for term in atom if term.startswith("?")} - known)
    has_unknown_predicate = atom.predicate.startswith("?") and atom.predicate not in known
    return count + (1.5 if has_unknown_predicate else 0)


class Matcher:
    """Matches the rules of OWL 2 RL with one closed graph."""

    def __init__(self, graph: ClosedGraph) -> None:
        self._graph = graph

    @cached_property
    def clauses(self) -> list[Clause]:
        """The rules that conclude a triple, preferred ones first."""
        clauses = []
        for rule in self._graph.rules:
            if rule.head is not None:
                known = {term for term in rule.head if term.startswith("?")}
                subject, predicate, object_ = map(_term_or_variable, rule.head)
                clauses.append(Clause(rule, (subject, predicate, object_), _ordered(rule, known)))
        rank = {name: position for position, name in enumerate(_PREFERRED)}
        return sorted(clauses, key=lambda clause: rank.get(clause.rule.name, len(rank)))

    def solutions(
        self, clause: Clause, bound: Bound, position: int = 0, premises: tuple[Fact, ...] = ()
    ) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
        """Yield the bindings and triples with which the body of `clause` holds from `position` on.

        The triples are in the graph, or closures leave them out and they may still hold.
        """
        if position == len(clause.body):
            unequal = clause.rule.unequal
            if all(value(left, bound) != value(right, bound) for left, right in unequal):
                yield bound, premises
            return
        atom = clause.body[position]
        for extended, facts in self._matches(clause.rule, atom, bound):
            yield from self.solutions(clause, extended, position + 1, (*premises, *facts))

    def _matches(
        self, rule: Rule, atom: Atom, bound: Bound
    ) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
        """Yield the bindings with which a pattern holds, and the triples that prove it."""
        subject, object_ = value(atom.subject, bound), value(atom.object, bound)
        if atom.predicate == vocabulary.MEMBER:
            yield from self._memberships(atom, subject, object_, bound)
            return
        predicate = value(atom.predicate, bound)
        number = atom.object if isinstance(object_, str) and atom.object.isdigit() else ""
        facts = self._graph.match(
            None if isinstance(subject, str) else subject,
            None if isinstance(predicate, str) else predicate,
            None if isinstance(object_, str) else object_,
        )
        is_found = False
        for fact in facts:
            if number and not _is_number(fact.object, number):
                continue
            extended = _extend(atom, fact, bound)
            if extended is not None:
                is_found = True
                yield extended, (fact,)
        if not is_found or rule.name in _USE_REFLEXIVE or predicate == SUBCLASS_OF:
            yield from self._implicit_matches(rule, atom, (subject, predicate, object_), bound)

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
                extended = _extend(atom, fact, bound)
                if extended is not None:
                    yield extended, tuple(cells)

    def _implicit_matches(
        self, rule: Rule, atom: Atom, terms: tuple[str | Term, ...], bound: Bound
    ) -> Iterator[tuple[Bound, tuple[Fact, ...]]]:
        """Yield matches that closures leave out; the prover proves their triples if needed."""
        subject, predicate, object_ = terms
        if predicate == SUBCLASS_OF and isinstance(object_, str) and not isinstance(subject, str):
            below_thing = Fact(subject, SUBCLASS_OF, THING)
            extended = _extend(atom, below_thing, bound)
            if extended is not None:
                yield extended, (below_thing,)
        if rule.name in _USE_REFLEXIVE and isinstance(predicate, ox.NamedNode):
            if predicate not in _REFLEXIVE:
                return
            # The bound term is above itself if it is a class or a property at all.
            term = object_ if isinstance(subject, str) else subject
            if not isinstance(term, str) and (isinstance(object_, str) or object_ == term):
                fact = Fact(term, predicate, term)
                extended = _extend(atom, fact, bound)
                if extended is not None:
                    yield extended, (fact,)
        elif (known := fact_of(terms)) and _is_left_out(known):
            yield bound, (known,)


def fact_of(terms: tuple[str | Term, ...]) -> Fact | None:
    """Return the triple of three terms, or None if one of them is unknown."""
    known = [term for term in terms if not isinstance(term, str)]
    return Fact(known[0], known[1], known[2]) if len(known) == 3 else None


def _is_left_out(fact: Fact) -> bool:
    """True if closures leave the triple out although it may hold."""
    if isinstance(fact.subject, ox.Literal):
        return True
    if fact.object == THING and fact.predicate in (TYPE, SUBCLASS_OF):
        return True
    if fact.predicate == SUBCLASS_OF and fact.subject == _NOTHING:
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
    """Return the node of a rule's term, or its text if it is an unbound variable or a number."""
    if term.startswith("<"):
        return _constants.setdefault(term, node(term))
    return bound.get(term, term)


_constants: dict[str, Term] = {}


def _extend(atom: Atom, fact: Fact, bound: Bound) -> Bound | None:
    """Return `bound` with the bindings that make a pattern equal to a fact, or None."""
    extended = bound
    for term, value in zip(atom, fact, strict=True):
        if term.startswith("?"):
            known = extended.get(term)
            if known is None:
                extended = {**extended, term: value}
            elif known != value:
                return None
    return extended
