"""The compiler: turns the rules of OWL 2 RL and the axioms of one ontology into clauses.

A rule whose patterns all name their property (scm-sco ...) is a clause as it is. In the others the
property or class is a variable that axioms bind (prp-dom: `?p rdfs:domain ?c`): the patterns that
name theirs are solved over the schema known so far, and each solution makes one clause.
Equality (eq-sym, eq-trans, eq-rep-*) is not compiled: equality.py applies it. When conclusions
change the schema, `Compiler.new_clauses` must be called again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ipgraph.reasoning.closure.compilation.clauses import ANY_CLASS, Clause, Pattern, Term
from ipgraph.reasoning.closure.compilation.redundancy import AXIOMS as PRUNED_RULES
from ipgraph.reasoning.closure.compilation.redundancy import Redundancy
from ipgraph.reasoning.closure.relations import scan
from ipgraph.reasoning.rules import LIST_PROPERTIES, Atom, Rule, unroll
from ipgraph.reasoning.vocabulary import DIFFERENT_FROM, NIL, REST, SAME_AS, TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.reasoning.closure.encoding import Dictionary
    from ipgraph.reasoning.closure.fixpoint import Fixpoint

Bound = dict[Term, int]  # the values of a rule's variables
_CHECK_INTERVAL = 4096  # solutions of axioms between two checks of time and memory
# Never solved as schema: their triples are data, and as numerous.
_DATA_PREDICATES = frozenset({SAME_AS, DIFFERENT_FROM})
# equality.py applies them.
_EQUALITY_RULES = frozenset({"eq-sym", "eq-trans", "eq-rep-s", "eq-rep-p", "eq-rep-o"})


def list_lengths(fixpoint: Fixpoint, dictionary: Dictionary) -> dict[str, set[int]]:
    """Return the lengths of the well-formed lists of the graph, by property."""
    starts = {
        predicate: [start for _, start in _pairs(fixpoint, dictionary, predicate)]
        for predicate in LIST_PROPERTIES
    }
    if not any(starts.values()):
        return {}
    rest = dict(_pairs(fixpoint, dictionary, REST))
    known = {dictionary.number(NIL): 0}  # the length from a cell on; -1 if the list does not end
    lengths: dict[str, set[int]] = {}
    for predicate, cells in starts.items():
        for cell in cells:
            length = _length(cell, rest, known)
            if length > 0:
                lengths.setdefault(predicate, set()).add(length)
    return lengths


def _length(start: int, rest: dict[int, int], known: dict[int, int]) -> int:
    """Return the length of a list, and record those of its cells: every cell is visited once."""
    path = []
    cell = start
    while cell not in known:
        known[cell] = -1  # until the walk comes to an end; a cycle does not
        path.append(cell)
        cell = rest.get(cell, cell)
    length = known[cell]
    for cell in reversed(path):
        length = length + 1 if length >= 0 else -1
        known[cell] = length
    return length


def _pairs(fixpoint: Fixpoint, dictionary: Dictionary, predicate: str) -> Iterator[tuple[int, int]]:
    solutions = fixpoint.solve((Pattern(dictionary.number(predicate), "s", "o"),))
    if "s" in solutions:
        yield from zip(solutions["s"].tolist(), solutions["o"].tolist(), strict=True)


def _is_open(atom: Atom) -> bool:
    """True if the property of a pattern, or its class if that is rdf:type, is a variable."""
    relation = atom.object if atom.predicate == TYPE else atom.predicate
    return relation.startswith("?")


NumberedAtom = tuple[Term, Term, Term]


@dataclass(slots=True)
class _Template:
    """A rule, split into the patterns that axioms bind and those over the data.

    `solved_sizes` are the sizes of the axioms' relations when the rule was last solved.
    """

    rule: Rule
    axioms: tuple[Pattern, ...]
    data: tuple[NumberedAtom, ...]
    head: NumberedAtom | None
    unequal: tuple[tuple[Term, Term], ...]
    solved_sizes: tuple[int, ...] | None = None


class Compiler:
    """Compiles the clauses of one graph, each clause once."""

    def __init__(self, fixpoint: Fixpoint, dictionary: Dictionary) -> None:
        self._fixpoint = fixpoint
        self._dictionary = dictionary
        self._type = dictionary.number(TYPE)
        self._compiled_keys: set[tuple[object, ...]] = set()
        # The lists and numbers in the graph, which decide how rules are written.
        self._shape: tuple[object, ...] = ()
        self._templates: list[_Template] = []

    def new_clauses(self) -> list[Clause]:
        """Return the clauses of the axioms known now that no earlier call returned."""
        clauses: list[Clause] = []
        lengths = list_lengths(self._fixpoint, self._dictionary)
        shape = (lengths, self._dictionary.integers(0), self._dictionary.integers(1))
        if shape != self._shape:
            self._shape = shape
            self._templates = []
            for rule in unroll(lengths):
                if rule.name in _EQUALITY_RULES:
                    continue
                for variant in self._number_variants(rule):
                    template = self._template(variant)
                    if not any(map(_is_open, variant.body)):
                        clauses.append(self._clause(template, {}))
                    else:
                        self._templates.append(template)
        redundancy = Redundancy(self._fixpoint, self._dictionary)
        for template in self._templates:
            clauses += self._compile(template, redundancy)
        return [clause for clause in clauses if self._register(clause)]

    def _register(self, clause: Clause) -> bool:
        """Record a clause; True if it is new and can conclude anything."""
        if clause.head in clause.body:
            return False
        key = (clause.head, clause.body, clause.unequal, clause.head or clause.name)
        if key in self._compiled_keys:
            return False
        self._compiled_keys.add(key)
        return True

    def _number_variants(self, rule: Rule) -> list[Rule]:
        """Return a rule with its whole number replaced by each literal of the graph equal to it."""
        for position, atom in enumerate(rule.body):
            if atom.object.isdigit():
                variants = []
                for term in self._dictionary.integers(int(atom.object)):
                    body = list(rule.body)
                    body[position] = atom._replace(object=term)
                    variants.append(replace(rule, body=tuple(body)))
                return variants
        return [rule]

    def _template(self, rule: Rule) -> _Template:
        """Split a rule into axioms and data; without open patterns everything is data."""
        axioms = []
        if any(map(_is_open, rule.body)):
            axioms = [
                atom
                for atom in rule.body
                if not _is_open(atom) and atom.predicate not in _DATA_PREDICATES
            ]
        return _Template(
            rule,
            tuple(self._pattern(self._numbered(atom), {}) for atom in axioms),
            tuple(self._numbered(atom) for atom in rule.body if atom not in axioms),
            self._numbered(rule.head) if rule.head else None,
            tuple((self._number(left), self._number(right)) for left, right in rule.unequal),
        )

    def _number(self, term: str) -> Term:
        return term if term.startswith("?") else self._dictionary.number(term)

    def _numbered(self, atom: Atom) -> NumberedAtom:
        return self._number(atom[0]), self._number(atom[1]), self._number(atom[2])

    def _compile(self, template: _Template, redundancy: Redundancy) -> Iterator[Clause]:
        relations = self._fixpoint.relations
        sizes = tuple(
            len(relations[pattern.key].codes) if pattern.key in relations else 0
            for pattern in template.axioms
        )
        if template.solved_sizes == sizes or 0 in sizes:
            return
        template.solved_sizes = sizes
        for number, bound in enumerate(self._bindings(template, redundancy)):
            if number % _CHECK_INTERVAL == _CHECK_INTERVAL - 1:
                self._fixpoint.budget.check()
            if self._type in bound.values():
                template.solved_sizes = None  # reads every class: there may be more next time
            if all(
                bound.get(left, left) != bound.get(right, right) for left, right in template.unequal
            ):
                yield from self._instances(template, bound)

    def _bindings(self, template: _Template, redundancy: Redundancy) -> Iterator[Bound]:
        """Yield what the axioms of a template bind, except what needs no clause."""
        if not template.axioms:
            yield {}
            return
        if template.rule.name in PRUNED_RULES:
            solutions = scan(template.axioms[0], redundancy.needed(template.rule.name))
        else:
            solutions = self._fixpoint.solve(template.axioms)
        names = [name for name in solutions if name]
        for row in zip(*(solutions[name].tolist() for name in names), strict=True):
            yield dict(zip(names, row, strict=True))

    def _instances(self, template: _Template, bound: Bound) -> Iterator[Clause]:
        """Bind a class that no axiom binds (in a rule about rdf:type) to every known class."""
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
        body = tuple(dict.fromkeys([self._pattern(atom, bound) for atom in template.data]))
        head = self._pattern(template.head, bound) if template.head else None
        pairs = [
            (bound.get(left, left), bound.get(right, right)) for left, right in template.unequal
        ]
        unequal = tuple(pair for pair in pairs if any(isinstance(term, str) for term in pair))
        clause = Clause(template.rule.name, body, head, unequal)
        if head is None:
            clause.origin = (template.rule, {str(name): term for name, term in bound.items()})
        return clause

    def _pattern(self, atom: NumberedAtom, bound: Bound) -> Pattern:
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
            raise TypeError(f"no axiom binds the property {predicate}")  # a fault in the rule table
        return Pattern(predicate, subject, object_)
