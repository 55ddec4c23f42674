"""Rules after compilation: Horn clauses over numbered relations.

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
    """What is asked of one relation. `object` is unused for a class.

    A head whose class is a variable has the key `ANY_CLASS` and that variable as `object`.
    """

    key: int
    subject: Term
    object: Term = -1

    @property
    def is_class(self) -> bool:
        """Tell whether the relation is a class."""
        return self.key < 0

    def variables(self) -> set[str]:
        """Return the names of the variables."""
        return {each for each in (self.subject, self.object) if isinstance(each, str)}


ANY_CLASS = -(1 << 40)


@dataclass(slots=True, eq=False)
class Clause:
    """A compiled rule and its state in the fixpoint.

    `waiting` holds, by place in the body, the codes that came since it last ran; `fresh` says that
    it never ran; `rank` is its stratum. `origin` is the rule and what its axioms bind, kept for
    clauses that conclude `false`, which must name them.
    """

    name: str
    body: tuple[Pattern, ...]
    head: Pattern | None
    unequal: tuple[tuple[Term, Term], ...] = ()
    fresh: bool = True
    queued: bool = False
    rank: int = 0
    waiting: dict[int, list[Column]] = field(default_factory=dict)
    origin: tuple[Rule, dict[str, int]] | None = None
    plans: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def plan(self, start: int) -> tuple[int, ...]:
        """Return the order in which to join the body when its place `start` is the first."""
        if start not in self.plans:
            self.plans[start] = order_from(self.body, self.body[start].variables(), start)
        return self.plans[start]


def order_from(body: tuple[Pattern, ...], known: set[str], *done: int) -> tuple[int, ...]:
    """Order a body greedily: next is the pattern with the fewest variables still unknown.

    `known` are the variables bound before, `done` the places not to visit again.
    """
    left = [place for place in range(len(body)) if place not in done]
    order = []
    while left:
        best = min(left, key=lambda place: _cost(body[place], known))
        left.remove(best)
        order.append(best)
        known = known | body[best].variables()
    return tuple(order)


def _cost(pattern: Pattern, known: set[str]) -> tuple[int, int]:
    variables = pattern.variables()
    unknown = len(variables - known)
    # A pattern that shares nothing with what is known multiplies: it goes last.
    apart = unknown == len(variables) and unknown > 0 and not isinstance(pattern.subject, int)
    return (unknown + (2 if apart else 0), 0 if pattern.is_class else 1)
