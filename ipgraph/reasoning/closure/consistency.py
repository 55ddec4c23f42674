"""Contradictions: every rule that concludes `false`, its premises and who states them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.reasoning.closure.encoding import HALF, LOW
from ipgraph.reasoning.datatypes import DATATYPES, belongs, same_value
from ipgraph.reasoning.inference import Inconsistency, Premise
from ipgraph.reasoning.rules import MEMBER, SAME
from ipgraph.reasoning.trivia import TYPE
from ipgraph.reasoning.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ipgraph.reasoning.closure.clauses import Clause, Pattern
    from ipgraph.reasoning.closure.encoding import Dictionary
    from ipgraph.reasoning.closure.fixpoint import Fixpoint

MAX_PER_RULE = (
    20  # of one axiom's contradictions, as many as a reader will mend before asking again
)


class Checker:
    """Reads contradictions off a finished fixpoint."""

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
        """Return the contradictions that `checks` find, and those of literals, each once."""
        found = [each for check in checks for each in self._violations(check)]
        found += self._misplaced_literals()
        found += self._unequal_literals()
        unique = {(each.rule, frozenset(each.premises)): each for each in found}
        return tuple(unique.values())

    def _term(self, number: int) -> str:
        if len(self._terms) < len(self._dictionary):
            self._terms = list(self._dictionary)
        return self._terms[number].decode()

    def _premise(self, subject: str, predicate: str, object_: str) -> Premise:
        stated = self._sources(subject, predicate, object_) if self._sources else ()
        return Premise(subject, predicate, object_, stated)

    def _violations(self, check: Clause) -> Iterator[Inconsistency]:
        solutions = self._fixpoint.solutions_of(check)
        names = [each for each in solutions if each]
        columns = [solutions[each][:MAX_PER_RULE].tolist() for each in names]
        count = min(MAX_PER_RULE, len(next(iter(solutions.values()))))
        for row in range(count):
            values = {name: column[row] for name, column in zip(names, columns, strict=True)}
            yield self._inconsistency(check, values)

    def _inconsistency(self, check: Clause, values: dict[str, int]) -> Inconsistency:
        assert check.origin is not None  # noqa: S101 - the compiler sets it on every check
        rule, bound = check.origin
        terms = {name: self._term(number) for name, number in (bound | values).items()}
        premises = []
        for atom in rule.body:
            subject, predicate, object_ = (self._resolved(each, terms) for each in atom)
            if predicate != MEMBER:
                premises.append(self._premise(subject, predicate, object_))
        return Inconsistency(rule.name, in_words(rule.reason, terms), tuple(premises))

    def _resolved(self, term: str, terms: dict[str, str]) -> str:
        return terms[term] if term.startswith("?") else term

    def _misplaced_literals(self) -> Iterator[Inconsistency]:
        """Find literals that were concluded to be of a datatype they are not (dt-not-type)."""
        for datatype in DATATYPES:
            number = self._dictionary.get(datatype.encode())
            relation = None if number is None else self._fixpoint.relations.get(~number)
            if number is None or relation is None:
                continue
            for member in relation.codes.tolist():
                literal = self._term(member)
                if literal.startswith('"') and not belongs(literal, datatype):
                    message = in_words("{l} is no {d}", {"?l": literal, "?d": datatype})
                    premises = self._reasons(~number, member)
                    yield Inconsistency("dt-not-type", message, premises)

    def _reasons(self, class_: int, member: int) -> tuple[Premise, ...]:
        """Return the premises of one clause that concludes that `member` is in `class_`."""
        for clause in self._fixpoint.clauses:
            head = clause.head
            if head is None or head.key != class_ or not isinstance(head.subject, str):
                continue
            values = self._fixpoint.first_solution(clause, {head.subject: member})
            if values is not None:
                return tuple(self._ground(each, values) for each in clause.body)
        return (self._premise(self._term(member), TYPE, self._term(~class_)),)

    def _ground(self, pattern: Pattern, values: dict[str, int]) -> Premise:
        subject, object_ = (
            self._term(values[each] if isinstance(each, str) else each)
            for each in (pattern.subject, pattern.object if pattern.key >= 0 else ~pattern.key)
        )
        predicate = TYPE if pattern.is_class else self._term(pattern.key)
        return self._premise(subject, predicate, object_)

    def _unequal_literals(self) -> Iterator[Inconsistency]:
        """Find literals of different values that were concluded to be the same (dt-diff)."""
        relation = self._fixpoint.relations.get(self._dictionary.get(SAME.encode(), -1))
        if relation is None:
            return
        for pair in relation.codes.tolist():
            first, second = self._term(pair >> HALF), self._term(pair & LOW)
            if first[0] != '"' or second[0] != '"' or first > second:
                continue
            if same_value(first, second) is False:
                terms = {"?x": first, "?y": second}
                message = in_words("{x} and {y} are different values and yet the same", terms)
                yield Inconsistency("dt-diff", message, self._of_pair(pair))

    def _of_pair(self, pair: int) -> tuple[Premise, ...]:
        """Return the premises of one clause that concludes that two things are the same."""
        key = self._dictionary.number(SAME)
        for clause in self._fixpoint.clauses:
            head = clause.head
            if head is None or head.key != key or clause.name.startswith("eq-"):
                continue
            if isinstance(head.subject, str) and isinstance(head.object, str):
                bound = {head.subject: pair >> HALF, head.object: pair & LOW}
                values = self._fixpoint.first_solution(clause, bound)
                if values is not None:
                    return tuple(self._ground(each, values) for each in clause.body)
        return (self._premise(self._term(pair >> HALF), SAME, self._term(pair & LOW)),)


def inconsistencies(
    fixpoint: Fixpoint,
    dictionary: Dictionary,
    checks: list[Clause],
    sources: Callable[[str, str, str], tuple[str, ...]] | None = None,
) -> tuple[Inconsistency, ...]:
    """Return what contradicts itself in a finished fixpoint, at most `MAX_PER_RULE` an axiom.

    `sources` tells which graphs state a triple.
    """
    return Checker(fixpoint, dictionary, sources).run(checks)
