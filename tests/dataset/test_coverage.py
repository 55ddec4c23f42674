"""Coverage counts what the graph holds, and `ipgraph info` shows the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph.cli.output.summary import summary
from ipgraph.dataset import questions
from ipgraph.dataset.coverage import Holdings, holdings
from ipgraph.snapshots import loading
from ipgraph.store.local import LocalStore, merge

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph


@pytest.fixture(scope="module")
def held(project: KnowledgeGraph) -> Holdings:
    found = holdings(project.store, project.info()["counts"])
    assert found is not None
    return found


def listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in numbers.items())


def test_info_shows_the_coverage(project: KnowledgeGraph, held: Holdings) -> None:
    text = summary(project)
    for numbers in (held.documents, held.statements, held.nodes, held.disagreements):
        assert numbers
        assert listed(numbers) in text


def test_every_statement_is_counted_under_the_rank_of_its_document(
    project: KnowledgeGraph, held: Holdings
) -> None:
    by_graph = project.info()["counts"]["graphs"]
    sources = {graph: number for graph, number in by_graph.items() if "/source/" in graph}
    assert sum(held.statements.values()) == sum(sources.values())
    assert sum(held.documents.values()) == len(sources)


def test_disagreements_are_those_that_the_question_finds(held: Holdings) -> None:
    expected = questions.named("disagreements").expected.rows
    assert sum(held.disagreements.values()) == len(expected)


def test_a_graph_that_is_not_this_projects_has_no_holdings(rdf_folder: Path) -> None:
    engine = loading.load(loading.inputs_of([rdf_folder]))
    merge(engine)
    assert isinstance(engine, ox.Store)
    assert holdings(LocalStore(engine), {"graphs": {}, "classes": {}}) is None
