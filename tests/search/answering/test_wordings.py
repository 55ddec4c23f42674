"""The headers of question files that typed texts are matched with and answered by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ipgraph.dataset import questions
from ipgraph.dataset.sentences import Template

ROOT = Path(__file__).parents[3]

FILES = sorted(
    path
    for folder in ("ontology/questions", "examples/library/questions")
    for path in (ROOT / folder).glob("*.rq")
)


def selected(text):
    """Return the names of the columns of a SELECT, renamed ones by their new names."""
    match = re.search(r"\bSELECT\b(.*?)\bWHERE\b", text, re.DOTALL)
    return set(re.findall(r"\?(\w+)", match[1])) if match else set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_places_are_columns_or_parameters(path):
    question = questions.load(path)
    parameters = {parameter.name for parameter in question.parameters}
    columns = selected(question.text)
    assert {*Template.parse(question.answer).names()} <= columns | parameters | {questions.ROWS}
    assert {*Template.parse(question.row).names()} <= columns | parameters
    assert {*question.period} <= columns


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_wordings_name_all_parameters_or_none_and_have_a_sentence(path):
    question = questions.load(path)
    parameters = {parameter.name for parameter in question.parameters}
    for wording in question.also:
        assert {*Template.parse(wording).names()} in (parameters, set()), wording
        assert wording == wording.strip(" ?."), wording
    assert bool(question.also) == bool(question.answer)
    assert not question.row or f"{{{questions.ROWS}}}" in question.answer
