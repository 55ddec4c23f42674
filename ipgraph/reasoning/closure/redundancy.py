"""Redundant clauses: those whose conclusions follow step by step through a hierarchy.

The schema is closed before clauses are compiled, so a class has a `rdfs:subClassOf` to each of its
superclasses. A clause for each would conclude the same memberships repeatedly; those to the direct
superclasses are enough. Likewise a domain or range follows from a narrower one, or from that of a
superproperty.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ipgraph.reasoning.closure.clauses import Pattern, Term
from ipgraph.reasoning.vocabulary import DOMAIN, RANGE, SUBCLASS_OF, SUBPROPERTY_OF

if TYPE_CHECKING:
    from ipgraph.reasoning.closure.encoding import Dictionary
    from ipgraph.reasoning.closure.fixpoint import Fixpoint

Bound = dict[Term, int]  # the values of a rule's variables
Hierarchy = dict[int, set[int]]  # everything above each term


class Redundancy:
    """Decides which solutions of a rule's axioms need no clause, given the current schema."""

    def __init__(self, fixpoint: Fixpoint, dictionary: Dictionary) -> None:
        self._fixpoint = fixpoint
        self._dictionary = dictionary

    def is_redundant(self, rule: str, bound: Bound) -> bool:
        """True if other clauses conclude everything that `rule` does with these axioms."""
        if rule == "cax-sco":
            return _is_indirect(bound["?c"], bound["?d"], self._classes)
        if rule == "prp-spo1":
            return _is_indirect(bound["?p"], bound["?q"], self._properties)
        if rule in ("prp-dom", "prp-rng"):
            classes = self._domains if rule == "prp-dom" else self._ranges
            property_, class_ = bound["?p"], bound["?c"]
            return any(
                class_ in self._classes.get(narrower, ())
                for narrower in classes[property_] - {class_}
            ) or any(
                class_ in classes.get(superproperty, ())
                for superproperty in self._properties.get(property_, ())
            )
        return False

    @cached_property
    def _classes(self) -> Hierarchy:
        return _strict(self._pairs(SUBCLASS_OF))

    @cached_property
    def _properties(self) -> Hierarchy:
        return _strict(self._pairs(SUBPROPERTY_OF))

    @cached_property
    def _domains(self) -> Hierarchy:
        return self._pairs(DOMAIN)

    @cached_property
    def _ranges(self) -> Hierarchy:
        return self._pairs(RANGE)

    def _pairs(self, predicate: str) -> Hierarchy:
        number = self._dictionary.number(predicate)
        solutions = self._fixpoint.solve((Pattern(number, "s", "o"),))
        pairs: Hierarchy = {}
        if "s" in solutions:
            for lower, higher in zip(solutions["s"].tolist(), solutions["o"].tolist(), strict=True):
                pairs.setdefault(lower, set()).add(higher)
        return pairs


def _strict(pairs: Hierarchy) -> Hierarchy:
    """Return the hierarchy without the terms that are above each other, which are equivalent."""
    return {
        lower: {higher for higher in above if lower not in pairs.get(higher, ())}
        for lower, above in pairs.items()
    }


def _is_indirect(lower: int, higher: int, above: Hierarchy) -> bool:
    """True if another term of the hierarchy is between the two."""
    all_higher = above.get(lower, ())
    return higher in all_higher and any(higher in above.get(term, ()) for term in all_higher)
