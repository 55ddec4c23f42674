"""Axioms to clauses: what the rules of OWL 2 RL say of one ontology.

A rule whose patterns all name their property (scm-sco ...) is a clause as it stands. In the others
the property or class is a variable that axioms bind (prp-dom: `?p rdfs:domain ?c`): the patterns
that name theirs are solved over what is known of the schema, and each solution makes one clause.
Replacement by equality (eq-rep-*) has no axiom to bind its property: equality.py does it. When
conclusions touch the schema, `Compiler.clauses` is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ipgraph.namespaces import OWL, RDF
from ipgraph.reasoning.clauses import ANY_CLASS, Clause, Pattern, Term
from ipgraph.reasoning.rules import LISTS, MEMBERSHIP, SAME, Atom, Rule, unrolled
from ipgraph.reasoning.trivia import TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.reasoning.closure import Fixpoint
    from ipgraph.reasoning.encoding import Dictionary

_FIRST, _REST, _NIL = (f"<{RDF}{each}>" for each in ("first", "rest", "nil"))
# Never solved as schema: they are data, and may be as many.
_DATA = frozenset({SAME, f"<{OWL}differentFrom>"})


def list_lengths(fixpoint: Fixpoint, dictionary: Dictionary) -> dict[str, set[int]]:
    """Return the lengths of the well-formed lists that each of `LISTS` has in the graph."""
    rest = dict(_pairs(fixpoint, dictionary, _REST))
    nil = dictionary.number(_NIL)
    lengths: dict[str, set[int]] = {}
    for predicate in LISTS:
        for _, start in _pairs(fixpoint, dictionary, predicate):
            at, seen = start, 0
            while at in rest and seen <= len(rest):
                at = rest[at]
                seen += 1
            if at == nil and seen:
                lengths.setdefault(predicate, set()).add(seen)
    return lengths


def _pairs(fixpoint: Fixpoint, dictionary: Dictionary, predicate: str) -> Iterator[tuple[int, int]]:
    solutions = fixpoint.solve((Pattern(dictionary.number(predicate), "s", "o"),))
    if "s" in solutions:
        yield from zip(solutions["s"].tolist(), solutions["o"].tolist(), strict=True)


def _is_open(atom: Atom) -> bool:
    """Tell whether a pattern names neither a property nor, for a type, a class."""
    named = atom.object if atom.predicate == TYPE else atom.predicate
    return named.startswith("?")


@dataclass(slots=True)
class _Template:
    """A rule, what of it axioms bind, and how much of those there was when it was last solved."""

    rule: Rule
    axioms: tuple[Pattern, ...]
    data: tuple[Atom, ...]
    solved: tuple[int, ...] | None = None


class Compiler:
    """Makes the clauses of one graph, each once however often it is asked."""

    def __init__(self, fixpoint: Fixpoint, dictionary: Dictionary) -> None:
        self._fixpoint = fixpoint
        self._dictionary = dictionary
        self._type = dictionary.number(TYPE)
        self._made: set[tuple[object, ...]] = set()
        self._read: tuple[object, ...] = ()  # what of the graph decides how rules are written
        self._templates: list[_Template] = []

    def clauses(self) -> list[Clause]:
        """Return the clauses that follow from what is known now and were not made before."""
        clauses = []
        lengths = list_lengths(self._fixpoint, self._dictionary)
        read = (lengths, self._dictionary.integers(0), self._dictionary.integers(1))
        if read != self._read:
            self._read = read
            self._templates = []
            for each in (*MEMBERSHIP, *unrolled(lengths)):
                for rule in self._with_numbers(each):
                    if any(map(_is_open, rule.body)):
                        self._templates += self._template(rule)
                    else:
                        clauses.append(self._clause(rule, rule.body, {}))
        for template in self._templates:
            clauses += self._compiled(template)
        return [each for each in clauses if self._is_new(each)]

    def _is_new(self, clause: Clause) -> bool:
        if clause.head in clause.body:
            return False
        key = (clause.head, clause.body, clause.unequal, clause.head or clause.name)
        if key in self._made:
            return False
        self._made.add(key)
        return True

    def _with_numbers(self, rule: Rule) -> list[Rule]:
        """Write a rule once for each literal of the graph that a whole number in it stands for."""
        for place, atom in enumerate(rule.body):
            if atom.object.isdigit():
                variants = []
                for term in self._dictionary.integers(int(atom.object)):
                    body = list(rule.body)
                    body[place] = atom._replace(object=term)
                    variants.append(replace(rule, body=tuple(body)))
                return variants
        return [rule]

    def _template(self, rule: Rule) -> list[_Template]:
        if rule.name.startswith("eq-rep"):
            return []
        axioms = [each for each in rule.body if not _is_open(each) and each.predicate not in _DATA]
        data = tuple(each for each in rule.body if each not in axioms)
        return [_Template(rule, tuple(self._pattern(each, {}) for each in axioms), data)]

    def _compiled(self, template: _Template) -> Iterator[Clause]:
        relations = self._fixpoint.relations
        sizes = tuple(
            len(relations[each.key].codes) if each.key in relations else 0
            for each in template.axioms
        )
        if template.solved == sizes or 0 in sizes:
            return
        template.solved = sizes
        rule = template.rule
        for bound in self._solutions(template.axioms):
            if self._type in bound.values():
                template.solved = None  # over every class there is: there may be more next time
            if all(self._bound(one, bound) != self._bound(two, bound) for one, two in rule.unequal):
                yield from self._instances(rule, template.data, bound)

    def _solutions(self, patterns: tuple[Pattern, ...]) -> Iterator[dict[str, int]]:
        if not patterns:
            yield {}
            return
        solutions = self._fixpoint.solve(patterns)
        names = [name for name in solutions if name]
        for row in zip(*(solutions[name].tolist() for name in names), strict=True):
            yield dict(zip(names, row, strict=True))

    def _instances(
        self, rule: Rule, data: tuple[Atom, ...], bound: dict[str, int]
    ) -> Iterator[Clause]:
        """Bind a class that no axiom binds (of a rule about rdf:type itself) to each there is."""
        for atom in data:
            if self._predicate(atom, bound) == self._type and (
                atom.object.startswith("?") and atom.object not in bound
            ):
                for key in list(self._fixpoint.relations):
                    if key < 0:
                        yield from self._instances(rule, data, bound | {atom.object: ~key})
                return
        yield self._clause(rule, data, bound)

    def _predicate(self, atom: Atom, bound: dict[str, int]) -> int:
        if atom.predicate.startswith("?"):
            return bound[atom.predicate]
        return self._dictionary.number(atom.predicate)

    def _clause(self, rule: Rule, body: tuple[Atom, ...], bound: dict[str, int]) -> Clause:
        patterns = tuple(dict.fromkeys(self._pattern(each, bound) for each in body))
        head = self._pattern(rule.head, bound) if rule.head else None
        unequal = tuple(
            (self._bound(one, bound), self._bound(two, bound)) for one, two in rule.unequal
        )
        left = tuple(each for each in unequal if any(isinstance(term, str) for term in each))
        clause = Clause(rule.name, patterns, head, left)
        if head is None:
            clause.origin = (rule, bound)
        return clause

    def _pattern(self, atom: Atom, bound: dict[str, int]) -> Pattern:
        predicate = self._predicate(atom, bound)
        subject, object_ = self._bound(atom.subject, bound), self._bound(atom.object, bound)
        if predicate != self._type:
            return Pattern(predicate, subject, object_)
        if isinstance(object_, int):
            return Pattern(~object_, subject)
        return Pattern(ANY_CLASS, subject, object_)

    def _bound(self, term: str, bound: dict[str, int]) -> Term:
        if term.startswith("?"):
            return bound.get(term, term)
        return self._dictionary.number(term)
