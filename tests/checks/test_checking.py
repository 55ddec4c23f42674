from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

import ipgraph
from ipgraph.checks import (
    FORMATS,
    CheckReport,
    Plan,
    Problem,
    check,
    project_plan,
    write_report,
)
from ipgraph.checks.rules import load_rules
from ipgraph.errors import InvalidData, Place, UsageError
from ipgraph.resources import folder
from ipgraph.settings import Settings
from ipgraph.snapshots import loading

from .conftest import FAULTS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def project() -> CheckReport:
    return check(project_plan())


@pytest.fixture(scope="module")
def faulty() -> CheckReport:
    inputs = loading.inputs_of([FAULTS / "shapes" / "one-label.ttl", folder("ontology") / "ip.ttl"])
    shapes = loading.inputs_of([folder("ontology") / "shapes.ttl"])
    return check(Plan(inputs, shapes))


def plan_of(*paths: Path, **options: object) -> Plan:
    """The plan of a command line with these files."""
    return Plan(loading.inputs_of(paths), **options)


def test_the_project_is_clean_and_every_part_ran_at_least_one_check(project: CheckReport) -> None:
    assert [str(problem) for problem in project.problems] == []
    parts = ("style", "syntax", "vocabularies", "rules", "shapes", "consistency", "questions")
    assert tuple(project.checked) == parts
    assert all(project.checked.values())


def test_a_problem_has_the_file_and_line_of_its_entity(faulty: CheckReport) -> None:
    by_check = {problem.check: problem for problem in faulty.problems}
    place = by_check["shapes/one-label"].place
    assert place is not None
    assert place.file.endswith("one-label.ttl")
    line = (FAULTS / "shapes" / "one-label.ttl").read_text("utf-8").splitlines()[place.line - 1]
    assert line == "id:made-up"


def test_a_file_that_does_not_parse_is_a_problem_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("@prefix : <https://example.org/> .\n:a :b .\n")
    report = check(plan_of(broken))
    found = [problem for problem in report.problems if problem.check == "syntax"]
    assert len(found) == 1
    assert found[0].place is not None
    assert found[0].place.line == 2


def test_a_contradiction_is_a_problem_with_its_rule_and_the_entity_that_violates_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "contradiction.ttl"
    path.write_text(
        "@prefix ip: <https://w3id.org/ipgraph/ontology/> .\n"
        "<https://example.org/x>\n  a ip:Goal, ip:Hazard ;\n.\n"
    )
    (problem,) = (
        problem
        for problem in check(plan_of(path, folder("ontology") / "ip.ttl")).problems
        if problem.check == "consistency/cax-adc"
    )
    assert problem.message.startswith("nothing is both a ip:")
    assert problem.entity == "<https://example.org/x>"
    assert problem.place is not None
    assert problem.place.line == 2


def test_an_axiom_without_a_rule_in_owl_2_rl_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "unsupported.ttl"
    path.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "<https://example.org/p>\n  a owl:ReflexiveProperty ;\n.\n"
    )
    (problem,) = (
        problem
        for problem in check(plan_of(path)).problems
        if problem.check == "consistency/profile"
    )
    assert problem.message == (
        "OWL 2 RL has no rule for this axiom, so nothing is inferred from it."
    )
    assert problem.entity == (
        "owl:ReflexiveProperty (once): that everything is related to itself is not inferred."
    )


def test_a_misspelled_term_of_another_vocabulary_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "misspelled.ttl"
    path.write_text(
        "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
        "<https://example.org/x>\n  dcterms:isued 'x' ;\n.\n"
    )
    problems = check(plan_of(path)).problems
    found = {p.entity: p.message for p in problems if p.check == "vocabularies/unknown-term"}
    assert found["dcterms:isued"] == (
        "The vocabulary dcterms has no such term. Did you mean dcterms:issued?"
    )


def test_every_report_names_the_check_and_the_entity(faulty: CheckReport) -> None:
    assert FORMATS
    for format_name in FORMATS:
        text = write_report(faulty, format_name)
        assert "shapes/one-label" in text, format_name
        assert "id:made-up" in text, format_name


PROBLEM = Problem(
    "style/order", "Move the block of id:b.", "id:b", "in src:x", Place(7, 1, "data/x.ttl")
)


def test_the_text_report_ends_with_the_number_of_problems_and_checks() -> None:
    report = CheckReport((PROBLEM,), {"style": 1200, "syntax": 3}, {"style": 1000, "syntax": 234})
    assert write_report(report) == (
        "data/x.ttl:7:1: Move the block of id:b. (id:b in src:x) [style/order]\n"
        "1 problem found. Checks: style 1,200, syntax 3. Time: 1.2 s.\n"
    )
    two = CheckReport((PROBLEM, PROBLEM), {"style": 2})
    assert "\n2 problems found." in write_report(two)
    assert write_report(CheckReport((), {"style": 2})).startswith("No problems found. Checks:")


def test_the_reports_for_programs_are_well_formed(faulty: CheckReport) -> None:
    document = json.loads(write_report(faulty, "json"))
    assert document["clean"] is False
    assert len(document["findings"]) == len(faulty.problems)
    run = json.loads(write_report(faulty, "sarif"))["runs"][0]
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} == known
    root = ElementTree.fromstring(write_report(faulty, "junit"))  # noqa: S314  our own output
    assert len(root.findall(".//failure")) == len(faulty.problems)


def test_an_unknown_report_format_is_an_error_that_lists_the_formats(faulty: CheckReport) -> None:
    message = r"Unknown report format 'pdf'\. Choose one of: text, json, sarif, junit\."
    with pytest.raises(UsageError, match=message):
        write_report(faulty, "pdf")


def test_a_rule_without_a_message_is_an_error(tmp_path: Path) -> None:
    shutil.copy(folder("ontology") / "rules" / "acronym-clash.rq", tmp_path)
    assert [rule.name for rule in load_rules(tmp_path)] == ["acronym-clash"]
    (tmp_path / "mute.rq").write_text("SELECT ?thing WHERE { ?thing a ?class }\n")
    message = r"The rule mute\.rq has no message\. Write it as a comment on the first line\."
    with pytest.raises(InvalidData, match=message):
        load_rules(tmp_path)


def test_a_check_reads_files_as_the_graph_was_read(tmp_path):
    (tmp_path / "dataset.toml").write_text(
        '[contexts]\n"https://e.example/context" = "context.json"\n', encoding="utf-8"
    )
    (tmp_path / "context.json").write_text(
        '{"@context": {"name": "http://www.w3.org/2000/01/rdf-schema#label"}}', encoding="utf-8"
    )
    (tmp_path / "a.jsonld").write_text(
        '{"@context": "https://e.example/context", "@id": "http://e.example/a", "name": "A"}',
        encoding="utf-8",
    )
    (tmp_path / "b.ttl").write_text(
        '<http://e.example/b> <http://e.example/name> "B"@no-such-tag-123456789 .',
        encoding="utf-8",
    )
    settings = Settings(cache=str(tmp_path / "cache"), lenient=True)
    graph = ipgraph.open(tmp_path, settings=settings)
    assert len(graph) == 2
    assert [p for p in graph.check().problems if p.check == "syntax"] == []
    strict = ipgraph.open(tmp_path, settings=replace(settings, lenient=False))
    (problem,) = (p for p in strict.check().problems if p.check == "syntax")
    assert "b.ttl" in str(problem.place)
