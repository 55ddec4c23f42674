from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph.dataset import questions
from ipgraph.errors import InvalidData, NotFound, UsageError
from ipgraph.snapshots import loading
from ipgraph.store.local import LocalStore
from ipgraph.store.remote import RemoteStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph

FOLDER = questions.folder_of(loading.bundled_dataset())
ALL = questions.load_all(FOLDER)
TOPICS = {
    "disagreement",
    "evidence",
    "law",
    "organization",
    "people",
    "programs",
    "sectors",
    "time",
}
SMALL = """\
# title: Who knows whom?
# description: A question made up for tests.
# topic: people
# parameter: person | entity | the person who knows others
# infer: false
# expected: other
#   id:b
PREFIX id: <https://w3id.org/ipgraph/id/>
SELECT ?other
WHERE {
  VALUES ?person { id:a }
  ?person id:knows ?other .
}
"""


@pytest.fixture
def small(tmp_path: Path) -> questions.Question:
    path = tmp_path / "who-knows.rq"
    path.write_text(SMALL)
    return questions.load(path)


@pytest.fixture
def acquaintances() -> LocalStore:
    engine = ox.Store()
    engine.load(
        b"""@prefix id: <https://w3id.org/ipgraph/id/> .
        id:a id:knows id:b . id:b id:knows id:c . id:c id:name "x" .""",
        ox.RdfFormat.TURTLE,
    )
    return LocalStore(engine)


def test_at_least_sixty_questions_cover_every_topic() -> None:
    assert len(ALL) >= 60
    assert {question.topic for question in ALL} == TOPICS
    assert len({question.title for question in ALL}) == len(ALL)


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)
def test_question_has_its_expected_result_on_disk_and_in_memory(
    question: questions.Question, project: KnowledgeGraph
) -> None:
    on_disk = project.store_for(question.infer)
    assert question.differences(on_disk) == ()
    in_memory = LocalStore.in_memory(project.built.graph_path, infer=question.infer)
    assert question.differences(in_memory) == ()


def test_inference_does_not_change_results_of_questions_without_it(
    project: KnowledgeGraph,
) -> None:
    store = project.store_for(True)
    differing = {question.name: question.differences(store) for question in ALL}
    assert {name: lines for name, lines in differing.items() if lines} == {}


@pytest.fixture(scope="module")
def endpoint(session_cache: Path) -> Iterator[RemoteStore]:
    """The project's graph behind a service of ours, as a stand-in for any endpoint."""
    environment = {**os.environ, "IPGRAPH_CACHE": str(session_cache)}
    command = [sys.executable, "-m", "ipgraph", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            address = re.search(r"http://\S+/", process.stderr.readline())
            assert address, process.stderr.read()
            yield RemoteStore(address.group() + "sparql", 30, 1 << 30)
        finally:
            process.terminate()
            process.stderr.read()


def test_every_question_has_its_expected_result_at_an_endpoint(endpoint: RemoteStore) -> None:
    differing = {question.name: question.differences(endpoint) for question in ALL}
    assert {name: lines for name, lines in differing.items() if lines} == {}


def test_some_questions_need_inference(project: KnowledgeGraph) -> None:
    inferring = [question for question in ALL if question.infer]
    assert len(inferring) >= 5
    for question in inferring:
        assert question.differences(project.store_for(False)), question.name


def test_value_replaces_the_default(small: questions.Question, acquaintances: LocalStore) -> None:
    assert small.differences(acquaintances) == ()
    answer = small.ask(acquaintances, {"person": "b"})
    assert [str(row["other"]) for row in answer] == ["<https://w3id.org/ipgraph/id/c>"]


def test_value_is_a_term_and_never_query_text(
    small: questions.Question, acquaintances: LocalStore
) -> None:
    with pytest.raises(NotFound):
        small.bind({"person": "id:a } ?x ?y ?z {"}, acquaintances)


def test_unknown_parameter_is_an_error_that_lists_the_known_ones(
    small: questions.Question, acquaintances: LocalStore
) -> None:
    with pytest.raises(UsageError, match="person"):
        small.bind({"persona": "b"}, acquaintances)


def test_year_must_have_four_digits(project: KnowledgeGraph) -> None:
    question = questions.by_name("head-in-a-year", FOLDER)
    with pytest.raises(UsageError, match="four digits"):
        question.bind({"year": "last year"}, project.store)
    assert "VALUES ?year { 1999 }" in question.bind({"year": "1999"}, project.store).replace(
        '"1999"^^<http://www.w3.org/2001/XMLSchema#integer>', "1999"
    )


def test_differences_list_missing_and_unexpected_rows(
    tmp_path: Path, acquaintances: LocalStore
) -> None:
    path = tmp_path / "wrong.rq"
    path.write_text(SMALL.replace("#   id:b", "#   id:z"))
    assert questions.load(path).differences(acquaintances) == (
        "missing: id:z",
        "unexpected: id:b",
    )


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("# infer: false\n", "", "infer"),
        ("#   id:b\n", "", "expected"),
        ("| entity |", "| person |", "parameter"),
        ("VALUES ?person { id:a }", "", "VALUES"),
        ("# topic: people", "# topics: people", "topics"),
    ],
)
def test_incomplete_header_is_an_error_that_names_the_missing_line(
    tmp_path: Path, old: str, new: str, missing: str
) -> None:
    path = tmp_path / "broken.rq"
    path.write_text(SMALL.replace(old, new))
    with pytest.raises(InvalidData, match=missing):
        questions.load(path)


def test_question_is_found_by_name_and_similar_names_are_suggested() -> None:
    assert questions.by_name("units-of", FOLDER).parameters[0].name == "organization"
    with pytest.raises(NotFound, match="units-of"):
        questions.by_name("unitsof", FOLDER)
    with pytest.raises(NotFound):
        questions.by_name("../rules/acronym-clash", FOLDER)


def test_graph_answers_a_question_by_name(project: KnowledgeGraph) -> None:
    answer = project.ask("head-in-a-year", organization="IP", year="2011")
    assert [row["label"].value for row in answer] == ["Todd Keil"]
