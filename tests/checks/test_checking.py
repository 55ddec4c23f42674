from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from ipgraph.checks import FORMS, check, report
from ipgraph.errors import UsageError
from ipgraph.snapshots import loading

from .conftest import FAULTS

if TYPE_CHECKING:
    from pathlib import Path

    from ipgraph.checks import Findings


@pytest.fixture(scope="module")
def project() -> Findings:
    return check()


@pytest.fixture(scope="module")
def faulty() -> Findings:
    return check(loading.inputs_of([FAULTS / "shapes" / "one-label.ttl"]))


def test_the_project_is_clean_and_every_part_of_the_check_checked_something(
    project: Findings,
) -> None:
    assert [str(each) for each in project.faults] == []
    parts = ("style", "syntax", "vocabularies", "rules", "shapes", "consistency", "questions")
    assert tuple(project.checked) == parts
    assert all(project.checked.values())


def test_a_finding_has_the_file_and_the_line_of_the_thing(faulty: Findings) -> None:
    found = {each.check: each for each in faulty.faults}
    place = found["shapes/one-label"].place
    assert place is not None
    assert place.file.endswith("one-label.ttl")
    line = (FAULTS / "shapes" / "one-label.ttl").read_text("utf-8").splitlines()[place.line - 1]
    assert line == "id:made-up"


def test_a_file_that_does_not_parse_is_a_finding_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("@prefix : <https://example.org/> .\n:a :b .\n")
    found = [each for each in check(loading.inputs_of([broken])).faults if each.check == "syntax"]
    assert len(found) == 1
    assert found[0].place is not None
    assert found[0].place.line == 2


def test_a_contradiction_is_a_finding_that_names_the_rule(tmp_path: Path) -> None:
    path = tmp_path / "contradiction.ttl"
    path.write_text(
        "@prefix ip: <https://w3id.org/ipgraph/ontology/> .\n"
        "<https://example.org/x>\n  a ip:Goal, ip:Hazard ;\n.\n"
    )
    found = {each.check for each in check(loading.inputs_of([path])).faults}
    assert any(each.startswith("consistency/") for each in found)


def test_an_axiom_outside_the_profile_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "outside.ttl"
    path.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "<https://example.org/p>\n  a owl:ReflexiveProperty ;\n.\n"
    )
    found = {each.check for each in check(loading.inputs_of([path])).faults}
    assert "consistency/profile" in found


def test_a_misspelt_term_of_another_vocabulary_is_found(tmp_path: Path) -> None:
    path = tmp_path / "misspelt.ttl"
    path.write_text(
        "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
        "<https://example.org/x>\n  dcterms:isued 'x' ;\n.\n"
    )
    found = check(loading.inputs_of([path])).faults
    assert "dcterms:isued" in {
        each.thing for each in found if each.check == "vocabularies/unknown-term"
    }


def test_each_report_names_the_check_and_the_thing(faulty: Findings) -> None:
    for form in FORMS:
        text = report(faulty, form)
        assert "shapes/one-label" in text, form
        assert "id:made-up" in text, form


def test_the_reports_for_machines_are_well_formed(faulty: Findings) -> None:
    document = json.loads(report(faulty, "json"))
    assert document["clean"] is False
    assert len(document["findings"]) == len(faulty.faults)
    run = json.loads(report(faulty, "sarif"))["runs"][0]
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} == known
    root = ElementTree.fromstring(report(faulty, "junit"))  # noqa: S314  written two lines above
    assert len(root.findall(".//failure")) == len(faulty.faults)


def test_an_unknown_report_is_refused_by_name(faulty: Findings) -> None:
    with pytest.raises(UsageError, match="sarif"):
        report(faulty, "pdf")


def test_a_rule_without_a_first_comment_is_refused(tmp_path: Path) -> None:
    from ipgraph.checks.rules import rules
    from ipgraph.errors import InvalidData
    from ipgraph.resources import folder

    shutil.copy(folder("ontology") / "rules" / "acronym-clash.rq", tmp_path)
    assert [each.name for each in rules(tmp_path)] == ["acronym-clash"]
    (tmp_path / "mute.rq").write_text("SELECT ?thing WHERE { ?thing a ?class }\n")
    with pytest.raises(InvalidData, match=r"mute\.rq"):
        rules(tmp_path)
