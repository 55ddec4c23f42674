"""Strongly connected components of a directed graph (Tarjan 1972), without recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def strong_components(starts: Sequence[int], targets: Sequence[int]) -> tuple[list[int], int]:
    """Return the component of each node, and the number of components.

    The edges of node `n` lead to `targets[starts[n]:starts[n + 1]]`. Components are numbered from
    the sinks up: an edge leads to its own component or to one with a smaller number. Takes about
    1 µs for a node and an edge.
    """
    count = len(starts) - 1
    position = list(starts)  # of the next edge of each node
    order, low, component = [-1] * count, [0] * count, [-1] * count
    path: list[int] = []
    visited = found = 0
    for root in range(count):
        if order[root] >= 0:
            continue
        order[root] = low[root] = visited
        visited += 1
        path.append(root)
        stack = [root]
        while stack:
            node = stack[-1]
            at, end, least = position[node], starts[node + 1], low[node]
            descends = False
            while at < end:
                successor = targets[at]
                at += 1
                if order[successor] < 0:
                    order[successor] = low[successor] = visited
                    visited += 1
                    path.append(successor)
                    stack.append(successor)
                    descends = True
                    break
                if component[successor] < 0 and order[successor] < least:
                    least = order[successor]
            position[node], low[node] = at, least
            if descends:
                continue
            stack.pop()
            if stack and least < low[stack[-1]]:
                low[stack[-1]] = least
            if least == order[node]:
                while True:
                    member = path.pop()
                    component[member] = found
                    if member == node:
                        break
                found += 1
    return component, found
