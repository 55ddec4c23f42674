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
from ipgraph.store.local import LocalStore
from ipgraph.store.remote import RemoteStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph

ALL = questions.all_questions()
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
# parameter: person | thing | the one who knows
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


def test_there_are_sixty_questions_and_more_over_every_topic() -> None:
    assert len(ALL) >= 60
    assert {each.topic for each in ALL} == TOPICS
    assert len({each.title for each in ALL}) == len(ALL)


@pytest.mark.parametrize("question", ALL, ids=lambda each: each.name)
def test_a_question_answers_as_expected_on_disk_and_in_memory(
    question: questions.Question, project: KnowledgeGraph
) -> None:
    on_disk = project.store_for(question.infer)
    assert question.differences(on_disk) == ()
    in_memory = LocalStore.memory(project.built.graph_path, infer=question.infer)
    assert question.differences(in_memory) == ()


def test_inference_changes_the_answer_of_no_question_that_does_without(
    project: KnowledgeGraph,
) -> None:
    store = project.store_for(True)
    differing = {each.name: each.differences(store) for each in ALL}
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
            yield RemoteStore(address.group() + "sparql", 30)
        finally:
            process.terminate()
            process.stderr.read()


def test_every_question_answers_as_expected_at_an_endpoint(endpoint: RemoteStore) -> None:
    differing = {each.name: each.differences(endpoint) for each in ALL}
    assert {name: lines for name, lines in differing.items() if lines} == {}


def test_some_questions_need_inference_and_answer_less_without(project: KnowledgeGraph) -> None:
    inferring = [each for each in ALL if each.infer]
    assert len(inferring) >= 5
    for question in inferring:
        assert question.differences(project.store_for(False)), question.name


def test_a_value_takes_the_place_of_the_default(
    small: questions.Question, acquaintances: LocalStore
) -> None:
    assert small.differences(acquaintances) == ()
    answer = small.ask(acquaintances, {"person": "b"})
    assert [str(each["other"]) for each in answer] == ["<https://w3id.org/ipgraph/id/c>"]


def test_a_value_is_a_term_and_never_a_piece_of_query(
    small: questions.Question, acquaintances: LocalStore
) -> None:
    with pytest.raises(NotFound):
        small.bind({"person": "id:a } ?x ?y ?z {"}, acquaintances)


def test_an_unknown_parameter_is_refused_with_those_that_exist(
    small: questions.Question, acquaintances: LocalStore
) -> None:
    with pytest.raises(UsageError, match="person"):
        small.bind({"persona": "b"}, acquaintances)


def test_a_year_is_four_digits(project: KnowledgeGraph) -> None:
    question = questions.named("head-in-a-year")
    with pytest.raises(UsageError, match="four digits"):
        question.bind({"year": "last year"}, project.store)
    assert "VALUES ?year { 1999 }" in question.bind({"year": "1999"}, project.store).replace(
        '"1999"^^<http://www.w3.org/2001/XMLSchema#integer>', "1999"
    )


def test_differences_say_what_is_missing_and_what_is_too_much(
    tmp_path: Path, acquaintances: LocalStore
) -> None:
    path = tmp_path / "wrong.rq"
    path.write_text(SMALL.replace("#   id:b", "#   id:z"))
    assert questions.load(path).differences(acquaintances) == (
        "missing: id:z",
        "unexpected: id:b",
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("# infer: false\n", "", "infer"),
        ("#   id:b\n", "", "expected"),
        ("| thing |", "| person |", "parameter"),
        ("VALUES ?person { id:a }", "", "VALUES"),
        ("# topic: people", "# topics: people", "topics"),
    ],
)
def test_a_header_that_lacks_something_is_refused_by_name(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "broken.rq"
    path.write_text(SMALL.replace(old, new))
    with pytest.raises(InvalidData, match=said):
        questions.load(path)


def test_a_question_is_found_by_name_and_a_near_name_is_offered() -> None:
    assert questions.named("units-of").parameters[0].name == "organization"
    with pytest.raises(NotFound, match="units-of"):
        questions.named("unitsof")
    with pytest.raises(NotFound):
        questions.named("../rules/acronym-clash")


def test_the_graph_answers_a_question_by_name(project: KnowledgeGraph) -> None:
    answer = project.ask("head-in-a-year", organization="IP", year="2011")
    assert [each["label"].value for each in answer] == ["Todd Keil"]
