"""Consistency: the rules that conclude `false`, their premises, and the graphs that state them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.reasoning.closure.budget import OverBudget
from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, distinct
from ipgraph.reasoning.closure.relations import contains
from ipgraph.reasoning.datatypes import DATATYPES, have_same_value, is_value_of
from ipgraph.reasoning.inference import Inconsistency, Premise
from ipgraph.reasoning.vocabulary import MEMBER, SAME_AS, TYPE
from ipgraph.reasoning.wording import fill_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ipgraph.reasoning.closure.compilation.clauses import Clause, Pattern
    from ipgraph.reasoning.closure.encoding import Dictionary
    from ipgraph.reasoning.closure.fixpoint import Fixpoint

# Per axiom: as many as a curator fixes before checking again.
MAX_PER_RULE = 20


def find_inconsistencies(
    fixpoint: Fixpoint,
    dictionary: Dictionary,
    checks: list[Clause],
    sources: Callable[[str, str, str], tuple[str, ...]] | None = None,
) -> tuple[Inconsistency, ...]:
    """Return the contradictions in a finished fixpoint, at most `MAX_PER_RULE` for each axiom.

    `checks` are the clauses that conclude `false`. `sources` returns the graphs that state a
    triple.
    """
    return _Checker(fixpoint, dictionary, sources).run(checks)


class _Checker:
    """Reads the contradictions of a finished fixpoint."""

    def __init__(
        self,
        fixpoint: Fixpoint,
        dictionary: Dictionary,
        sources: Callable[[str, str, str], tuple[str, ...]] | None,
    ) -> None:
        self._fixpoint = fixpoint
        self._dictionary = dictionary
        self._sources = sources
        self._terms: list[bytes] = []

    def run(self, checks: list[Clause]) -> tuple[Inconsistency, ...]:
        """Return the contradictions that `checks` find, and those of literals, without repeats."""
        found: list[Inconsistency] = []
        for check in checks:
            try:
                found += self._violations(check)
            except OverBudget as error:
                self._fixpoint.skipped[check.name, check.body[0].key] = error
        found += self._ill_typed_literals()
        found += self._unequal_literals()
        unique = {(violation.rule, frozenset(violation.premises)): violation for violation in found}
        return tuple(unique.values())

    def _term(self, number: int) -> str:
        if len(self._terms) < len(self._dictionary):
            self._terms = list(self._dictionary)
        return self._terms[number].decode()

    def _premise(self, subject: str, predicate: str, object_: str) -> Premise:
        sources = self._sources(subject, predicate, object_) if self._sources else ()
        return Premise(subject, predicate, object_, sources)

    def _violations(self, check: Clause) -> Iterator[Inconsistency]:
        solutions = self._fixpoint.solutions_of(check, MAX_PER_RULE)
        names = [name for name in solutions if name]
        columns = [solutions[name][:MAX_PER_RULE].tolist() for name in names]
        count = min(MAX_PER_RULE, len(next(iter(solutions.values()))))
        for row in range(count):
            values = {name: column[row] for name, column in zip(names, columns, strict=True)}
            yield self._violation(check, values)

    def _violation(self, check: Clause, values: dict[str, int]) -> Inconsistency:
        assert check.origin is not None  # noqa: S101 - the compiler sets it on every check
        rule, bound = check.origin
        terms = {name: self._term(number) for name, number in (bound | values).items()}
        premises = []
        for atom in rule.body:
            subject, predicate, object_ = (
                terms[term] if term.startswith("?") else term for term in atom
            )
            if predicate != MEMBER:
                premises.append(self._premise(subject, predicate, object_))
        return Inconsistency(rule.name, fill_reason(rule.reason, terms), tuple(premises))

    def _ill_typed_literals(self) -> Iterator[Inconsistency]:
        """Yield literals that are inferred to have a datatype they do not have (dt-not-type)."""
        for datatype in DATATYPES:
            number = self._dictionary.get(datatype.encode())
            relation = None if number is None else self._fixpoint.relations.get(~number)
            if number is None or relation is None:
                continue
            for member in relation.codes.tolist():
                literal = self._term(member)
                if literal.startswith('"') and not is_value_of(literal, datatype):
                    terms = {"?l": literal, "?d": datatype}
                    message = fill_reason("{l} is not a value of {d}", terms)
                    premises = self._premises_of_member(~number, member)
                    yield Inconsistency("dt-not-type", message, premises)

    def _unequal_literals(self) -> Iterator[Inconsistency]:
        """Yield literals with different values that are inferred to be the same (dt-diff)."""
        relation = self._fixpoint.relations.get(self._dictionary.get(SAME_AS.encode(), -1))
        if relation is None:
            return
        for pair in self._pairs_of_literals(relation.codes).tolist():
            first, second = self._term(pair >> HALF), self._term(pair & LOW)
            if first > second:
                continue
            if have_same_value(first, second) is False:
                terms = {"?x": first, "?y": second}
                message = fill_reason("{x} and {y} are both the same and different values", terms)
                yield Inconsistency("dt-diff", message, self._premises_of_pair(pair))

    def _pairs_of_literals(self, pairs: Column) -> Column:
        """Return the pairs of literals. Of n equal terms, n are looked up instead of n² pairs."""
        terms = distinct([pairs >> HALF, pairs & LOW])
        literals = terms[[self._term(term)[0] == '"' for term in terms.tolist()]]
        return pairs[contains(literals, pairs >> HALF) & contains(literals, pairs & LOW)]

    def _premises_of_member(self, class_: int, member: int) -> tuple[Premise, ...]:
        """Return the premises of one clause that concludes that `member` is in `class_`."""
        for clause in self._fixpoint.clauses:
            head = clause.head
            if head is None or head.key != class_ or not isinstance(head.subject, str):
                continue
            values = self._fixpoint.first_solution(clause, {head.subject: member})
            if values is not None:
                return tuple(self._ground(pattern, values) for pattern in clause.body)
        return (self._premise(self._term(member), TYPE, self._term(~class_)),)

    def _premises_of_pair(self, pair: int) -> tuple[Premise, ...]:
        """Return the premises of one clause that concludes that the terms of `pair` are equal."""
        key = self._dictionary.number(SAME_AS)
        for clause in self._fixpoint.clauses:
            head = clause.head
            if head is None or head.key != key or clause.name.startswith("eq-"):
                continue
            if isinstance(head.subject, str) and isinstance(head.object, str):
                bound = {head.subject: pair >> HALF, head.object: pair & LOW}
                values = self._fixpoint.first_solution(clause, bound)
                if values is not None:
                    return tuple(self._ground(pattern, values) for pattern in clause.body)
        return (self._premise(self._term(pair >> HALF), SAME_AS, self._term(pair & LOW)),)

    def _ground(self, pattern: Pattern, values: dict[str, int]) -> Premise:
        subject, object_ = (
            self._term(values[term] if isinstance(term, str) else term)
            for term in (pattern.subject, ~pattern.key if pattern.is_class else pattern.object)
        )
        predicate = TYPE if pattern.is_class else self._term(pattern.key)
        return self._premise(subject, predicate, object_)
