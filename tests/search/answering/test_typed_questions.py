"""Typed questions: the question that is meant, its parameters and sentence, or no sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

import ipgraph
from ipgraph.errors import TimeLimitExceeded
from ipgraph.settings import Settings

ROOT = Path(__file__).parents[3]

ID = "https://w3id.org/ipgraph/id/"


@pytest.fixture(scope="module")
def library(session_cache):
    """The graph of the example, which has another subject."""
    return ipgraph.open(ROOT / "examples/library", settings=Settings(cache=str(session_cache)))


@pytest.mark.parametrize(
    ("text", "name", "values", "part"),
    [
        (
            "head of nppd 2012",
            "head-in-a-year",
            {"organization": "nppd", "year": "2012"},
            "In 2012, National Protection and Programs Directorate was headed by Rand Beers",
        ),
        (
            "Who headed NPPD in 2012?",
            "head-in-a-year",
            {"organization": "nppd", "year": "2012"},
            "Rand Beers",
        ),
        (
            "divisions of IP",
            "divisions-of",
            {"organization": "ip"},
            "Protective Security Coordination Division",
        ),
        (
            "what became of HITRAC",
            "successors-of",
            {"organization": "hitrac"},
            "was succeeded by National Risk Management Center",
        ),
        (
            "what does CFATS stand for",
            "by-acronym",
            {"acronym": "CFATS"},
            "CFATS stands for Chemical Facility Anti-Terrorism Standards.",
        ),
    ],
)
def test_question_is_answered_with_its_parameters(project, text, name, values, part):
    answers = project.search(text).found.answers
    assert [answer.question.name for answer in answers] == [name]
    expected = {
        key: value if value.isdigit() or value.isupper() else f"<{ID}{value}>"
        for key, value in values.items()
    }
    assert answers[0].question.values == expected
    assert part in answers[0].text


def test_documents_of_an_answer_state_it(project):
    (answer,) = project.search("divisions of IP").found.answers
    assert answer.documents[0] == "https://w3id.org/ipgraph/source/more-about-ip"


def test_the_year_decides_the_answer(project):
    assert project.answerer  # else no question would be asked
    texts = {project.search(f"head of nppd {year}").found.text for year in (2008, 2012, 2017)}
    assert len(texts) == 3
    assert not any("2012" in text and "2017" in text for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        "blue banana",
        "weather tomorrow",
        "who headed the moon",
        "why did nppd fail",
        "who should head nppd",
        "head of",
        "",
        "   ",
    ],
)
def test_what_no_question_asks_has_no_sentence(project, text):
    assert project.search(text).found.text == ""


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "who " * 2_500,
        "head of nppd " * 800,
        "\x00\x01\x1b[31m\x9b2J",
        '" OR NEAR(',
        '" OR NEAR( x* AND -y ^z:',
        "???!!!...;;;,,,(((",
        "\u202e\u2066\u202d\u200f",
        "{organization}",
        "<https://w3id.org/ipgraph/id/nppd> } #",
        "\ud800",
    ],
    ids=range(11),
)
def test_hostile_text_has_no_sentence(project, text):
    assert project.search(text).found.answers == ()


def test_limit_that_is_reached_is_no_answer(project):
    def run(text, infer):
        raise TimeLimitExceeded("too slow", limit="query_time_limit_s", elapsed_ms=1)

    results = project.search("head of nppd 2012", run=run)
    assert results.found.answers == ()
    assert results.hits


@pytest.mark.parametrize("text", ["head of nppd 2012", "divisions of IP", '" OR NEAR('])
def test_other_dataset_does_not_answer_questions_it_does_not_have(library, text):
    assert library.search(text).found.answers == ()


def test_other_dataset_answers_its_own_question(library):
    (answer,) = library.search("who ran harbor branch").found.answers
    assert answer.question.name == "librarians-of"
    assert answer.text.startswith("Harbor Branch was run by ")
    assert answer.text.endswith(" from 2019-02.")
