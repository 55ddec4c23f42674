"""The example of a dataset file shows what the bundled dataset shows."""

from __future__ import annotations

from pathlib import Path

import pytest

import ipgraph
from ipgraph.dataset.config.file import NO_DESCRIPTION
from ipgraph.entities.model import Model
from ipgraph.settings import Settings

LIBRARY = Path(__file__).parents[2] / "examples" / "library"
THING = "https://library.example/thing/"


@pytest.fixture(scope="module")
def library(session_cache):
    return ipgraph.open(LIBRARY, settings=Settings(cache=str(session_cache)))


def test_a_dated_node_is_the_history_of_its_things(library):
    harbor = library.entities.describe(THING + "harbor")
    assert [(item.since, item.until) for item in harbor.history] == [
        ("1998", "2019-01"),
        ("2019-02", ""),
    ]
    assert [value.text for item in harbor.history for value in item.others(harbor.iri)] == [
        "Per Lund",
        "Ada Okafor",
    ]


def test_parts_and_wholes_have_their_role(library):
    room = library.entities.describe(THING + "reading-room")
    assert [name.label for name in room.breadcrumb] == ["Riverside Library", "Harbor Branch"]
    assert [value.text for value in library.entities.parts(THING + "riverside")] == [
        "Harbor Branch"
    ]


def test_facts_at_a_glance_have_their_values(library):
    classes = library.entities.describe(THING + "harbor").all_classes
    (fact,) = library.entities.facts(THING + "harbor", classes)
    assert fact.label.choose(("fr",)) == "Bibliothécaire"
    assert [value.text for value in fact.values] == ["Ada Okafor", "Inês Silva"]


def test_dates_and_events_have_their_roles(library):
    harbor = library.entities.describe(THING + "harbor")
    ((name, values),) = harbor.dates
    assert (name.label, [value.text for value in values]) == ("opened on", ["1954-05-03", "1955"])
    events = library.timeline().events
    assert [(event.type, event.date) for event in events] == [
        ("established", "1911"),
        ("established", "1954-05-03"),
        ("established", "1955"),
    ]


def test_documents_have_their_bibliography(library):
    source = library.sources.source("https://library.example/doc/courier")
    assert (source.title, source.publisher, source.issued) == (
        "Riverside Courier",
        "Courier Press",
        "2023-09-14",
    )


def test_dated_nodes_are_no_hits(library):
    found = library.search("okafor-at-harbor")
    assert found.is_relaxed
    assert not [hit for hit in found.hits if "okafor-at" in hit.iri]
    assert [hit.label for hit in library.search("Okafor").hits] == ["Ada Okafor"]


def test_labels_against_the_direction_are_those_of_the_dataset(library):
    harbor = library.entities.describe(THING + "harbor")
    assert "run by" in {group.label for group in harbor.incoming}


def test_its_questions_have_the_expected_answers(library):
    assert [question.name for question in library.questions] == [
        "branches-without-librarian",
        "librarians-of",
    ]
    for question in library.questions:
        assert question.differences(library.store) == ()


def test_its_check_finds_what_its_shape_asks_for_and_nothing_else(library):
    (problem,) = library.check().problems
    assert "A branch has a number of books." in problem.message


def test_an_endpoint_is_asked_for_subproperties_once():
    asked = []

    class Endpoint:
        endpoint = "http://a.example/"
        description = NO_DESCRIPTION

        def quads(self, *pattern):
            asked.append(pattern)
            return iter(())

    model = Model(Endpoint())
    assert model.role("part_of")
    assert model.dates
    assert not model.nodes
    assert len(asked) == 1
