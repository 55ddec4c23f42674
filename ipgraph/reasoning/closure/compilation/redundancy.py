"""Redundant axioms: those whose conclusions follow step by step through a hierarchy.

The schema is closed before clauses are compiled, so a class has a `rdfs:subClassOf` to each of its
superclasses. A clause for each would conclude the same memberships repeatedly, and a chain of 1,500
classes has a million. These need no clause:

- a pair that a rule of the schema concluded from other pairs (`IMPLIED_BY`): they have clauses;
- a superclass above another superclass, and likewise for properties, although both are stated;
- a domain or range that follows from a narrower one or from that of a superproperty;
- a pair with a term that is not the representative of its equals: replacement applies the clause of
  the representative to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, distinct, groups
from ipgraph.reasoning.closure.relations import EMPTY, Mask, contains, rows_with, slices
from ipgraph.reasoning.vocabulary import (
    DOMAIN,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    RANGE,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
)

if TYPE_CHECKING:
    from ipgraph.reasoning.closure.encoding import Dictionary
    from ipgraph.reasoning.closure.fixpoint import Fixpoint
    from ipgraph.reasoning.closure.relations import Relation

# The axiom of each rule that is pruned here; the rules have no other axiom.
AXIOMS = {
    "cax-sco": SUBCLASS_OF,
    "prp-spo1": SUBPROPERTY_OF,
    "prp-dom": DOMAIN,
    "prp-rng": RANGE,
    "cax-eqc1": EQUIVALENT_CLASS,
    "cax-eqc2": EQUIVALENT_CLASS,
    "prp-eqp1": EQUIVALENT_PROPERTY,
    "prp-eqp2": EQUIVALENT_PROPERTY,
}
# More edges of one term than this are looked through one after the other, not in pairs.
_MANY_EDGES = 32
_MAX_DIRECT = 64  # of these, before the rest is done at once


class Redundancy:
    """Finds the axioms that need a clause, given the current schema."""

    def __init__(self, fixpoint: Fixpoint, dictionary: Dictionary) -> None:
        self._fixpoint = fixpoint
        self._dictionary = dictionary
        self._needed: dict[str, Column] = {}

    def needed(self, rule: str) -> Column:
        """Return the pairs of the axiom of a rule in `AXIOMS` that need a clause."""
        axiom = AXIOMS[rule]
        if axiom not in self._needed:
            self._needed[axiom] = self._find_needed(axiom)
        return self._needed[axiom]

    def _find_needed(self, axiom: str) -> Column:
        relation = self._relation(axiom)
        own = relation.own()
        pairs: Column = own[(own >> HALF) != (own & LOW)]
        equal = self._fixpoint.equality.classes()
        if equal is not None:
            first, second = pairs >> HALF, pairs & LOW
            is_first = equal.representatives_of(first) == first
            pairs = pairs[is_first & (equal.representatives_of(second) == second)]
        if axiom in (SUBCLASS_OF, SUBPROPERTY_OF):
            return self._direct(pairs, relation.codes)
        if axiom in (DOMAIN, RANGE):
            return self._narrowest(pairs, relation.codes)
        return pairs

    def _relation(self, predicate: str) -> Relation:
        return self._fixpoint.relation(self._dictionary.number(predicate))

    def _direct(self, pairs: Column, closed: Column) -> Column:
        """Return `pairs` without those that have another term between theirs in `closed`.

        Terms above each other are equivalent, so neither is between others because of the other.
        """
        strict = pairs[~contains(closed, (pairs & LOW) << HALF | pairs >> HALF)]
        starts = strict.searchsorted((strict >> HALF) << HALF)
        counts = strict.searchsorted(((strict >> HALF) + 1) << HALF) - starts
        indirect = np.zeros(len(strict), np.bool_)
        few = np.flatnonzero((counts > 1) & (counts <= _MANY_EDGES))
        which, rows = slices(starts[few], counts[few])
        lower, upper = strict[rows] & LOW, strict[few][which] & LOW
        is_between = _is_strictly_below(closed, lower, upper)
        indirect[few[which[is_between]]] = True
        many = np.flatnonzero(counts > _MANY_EDGES)
        for _, places in groups(strict[many] >> HALF, np.arange(len(many))):
            self._fixpoint.budget.check()
            indirect[many[places]] = _are_indirect(strict[many[places]] & LOW, closed)
        return pairs[~contains(strict[indirect], pairs)]

    def _narrowest(self, pairs: Column, closed: Column) -> Column:
        """Return `pairs` of property and class without those that others imply."""
        classes = self._relation(SUBCLASS_OF).codes
        properties = self._relation(SUBPROPERTY_OF)
        starts = pairs.searchsorted((pairs >> HALF) << HALF)
        counts = pairs.searchsorted(((pairs >> HALF) + 1) << HALF) - starts
        redundant = np.zeros(len(pairs), np.bool_)
        few = np.flatnonzero((counts > 1) & (counts <= _MANY_EDGES))
        which, rows = slices(starts[few], counts[few])
        is_wider = _is_strictly_below(classes, pairs[rows] & LOW, pairs[few][which] & LOW)
        redundant[few[which[is_wider]]] = True
        which, rows = rows_with(properties.own(), pairs >> HALF)
        upper, lower = properties.own()[rows] & LOW, pairs[which] >> HALF
        is_above = ~contains(properties.codes, upper << HALF | lower)
        is_above &= contains(closed, upper << HALF | pairs[which] & LOW)
        redundant[which[is_above]] = True
        return pairs[~redundant]


def _is_strictly_below(closed: Column, lower: Column, upper: Column) -> Mask:
    """Return which terms `lower` are below `upper` in a hierarchy, and not equivalent to them."""
    below: Mask = contains(closed, lower << HALF | upper)
    below &= lower != upper
    below &= ~contains(closed, upper << HALF | lower)
    return below


def _are_indirect(upper: Column, closed: Column) -> Mask:
    """Return which of the terms above one term are also above another of them.

    The term with the most above it is direct; what is above it is not. So a term whose hierarchy
    is stated completely costs little.
    """
    sizes = closed.searchsorted((upper + 1) << HALF) - closed.searchsorted(upper << HALF)
    left = upper[np.argsort(-sizes, kind="stable")]
    indirect = [EMPTY]
    for _ in range(_MAX_DIRECT):
        if not len(left):
            break
        is_above = _is_strictly_below(closed, np.full(len(left), left[0]), left)
        indirect.append(left[is_above])
        left = left[1:][~is_above[1:]]
    _, rows = rows_with(closed, left)
    pairs = closed[rows]
    is_above = _is_strictly_below(closed, pairs >> HALF, pairs & LOW)
    return contains(distinct([*indirect, pairs[is_above] & LOW]), upper)
