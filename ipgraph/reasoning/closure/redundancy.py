"""Clauses that others make superfluous: those for steps that a hierarchy takes in smaller ones.

The schema is closed before clauses are made, so a class has a `rdfs:subClassOf` to each class above
it. A clause for each would conclude the same memberships again and again; those to the nearest are
enough. Likewise a domain or range follows from a narrower one, or from that of a wider property.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ipgraph.namespaces import RDFS
from ipgraph.reasoning.closure.clauses import Pattern, Term

if TYPE_CHECKING:
    from ipgraph.reasoning.closure.encoding import Dictionary
    from ipgraph.reasoning.closure.fixpoint import Fixpoint

Bound = dict[Term, int]  # what the variables of a rule stand for
Above = dict[int, set[int]]


class Redundancy:
    """Tells which solutions of a rule's axioms need no clause, as the schema is now."""

    def __init__(self, fixpoint: Fixpoint, dictionary: Dictionary) -> None:
        self._fixpoint = fixpoint
        self._dictionary = dictionary

    def is_redundant(self, rule: str, bound: Bound) -> bool:
        """Tell whether other clauses conclude all that a rule does with these axioms."""
        if rule == "cax-sco":
            return _is_long(bound["?c"], bound["?d"], self._classes)
        if rule == "prp-spo1":
            return _is_long(bound["?p"], bound["?q"], self._properties)
        if rule in ("prp-dom", "prp-rng"):
            named = self._domains if rule == "prp-dom" else self._ranges
            property_, class_ = bound["?p"], bound["?c"]
            return any(
                class_ in self._classes.get(each, ()) for each in named[property_] - {class_}
            ) or any(class_ in named.get(each, ()) for each in self._properties.get(property_, ()))
        return False

    @cached_property
    def _classes(self) -> Above:
        return _strict(self._pairs("subClassOf"))

    @cached_property
    def _properties(self) -> Above:
        return _strict(self._pairs("subPropertyOf"))

    @cached_property
    def _domains(self) -> Above:
        return self._pairs("domain")

    @cached_property
    def _ranges(self) -> Above:
        return self._pairs("range")

    def _pairs(self, name: str) -> Above:
        number = self._dictionary.number(f"<{RDFS}{name}>")
        solutions = self._fixpoint.solve((Pattern(number, "s", "o"),))
        pairs: Above = {}
        if "s" in solutions:
            for one, two in zip(solutions["s"].tolist(), solutions["o"].tolist(), strict=True):
                pairs.setdefault(one, set()).add(two)
        return pairs


def _strict(pairs: Above) -> Above:
    """Return what is above each and not equal to it."""
    return {
        one: {two for two in above if one not in pairs.get(two, ())} for one, above in pairs.items()
    }


def _is_long(one: int, two: int, above: Above) -> bool:
    """Tell whether a step up passes something on its way."""
    higher = above.get(one, ())
    return two in higher and any(two in above.get(each, ()) for each in higher)
