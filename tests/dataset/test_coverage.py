"""README tells how much the graph holds, and `ipgraph info` tells the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph.cli.output.summary import summary
from ipgraph.dataset import questions
from ipgraph.dataset.coverage import Holdings, holdings
from ipgraph.entities.labels import Labels
from ipgraph.namespaces import ONTOLOGY, ORG, PREFIXES
from ipgraph.snapshots import loading
from ipgraph.store.local import LocalStore, merge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.knowledge_graph import KnowledgeGraph

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
REUSED = {ORG + "Post", PREFIXES["foaf"] + "Person"}


@pytest.fixture(scope="module")
def held(project: KnowledgeGraph) -> Holdings:
    found = holdings(project.store, project.info()["counts"])
    assert found is not None
    return found


def listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in numbers.items())


def table(project: KnowledgeGraph, held: Holdings) -> str:
    labels = Labels(project.store)
    classes = [
        f"{number:,} {labels.name(iri).label}"
        for iri, number in project.info()["counts"]["classes"].items()
        if iri.startswith(ONTOLOGY) or iri in REUSED
    ]
    rows = [
        ("documents", listed(held.documents)),
        ("statements", listed(held.statements)),
        ("nodes with a date", listed(held.nodes)),
        ("disagreements", listed(held.disagreements)),
        ("things by class", ", ".join(classes)),
    ]
    lines = [f"| {name} | {text} |" for name, text in rows]
    return "\n".join(["| | |", "|---|---|", *lines])


def test_the_table_of_holdings_in_readme_is_that_of_the_graph(
    project: KnowledgeGraph, held: Holdings
) -> None:
    (found,) = re.findall(r"<!-- holdings:.*?-->\n(.*?)\n<!-- end", README, re.DOTALL)
    assert found == table(project, held)


def test_info_tells_what_readme_tells(project: KnowledgeGraph, held: Holdings) -> None:
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
