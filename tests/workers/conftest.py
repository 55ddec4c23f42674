from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ipgraph.namespaces import INFERRED_GRAPH
from ipgraph.workers import Pool, PoolLimits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS = 3000


@pytest.fixture(scope="session")
def graph_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two graphs that share a triple, a graph of many triples, and an inferred triple."""
    path = tmp_path_factory.mktemp("graph") / "graph.nq"
    twice = "<http://e/a> <http://e/p> <http://e/b>"
    lines = [f"{twice} <http://e/one> .", f"{twice} <http://e/two> ."]
    lines += [f'<http://e/{n}> <http://e/n> "{n}" <http://e/many> .' for n in range(ROWS)]
    lines += [f"<http://e/a> <http://e/q> <http://e/b> <{INFERRED_GRAPH}> ."]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def pool(graph_path: Path) -> Iterator[Pool]:
    """A pool of two workers with short limits."""
    pool = Pool(
        graph_path,
        PoolLimits(workers=2, time_limit_s=1.0, demote_after_s=0.05, memory_limit_mib=256),
    )
    yield pool
    pool.close()


@pytest.fixture
def patient_pool(graph_path: Path) -> Iterator[Pool]:
    """A pool of one worker whose other limits apply before its time limit on a slow machine."""
    pool = Pool(graph_path, PoolLimits(workers=1, time_limit_s=120.0, memory_limit_mib=256))
    yield pool
    pool.close()
