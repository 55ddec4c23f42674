"""Coverage counts what the graph holds, and `ipgraph info` shows the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph.cli.output.summary import summary
from ipgraph.dataset import questions
from ipgraph.dataset.coverage import Coverage, count_coverage
from ipgraph.snapshots import loading
from ipgraph.store.local import LocalStore, merge

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph


FOLDER = questions.folder_of(loading.bundled_dataset())


@pytest.fixture(scope="module")
def held(project: KnowledgeGraph) -> Coverage:
    found = count_coverage(project.store, project.info()["counts"], project.disagreements())
    assert found is not None
    return found


def listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in numbers.items())


def test_info_shows_the_coverage(project: KnowledgeGraph, held: Coverage) -> None:
    text = summary(project)
    for numbers in (held.documents, held.statements, held.nodes, held.disagreements):
        assert numbers
        assert listed(numbers) in text


def test_statements_are_counted_by_rank_of_their_document(
    project: KnowledgeGraph, held: Coverage
) -> None:
    by_graph = project.info()["counts"]["graphs"]
    sources = {graph: number for graph, number in by_graph.items() if "/source/" in graph}
    assert sum(held.statements.values()) == sum(sources.values())
    assert sum(held.documents.values()) == len(sources)


def test_disagreements_are_those_of_the_question(held: Coverage) -> None:
    expected = questions.by_name("disagreements", FOLDER).expected.rows
    assert sum(held.disagreements.values()) == len(expected)


def test_other_graphs_have_no_coverage(rdf_folder: Path) -> None:
    engine = loading.load(loading.inputs_of([rdf_folder]))
    merge(engine)
    assert isinstance(engine, ox.Store)
    assert count_coverage(LocalStore(engine), {"graphs": {}, "classes": {}}) is None
