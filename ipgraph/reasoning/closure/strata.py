"""Strata: the order in which clauses run, by which relations they read and conclude."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.reasoning.closure.clauses import ANY_CLASS

if TYPE_CHECKING:
    from ipgraph.reasoning.closure.clauses import Clause


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
    components = _components(edges)
    for node, clause in enumerate(clauses, offset):
        clause.stratum = components[node]


def _components(edges: list[list[int]]) -> list[int]:
    """Return the strongly connected component of each node, in topological order (Tarjan)."""
    count = len(edges)
    order, low, component = [-1] * count, [0] * count, [-1] * count
    path: list[int] = []
    visited = found = 0
    for root in range(count):
        if order[root] >= 0:
            continue
        stack = [(root, 0)]
        while stack:
            node, position = stack.pop()
            if position == 0:
                order[node] = low[node] = visited
                visited += 1
                path.append(node)
            has_descended = False
            successors = edges[node]
            while position < len(successors):
                successor = successors[position]
                if order[successor] < 0:
                    stack += [(node, position), (successor, 0)]
                    has_descended = True
                    break
                if component[successor] < 0:
                    low[node] = min(low[node], low[successor])
                position += 1
            if has_descended:
                continue
            if low[node] == order[node]:
                while True:
                    member = path.pop()
                    component[member] = found
                    if member == node:
                        break
                found += 1
    return [found - 1 - number for number in component]
