"""Concepts of SKOS: each relation with its inverse, whichever of the two a file states."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ipgraph.namespaces import SKOS

if TYPE_CHECKING:
    from ipgraph.entities.statements import Statement
    from ipgraph.store import Subject

_PAIRS = (
    ("broader", "narrower"),
    ("hasTopConcept", "topConceptOf"),
    ("broadMatch", "narrowMatch"),
    *((name, name) for name in ("related", "exactMatch", "closeMatch", "relatedMatch")),
)
INVERSES = {
    SKOS + one: SKOS + other
    for first, second in _PAIRS
    for one, other in ((first, second), (second, first))
}


def merged(
    node: Subject, own: list[Statement], about: list[Statement]
) -> tuple[list[Statement], list[Statement]]:
    """Turn the relations of concepts that lead to a node into relations from it.

    `own` has the node as subject, `about` as object. A statement in both directions is one, with
    the sources of both.
    """
    found = {(fact.predicate, fact.object): fact for fact in own}
    rest = []
    for fact in about:
        inverse = INVERSES.get(fact.predicate)
        if inverse is None:
            rest.append(fact)
            continue
        key = (inverse, fact.subject)
        known = found.get(key)
        graphs = fact.graphs | (known.graphs if known else frozenset())
        found[key] = replace(
            fact, subject=node, predicate=inverse, object=fact.subject, graphs=graphs
        )
    return [*found.values()], rest
