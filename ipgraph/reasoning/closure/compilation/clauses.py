"""Compiled rules: Horn clauses over numbered relations.

A relation's key is the number of its property, or the bitwise complement of its class's number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ipgraph.reasoning.closure.encoding import Column
    from ipgraph.reasoning.rules import Rule

Term = int | str  # a numbered term, or a variable


class Pattern(NamedTuple):
    """A pattern over one relation. `object` is unused for a class.

    A head whose class is a variable has the key `ANY_CLASS` and that variable as `object`.
    """

    key: int
    subject: Term
    object: Term = -1

    @property
    def is_class(self) -> bool:
        """Whether the relation is a class."""
        return self.key < 0

    def variables(self) -> set[str]:
        """Return the names of the variables."""
        return {term for term in (self.subject, self.object) if isinstance(term, str)}


ANY_CLASS = -(1 << 40)
# Rules of the schema whose conclusions need no clause of their own: the premises have clauses that
# conclude the same (redundancy.py).
_IMPLYING_RULES = frozenset(
    {
        "scm-sco",
        "scm-spo",
        "scm-eqc2",
        "scm-eqp2",
        "scm-dom1",
        "scm-dom2",
        "scm-rng1",
        "scm-rng2",
    }
)
_FUNCTIONAL_RULES = frozenset({"prp-fp", "prp-ifp"})


@dataclass(slots=True, eq=False)
class Clause:
    """A compiled rule and its state in the fixpoint.

    `waiting` holds the codes added since its last run, by position in the body; `is_new` is True
    until its first run; `stratum` orders the runs. `origin` is the rule and what its axioms bind,
    for clauses that conclude `false`, which must name them.
    """

    name: str
    body: tuple[Pattern, ...]
    head: Pattern | None
    unequal: tuple[tuple[Term, Term], ...] = ()
    is_new: bool = True
    is_queued: bool = False
    stratum: int = 0
    waiting: dict[int, list[Column]] = field(default_factory=dict)
    origin: tuple[Rule, dict[str, int]] | None = None
    plans: dict[int, tuple[int, ...]] = field(default_factory=dict)
    is_transitive: bool = field(init=False)
    is_implying: bool = field(init=False)
    is_functional: bool = field(init=False)

    def __post_init__(self) -> None:
        self.is_implying = self.name in _IMPLYING_RULES
        self.is_functional = self.name in _FUNCTIONAL_RULES and self.body[0].key >= 0
        self.is_transitive = len(self.body) == 2 and self._is_transitive(*self.body)

    def _is_transitive(self, left: Pattern, right: Pattern) -> bool:
        """True if the clause says no more than that a property is transitive."""
        head = self.head
        if head is None or self.unequal or not left.key == right.key == head.key >= 0:
            return False
        terms = {left.subject, left.object, right.subject, right.object}
        if len(terms) != 3 or not all(isinstance(term, str) for term in terms):
            return False
        if left.object == right.subject:
            return (head.subject, head.object) == (left.subject, right.object)
        return (right.object, right.subject, left.object) == (
            left.subject,
            head.subject,
            head.object,
        )

    def plan(self, start: int) -> tuple[int, ...]:
        """Return the order in which to join the body from position `start`."""
        if start not in self.plans:
            self.plans[start] = join_order(self.body, self.body[start].variables(), start)
        return self.plans[start]


def join_order(body: tuple[Pattern, ...], known: set[str], *done: int) -> tuple[int, ...]:
    """Order a body greedily: next is the pattern with the fewest variables still unknown.

    `known` are the variables bound before, `done` the positions to leave out.
    """
    left = [position for position in range(len(body)) if position not in done]
    order = []
    while left:
        best = min(left, key=lambda position: _cost(body[position], known))
        left.remove(best)
        order.append(best)
        known = known | body[best].variables()
    return tuple(order)


def _cost(pattern: Pattern, known: set[str]) -> tuple[int, int]:
    variables = pattern.variables()
    unknown = len(variables - known)
    # A pattern that shares no variable with the known ones is a cross product: it goes last.
    is_apart = unknown == len(variables) and unknown > 0 and not isinstance(pattern.subject, int)
    return (unknown + (2 if is_apart else 0), 0 if pattern.is_class else 1)
