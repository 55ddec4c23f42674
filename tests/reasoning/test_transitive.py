"""The transitive closure equals a plain search; the budget refuses rows before they are made."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ipgraph.reasoning.closure import transitive
from ipgraph.reasoning.closure.budget import Budget, OverBudget
from ipgraph.reasoning.closure.components import strong_components
from ipgraph.settings import InferenceLimits

if TYPE_CHECKING:
    from ipgraph.reasoning.closure.encoding import Column

Edges = set[tuple[int, int]]


def search(edges: Edges) -> Edges:
    """Return the transitive closure by a search from each node."""
    successors: dict[int, set[int]] = {}
    for start, end in edges:
        successors.setdefault(start, set()).add(end)
    found = set()
    for start, ends in successors.items():
        left, seen = list(ends), set()
        while left:
            node = left.pop()
            if node not in seen:
                seen.add(node)
                left += successors.get(node, ())
        found |= {(start, node) for node in seen}
    return found


def column(edges: Edges) -> Column:
    return np.array(sorted(start << 32 | end for start, end in edges), np.int64)


@pytest.mark.parametrize("chunk_rows", [7, 64, 1 << 20])
@pytest.mark.parametrize("marked_rows", [1, 8, 4096])
def test_random_relations_have_the_closure_that_a_search_finds(
    monkeypatch: pytest.MonkeyPatch, chunk_rows: int, marked_rows: int
) -> None:
    monkeypatch.setattr(transitive, "CHUNK_ROWS", chunk_rows)
    monkeypatch.setattr(transitive, "MARKED_ROWS", marked_rows)
    draw = random.Random(chunk_rows + marked_rows)  # noqa: S311
    for _ in range(60):
        count = draw.randint(1, 40)
        edges = {
            (draw.randrange(count) * 3, draw.randrange(count) * 3)
            for _ in range(draw.randint(1, 80))
        }
        found = transitive.close_transitively(column(edges), Budget())
        assert found.tolist() == column(search(edges)).tolist()


def test_the_budget_refuses_a_closure_before_its_rows_are_made() -> None:
    chain = column({(number, number + 1) for number in range(1000)})
    budget = Budget(InferenceLimits(statements=10_000, memory_mib=1024, cpu_s=60))
    with pytest.raises(OverBudget, match="10,000 statements"):
        transitive.close_transitively(chain, budget)
    assert budget.spent == 0
    assert len(transitive.close_transitively(chain[:100], budget)) == 5050


def test_components_are_numbered_from_the_sinks_up() -> None:
    #  0 → 1 ⇄ 2 → 3, and 4 alone
    component, count = strong_components([0, 1, 2, 4, 4, 4], [1, 2, 1, 3])
    assert count == 4
    assert component[1] == component[2]
    assert component[3] < component[1] < component[0]
    assert component[4] not in component[:4]
