"""The transitive closure of a relation, at a cost near the size of the result.

Nodes that reach each other are condensed to one component. Components are visited from the sinks
up, one level at a time: a component reaches its successors and what these reach. So a new pair is
joined with the edges only, never with other new pairs. The number of rows is known before they are
made; they are made in chunks, or refused by the budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ipgraph.reasoning.closure.components import strong_components
from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, distinct
from ipgraph.reasoning.closure.relations import EMPTY, slices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.reasoning.closure.budget import Budget

CHUNK_ROWS = 1 << 20  # 8 MiB a column
MARKED_ROWS = 4096  # a component that gathers more rows than this marks them in an array instead
_Small = np.ndarray[tuple[int], np.dtype[np.int32]]


def close_transitively(pairs: Column, budget: Budget) -> Column:
    """Return the transitive closure of sorted distinct `pairs`, sorted and distinct.

    Raises `OverBudget` before the rows are made that `budget` does not allow.
    """
    if not len(pairs):
        return pairs
    graph = _Condensation.of(pairs)
    reach = _Reach(graph, budget)
    reach.visit_levels()
    return _expand(graph, reach, budget)


def chunks_of_rows(sizes: Column) -> Iterator[tuple[int, int]]:
    """Divide items with `sizes` rows each into ranges of about `CHUNK_ROWS` rows."""
    if not len(sizes):
        return
    ends = sizes.cumsum()
    cuts = ends.searchsorted(np.arange(CHUNK_ROWS, int(ends[-1]), CHUNK_ROWS), side="right")
    inner = dict.fromkeys(cut for cut in cuts.tolist() if 0 < cut < len(sizes))
    yield from pairwise((0, *inner, len(sizes)))


@dataclass(frozen=True, slots=True)
class _Condensation:
    """The components of a relation, numbered from the sinks up, and the edges between them.

    The edges of component `c` lead to `targets[starts[c]:starts[c + 1]]`, which are smaller.
    """

    nodes: Column  # the terms, sorted
    component: Column  # of each node
    is_cyclic: np.ndarray[tuple[int], np.dtype[np.bool_]]  # by component: it reaches itself
    starts: Column
    targets: Column

    @classmethod
    def of(cls, pairs: Column) -> _Condensation:
        nodes = distinct([pairs >> HALF, pairs & LOW])
        sources, targets = nodes.searchsorted(pairs >> HALF), nodes.searchsorted(pairs & LOW)
        starts = sources.searchsorted(np.arange(len(nodes) + 1))  # `pairs` are sorted
        numbers, count = strong_components(starts.tolist(), targets.tolist())
        component = np.array(numbers, np.int64)
        first, second = component[sources], component[targets]
        is_cyclic = np.zeros(count, np.bool_)
        is_cyclic[first[first == second]] = True
        edges = distinct([(first << HALF | second)[first != second]])
        bounds = edges.searchsorted(np.arange(count + 1) << HALF)
        return cls(nodes, component, is_cyclic, bounds, edges & LOW)

    def levels(self) -> Iterator[Column]:
        """Yield the components by their longest path to a sink; the sinks are left out."""
        count = len(self.is_cyclic)
        starts, targets, level = self.starts.tolist(), self.targets.tolist(), [0] * count
        for node in range(count):
            start, end = starts[node], starts[node + 1]
            if end == start + 1:
                level[node] = level[targets[start]] + 1
            elif end > start:
                level[node] = max(map(level.__getitem__, targets[start:end])) + 1
        by_level = np.array(level, np.int64)
        order = np.argsort(by_level, kind="stable")
        bounds = by_level[order].searchsorted(np.arange(1, int(by_level.max()) + 2))
        for start, end in pairwise(bounds.tolist()):
            yield order[start:end]


class _Reach:
    """Which components each component reaches, apart from itself.

    Component `c` reaches `rows[starts[c]:starts[c] + counts[c]]`.
    """

    def __init__(self, graph: _Condensation, budget: Budget) -> None:
        count = len(graph.is_cyclic)
        self.starts, self.counts = np.zeros(count, np.int64), np.zeros(count, np.int64)
        self.rows: _Small = np.empty(max(1024, 2 * len(graph.targets)), np.int32)
        self._used = 0
        self._graph = graph
        self._degrees = np.diff(graph.starts)
        self._budget = budget
        self._is_marked = np.zeros(count, np.bool_)

    def visit_levels(self) -> None:
        """Fill in what each component reaches."""
        for number, level in enumerate(self._graph.levels()):
            if not number & 255:
                self._budget.check()
            degrees = self._degrees[level]
            owner, edges = slices(self._graph.starts[level], degrees)
            successors = self._graph.targets[edges]
            sizes = self.counts[successors] + 1
            gathered = np.bincount(owner, sizes, len(level)).astype(np.int64)
            is_large = (gathered > MARKED_ROWS) & (degrees > 1)
            small = level
            if is_large.any():
                for component in level[is_large].tolist():
                    self._append(np.array([component]), *self._mark(component))
                small, gathered = level[~is_large], gathered[~is_large]
            for start, end in chunks_of_rows(gathered):
                self._append(small[start:end], *self._gather(small[start:end]))

    def _append(self, components: Column, rows: _Small, counts: Column) -> None:
        used = self._used + len(rows)
        self._budget.afford(used)
        if used > len(self.rows):
            larger = np.empty(max(used, len(self.rows) * 3 // 2), np.int32)
            larger[: self._used] = self.rows[: self._used]
            self.rows = larger
        self.rows[self._used : used] = rows
        self.starts[components] = self._used + counts.cumsum() - counts
        self.counts[components] = counts
        self._used = used

    def _gather(self, components: Column) -> tuple[_Small, Column]:
        """Return what components of one level reach, one after the other, and how many each."""
        owner, edges = slices(self._graph.starts[components], self._degrees[components])
        successors = self._graph.targets[edges]
        which, places = slices(self.starts[successors], self.counts[successors])
        owners = np.concatenate((owner, owner[which]))
        codes = distinct([owners << HALF | np.concatenate((successors, self.rows[places]))])
        counts = np.bincount(codes >> HALF, minlength=len(components))
        return (codes & LOW).astype(np.int32), counts

    def _mark(self, component: int) -> tuple[_Small, Column]:
        """Return what one component reaches; successors that another one reaches cost nothing."""
        graph, marked = self._graph, self._is_marked
        left = graph.targets[graph.starts[component] : graph.starts[component + 1]]
        while len(left):  # the largest number first: no successor behind it reaches it
            successor = left[-1]
            start = self.starts[successor]
            marked[self.rows[start : start + self.counts[successor]]] = True
            marked[successor] = True
            left = left[:-1]
            left = left[~marked[left]]
        found = np.flatnonzero(marked)
        marked[found] = False
        return found.astype(np.int32), np.array([len(found)])


def _expand(graph: _Condensation, reach: _Reach, budget: Budget) -> Column:
    """Return the pairs of nodes that the reach of the components stands for, sorted."""
    members = np.argsort(graph.component, kind="stable")
    sizes = np.bincount(graph.component, minlength=len(graph.is_cyclic))
    firsts = sizes.cumsum() - sizes
    totals = np.where(graph.is_cyclic, sizes, 0)
    reaching = np.flatnonzero(reach.counts)
    if len(reaching):  # every row has one owner, and owners are in the order of their starts
        reaching = reaching[np.argsort(reach.starts[reaching])]
        used = int(reach.counts.sum())
        totals[reaching] += np.add.reduceat(
            sizes[reach.rows[:used]], reach.starts[reaching], dtype=np.int64
        )
    rows = totals[graph.component]
    budget.afford(int(rows.sum()))
    pairs = np.empty(int(rows.sum()), np.int64)
    filled = 0
    for start, end in chunks_of_rows(rows):
        budget.check()
        own = graph.component[start:end]
        which, places = slices(reach.starts[own], reach.counts[own])
        cyclic = np.flatnonzero(graph.is_cyclic[own])
        which = np.concatenate((which, cyclic))
        targets = np.concatenate((reach.rows[places], own[cyclic])) if len(which) else EMPTY
        row, places = slices(firsts[targets], sizes[targets])
        codes = graph.nodes[start:end][which[row]] << HALF | graph.nodes[members[places]]
        codes.sort()
        pairs[filled : filled + len(codes)] = codes
        filled += len(codes)
    return pairs
