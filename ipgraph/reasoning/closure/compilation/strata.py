"""Strata: the order in which clauses run, by which relations they read and conclude."""

from __future__ import annotations

from itertools import accumulate, chain
from typing import TYPE_CHECKING

from ipgraph.reasoning.closure.compilation.clauses import ANY_CLASS
from ipgraph.reasoning.closure.components import strong_components

if TYPE_CHECKING:
    from ipgraph.reasoning.closure.compilation.clauses import Clause


def assign_strata(clauses: list[Clause]) -> None:
    """Set the stratum of each clause: not below those of the clauses whose heads it reads."""
    keys: dict[int, int] = {ANY_CLASS: 0}
    for clause in clauses:
        for pattern in (*clause.body, *((clause.head,) if clause.head else ())):
            keys.setdefault(pattern.key, len(keys))
    # Edges go from clauses to relations and from relations to the clauses that read them: fewer
    # than from clause to clause.
    offset = len(keys)
    edges: list[list[int]] = [[] for _ in range(offset + len(clauses))]
    edges[0] = [node for key, node in keys.items() if ANY_CLASS != key < 0]
    for node, clause in enumerate(clauses, offset):
        for pattern in clause.body:
            edges[keys[pattern.key]].append(node)
        if clause.head:
            edges[node].append(keys[clause.head.key])
    starts = [0, *accumulate(map(len, edges))]
    components, count = strong_components(starts, list(chain.from_iterable(edges)))
    for node, clause in enumerate(clauses, offset):
        clause.stratum = count - 1 - components[node]
