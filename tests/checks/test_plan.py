"""What is checked: the parts of a plan, selected and ignored names, and the dataset file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ipgraph.checks import Plan, check, plan
from ipgraph.dataset.config.file import DatasetFile
from ipgraph.errors import UsageError
from ipgraph.snapshots import loading

if TYPE_CHECKING:
    from pathlib import Path

PREFIXES = """@prefix : <http://e.test/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""
SHAPES = ":S sh:targetClass :T ; sh:property [ sh:path :p ; sh:minCount 1 ] .\n"
DATA = ":a a :T . :b a :T, :U ; :p 1 . :T owl:disjointWith :U .\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Data with a contradiction and a missing value, and the shapes that find it."""
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(PREFIXES + DATA, encoding="utf-8")
    shapes.write_text(PREFIXES + SHAPES, encoding="utf-8")
    return data, shapes


def found(*paths: Path, **options: object) -> set[str]:
    return {problem.check for problem in check(plan_of(*paths, **options)).problems}


def plan_of(*paths: Path, **options: object) -> Plan:
    return plan.adjusted(Plan(loading.inputs_of(paths)), **options)  # type: ignore[arg-type]


def test_shapes_in_the_files_are_run(files: tuple[Path, Path]) -> None:
    report = check(plan_of(*files))
    assert {problem.check for problem in report.problems} == {
        "shapes/S/p",
        "consistency/cax-dw",
    }
    assert report.checked["shapes"] == 2
    assert report.counts == {"shapes/S/p": 1, "consistency/cax-dw": 1}


def test_without_shapes_none_are_counted(files: tuple[Path, Path]) -> None:
    report = check(plan_of(files[0], select=("shapes",)))
    assert report.problems == ()
    assert report.checked == {"syntax": 1, "shapes": 0}


def test_given_shapes_take_the_place_of_those_in_the_files(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    other = tmp_path / "other.ttl"
    other.write_text(PREFIXES + ":Other sh:targetClass :U ; sh:nodeKind sh:Literal .", "utf-8")
    assert found(*files, shapes=other, select=("shapes",)) == {"shapes/Other"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"select": ("shapes",)}, {"shapes/S/p"}),
        ({"select": ("shapes/S",)}, {"shapes/S/p"}),
        ({"select": ("shapes/Other",)}, set()),
        ({"ignore": ("shapes",)}, {"consistency/cax-dw"}),
        ({"ignore": ("shapes/S/p", "consistency")}, set()),
        ({"select": ("consistency", "shapes"), "ignore": ("consistency",)}, {"shapes/S/p"}),
    ],
)
def test_checks_are_selected_and_ignored_by_their_names(
    files: tuple[Path, Path], options: dict[str, tuple[str, ...]], expected: set[str]
) -> None:
    assert found(*files, **options) == expected


def test_syntax_is_checked_whatever_is_selected(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("a b", encoding="utf-8")
    report = check(plan_of(broken, select=("shapes",), ignore=("syntax",)))
    assert [problem.check for problem in report.problems] == ["syntax"]
    assert report.notes == ("Nothing but syntax was checked, because a file does not parse.",)


def test_an_unknown_name_is_an_error_that_names_the_nearest(files: tuple[Path, Path]) -> None:
    with pytest.raises(UsageError, match=r"There is no check 'shape'\.") as caught:
        plan_of(*files, select=("shape",))
    assert caught.value.hint == "Did you mean shapes?"


def test_style_is_checked_only_if_asked_for(files: tuple[Path, Path]) -> None:
    assert "style/block" not in found(*files)
    assert "style/block" in found(*files, style=True)


def test_the_dataset_file_says_what_is_checked(files: tuple[Path, Path], tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    rule = "# No number.\nSELECT ?thing WHERE { ?thing <http://e.test/p> ?number }\n"
    (rules / "number.rq").write_text(rule, encoding="utf-8")
    description = tmp_path / "dataset.toml"
    description.write_text('[checks]\nshapes = ["shapes.ttl"]\nstyle = true\n', encoding="utf-8")
    inputs = loading.inputs_of([files[0]])
    chosen = plan.plan_of(inputs, DatasetFile.at(description))
    names = {problem.check for problem in check(chosen).problems}
    assert {"rules/number", "shapes/S/p", "style/block"} <= names
    assert chosen.rules == rules


@pytest.mark.parametrize(
    "text",
    [
        "# X\nSELECT ?thing WHERE { SERVICE <http://e.test/> { ?thing ?p ?o } }",
        "# X\nSELECT ?thing FROM <http://e.test/> WHERE { ?thing ?p ?o }",
        "# X\nASK { ?thing ?p ?o }",
        "# X\nDELETE WHERE { ?thing ?p ?o }",
    ],
)
def test_a_rule_reads_nothing_from_elsewhere(tmp_path: Path, text: str) -> None:
    from ipgraph.checks import rules
    from ipgraph.errors import IpGraphError

    (tmp_path / "x.rq").write_text(text, encoding="utf-8")
    with pytest.raises(IpGraphError):
        rules.load_rules(tmp_path)
