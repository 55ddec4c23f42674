"""Check reports for people, programs and CI services: text, JSON, SARIF 2.1.0 and JUnit."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from ipgraph.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipgraph.checks.problems import CheckReport, Problem


def write_report(report: CheckReport, format_name: str = "text") -> str:
    """Return a report in one of `FORMATS`; raise `UsageError` for any other."""
    if format_name not in FORMATS:
        raise UsageError(
            f"Unknown report format {format_name!r}. Choose one of: {', '.join(FORMATS)}."
        )
    problems = tuple(_relative(problem) for problem in report.problems)
    return FORMATS[format_name](replace(report, problems=problems))


def _relative(problem: Problem) -> Problem:
    """Return the problem with its file relative to the working directory, if it is below."""
    if not problem.place or not problem.place.file:
        return problem
    path = Path(problem.place.file)
    if not path.is_relative_to(Path.cwd()):
        return problem
    file = path.relative_to(Path.cwd()).as_posix()
    return replace(problem, place=replace(problem.place, file=file))


def _text(report: CheckReport) -> str:
    number = len(report.problems)
    verdict = f"{number:,} problem{'s' * (number != 1)} found." if number else "No problems found."
    checked = ", ".join(f"{part} {count:,}" for part, count in report.checked.items())
    seconds = sum(report.timings.values()) / 1000
    lines = [*map(str, report.problems), f"{verdict} Checks: {checked}. Time: {seconds:.1f} s."]
    return "\n".join(lines) + "\n"


def _json(report: CheckReport) -> str:
    document = {
        "clean": report.is_clean,
        "checked": dict(report.checked),
        "timings_ms": {part: round(value, 1) for part, value in report.timings.items()},
        "problems": [_record(problem) for problem in report.problems],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _record(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "check": problem.check,
        "message": problem.message,
        "entity": problem.entity,
        "detail": problem.detail,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }


def _sarif(report: CheckReport) -> str:
    """Write SARIF 2.1.0 (OASIS), which code hosts show next to the lines of a change."""
    names = sorted({problem.check for problem in report.problems})
    run = {
        "tool": {
            "driver": {
                "name": "ipgraph check",
                "version": version("ipgraph"),
                "rules": [{"id": name} for name in names],
            }
        },
        "results": [_result(problem) for problem in report.problems],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    document = {"version": "2.1.0", "$schema": schema, "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _result(problem: Problem) -> dict[str, Any]:
    subject = f" ({problem.subject})" if problem.subject else ""
    result: dict[str, Any] = {
        "ruleId": problem.check,
        "level": "error",
        "message": {"text": f"{problem.message}{subject}"},
    }
    if problem.place:
        region = {"startLine": problem.place.line, "startColumn": problem.place.column}
        location = {"artifactLocation": {"uri": problem.place.file}, "region": region}
        result["locations"] = [{"physicalLocation": location}]
    return result


def _junit(report: CheckReport) -> str:
    """Write one test suite for each part of the check, one failed case for each problem."""
    root = ElementTree.Element("testsuites", name="ipgraph check")
    for part, count in report.checked.items():
        problems = [
            problem for problem in report.problems if problem.check.partition("/")[0] == part
        ]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=part,
            tests=str(max(count, len(problems))),
            failures=str(len(problems)),
        )
        for problem in problems:
            case = ElementTree.SubElement(suite, "testcase", classname=part, name=problem.check)
            failure = ElementTree.SubElement(case, "failure", message=problem.message)
            failure.text = str(problem)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


FORMATS: Mapping[str, Callable[[CheckReport], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
}
