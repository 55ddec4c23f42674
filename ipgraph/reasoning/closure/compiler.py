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
from ipgraph.reasoning.closure.clauses import ANY_CLASS, Clause, Pattern, Term
from ipgraph.reasoning.closure.redundancy import Bound, Redundancy
from ipgraph.reasoning.rules import LISTS, MEMBERSHIP, SAME, Atom, Rule, unrolled
from ipgraph.reasoning.trivia import TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.reasoning.closure.encoding import Dictionary
    from ipgraph.reasoning.closure.fixpoint import Fixpoint

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


Numbered = tuple[Term, Term, Term]  # a pattern with its terms numbered


@dataclass(slots=True)
class _Template:
    """A rule, what of it axioms bind, and how much of those there was when it was last solved."""

    rule: Rule
    axioms: tuple[Pattern, ...]
    data: tuple[Numbered, ...]
    head: Numbered | None
    unequal: tuple[tuple[Term, Term], ...]
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
        clauses: list[Clause] = []
        lengths = list_lengths(self._fixpoint, self._dictionary)
        read = (lengths, self._dictionary.integers(0), self._dictionary.integers(1))
        if read != self._read:
            self._read = read
            self._templates = []
            for each in (*MEMBERSHIP, *unrolled(lengths)):
                for rule in self._with_numbers(each):
                    template = self._template(rule)
                    if not any(map(_is_open, rule.body)):
                        clauses.append(self._clause(template, {}))
                    elif not rule.name.startswith("eq-rep"):
                        self._templates.append(template)
        redundant = Redundancy(self._fixpoint, self._dictionary)
        for template in self._templates:
            clauses += self._compiled(template, redundant)
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

    def _template(self, rule: Rule) -> _Template:
        """Split a rule into what axioms bind and the rest; without open patterns all is rest."""
        axioms = []
        if any(map(_is_open, rule.body)):
            axioms = [
                each for each in rule.body if not _is_open(each) and each.predicate not in _DATA
            ]
        return _Template(
            rule,
            tuple(self._pattern(self._numbered(each), {}) for each in axioms),
            tuple(self._numbered(each) for each in rule.body if each not in axioms),
            self._numbered(rule.head) if rule.head else None,
            tuple((self._number(one), self._number(two)) for one, two in rule.unequal),
        )

    def _number(self, term: str) -> Term:
        return term if term.startswith("?") else self._dictionary.number(term)

    def _numbered(self, atom: Atom) -> Numbered:
        return self._number(atom[0]), self._number(atom[1]), self._number(atom[2])

    def _compiled(self, template: _Template, redundant: Redundancy) -> Iterator[Clause]:
        relations = self._fixpoint.relations
        sizes = tuple(
            len(relations[each.key].codes) if each.key in relations else 0
            for each in template.axioms
        )
        if template.solved == sizes or 0 in sizes:
            return
        template.solved = sizes
        name = template.rule.name
        for bound in self._solutions(template.axioms):
            if redundant.is_redundant(name, bound):
                continue
            if self._type in bound.values():
                template.solved = None  # over every class there is: there may be more next time
            if all(bound.get(one, one) != bound.get(two, two) for one, two in template.unequal):
                yield from self._instances(template, bound)

    def _solutions(self, patterns: tuple[Pattern, ...]) -> Iterator[Bound]:
        if not patterns:
            yield {}
            return
        solutions = self._fixpoint.solve(patterns)
        names = [name for name in solutions if name]
        for row in zip(*(solutions[name].tolist() for name in names), strict=True):
            yield dict(zip(names, row, strict=True))

    def _instances(self, template: _Template, bound: Bound) -> Iterator[Clause]:
        """Bind a class that no axiom binds (of a rule about rdf:type itself) to each there is."""
        if self._type in bound.values():
            for _, predicate, object_ in template.data:
                is_type = bound.get(predicate, predicate) == self._type
                if is_type and isinstance(object_, str) and object_ not in bound:
                    for key in list(self._fixpoint.relations):
                        if key < 0:
                            yield from self._instances(template, bound | {object_: ~key})
                    return
        yield self._clause(template, bound)

    def _clause(self, template: _Template, bound: Bound) -> Clause:
        body = tuple(dict.fromkeys([self._pattern(each, bound) for each in template.data]))
        head = self._pattern(template.head, bound) if template.head else None
        unequal = tuple((bound.get(one, one), bound.get(two, two)) for one, two in template.unequal)
        left = tuple(each for each in unequal if any(isinstance(term, str) for term in each))
        clause = Clause(template.rule.name, body, head, left)
        if head is None:
            clause.origin = (template.rule, {str(name): term for name, term in bound.items()})
        return clause

    def _pattern(self, atom: Numbered, bound: Bound) -> Pattern:
        subject, predicate, object_ = atom
        subject, predicate, object_ = (
            bound.get(subject, subject),
            bound.get(predicate, predicate),
            bound.get(object_, object_),
        )
        if predicate == self._type:
            if isinstance(object_, int):
                return Pattern(~object_, subject)
            return Pattern(ANY_CLASS, subject, object_)
        if isinstance(predicate, str):
            raise TypeError(f"nothing binds the property {predicate}")  # a rule of the table
        return Pattern(predicate, subject, object_)
