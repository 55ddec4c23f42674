"""Proofs of the built graph, asked for by names as people write them."""

from __future__ import annotations

import pytest

from ipgraph.errors import NotEntailed, NotFound


@pytest.mark.parametrize(
    ("asked", "rules"),
    [
        (("PSCD", "partOf", "DHS"), {"prp-spo1", "prp-trp"}),
        (("PSCD", "a", "Organization"), {"cax-sco"}),
        (("Protective Security Coordination Division", "part of", "id:ip"), {"prp-spo1"}),
    ],
)
def test_a_statement_is_named_as_people_name_it(project, asked, rules) -> None:
    proof = project.explain(*asked)
    assert {each.rule for each in proof.steps} - {""} == rules
    assert all(each.triple.sources for each in proof.steps if not each.rule)


def test_a_value_is_named_by_its_text(project) -> None:
    assert project.explain("PSCD", "ip:acronym", "PSCD").is_stated
    above = project.explain("PSCD", "skos:altLabel", "PSCD")
    assert above.steps[-1].rule == "prp-spo1"


def test_a_name_that_nothing_has_is_not_found(project) -> None:
    with pytest.raises(NotFound, match="Nothing in this graph is called 'Ministry of Silly Walks'"):
        project.explain("PSCD", "partOf", "Ministry of Silly Walks")


def test_what_does_not_hold_is_told_apart_from_what_is_unknown(project) -> None:
    with pytest.raises(NotEntailed, match="neither stated nor inferred"):
        project.explain("DHS", "partOf", "PSCD")


def test_what_was_found_out_is_forgotten_in_time_and_found_again(project, monkeypatch) -> None:
    first = project.explain("PSCD", "partOf", "DHS")
    monkeypatch.setattr("ipgraph.reasoning.proofs.explainer._MAX_CACHED", 0)
    assert project.explain("PSCD", "partOf", "DHS") == first
