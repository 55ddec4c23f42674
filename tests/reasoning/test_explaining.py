"""Explanations of statements of the built graph, by names as people write them."""

from __future__ import annotations

import pytest

from ipgraph.errors import NotEntailed, NotFound


@pytest.mark.parametrize(
    ("statement", "rules"),
    [
        (("PSCD", "partOf", "DHS"), {"prp-spo1", "prp-trp"}),
        (("PSCD", "a", "Organization"), {"cax-sco"}),
        (("Protective Security Coordination Division", "part of", "id:ip"), {"prp-spo1"}),
    ],
)
def test_a_statement_is_given_by_names_of_any_kind(project, statement, rules) -> None:
    proof = project.explain(*statement)
    assert {step.rule for step in proof.steps} - {""} == rules
    assert all(step.triple.sources for step in proof.steps if not step.rule)


def test_a_literal_is_given_by_its_text(project) -> None:
    assert project.explain("PSCD", "ip:acronym", "PSCD").is_stated
    inferred = project.explain("PSCD", "skos:altLabel", "PSCD")
    assert inferred.steps[-1].rule == "prp-spo1"


def test_an_unknown_name_is_not_found(project) -> None:
    with pytest.raises(NotFound, match="This graph has no entity named 'Ministry of Silly Walks'"):
        project.explain("PSCD", "partOf", "Ministry of Silly Walks")


def test_a_statement_that_does_not_hold_is_not_entailed(project) -> None:
    with pytest.raises(NotEntailed, match="neither stated nor inferred"):
        project.explain("DHS", "partOf", "PSCD")


def test_the_cache_is_cleared_when_full_and_results_stay_the_same(project, monkeypatch) -> None:
    first = project.explain("PSCD", "partOf", "DHS")
    monkeypatch.setattr("ipgraph.reasoning.proofs.explainer._MAX_CACHED", 0)
    assert project.explain("PSCD", "partOf", "DHS") == first
