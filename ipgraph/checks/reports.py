"""Check reports for people, programs and CI services: text, JSON, SARIF 2.1.0 and JUnit."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from ipgraph.errors import UsageError

_SARIF_LEVELS = {"error": "error", "warning": "warning", "info": "note"}

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
    lines = [*map(str, report.problems), *_summary(report)]
    number = report.total
    verdict = f"{number:,} problem{'s' * (number != 1)} found." if number else "No problems found."
    checked = ", ".join(f"{part} {count:,}" for part, count in report.checked.items())
    seconds = sum(report.timings.values()) / 1000
    return "\n".join([*lines, f"{verdict} Checks: {checked}. Time: {seconds:.1f} s."]) + "\n"


def _summary(report: CheckReport) -> list[str]:
    """Return the notes, and the number of problems by check if there is more than one check."""
    lines = [f"note: {note}" for note in report.notes]
    if len(report.counts) > 1:
        severities = {problem.check: problem.severity for problem in report.problems}
        order = sorted(report.counts, key=lambda check: (-report.counts[check], check))
        width = max(len(f"{count:,}") for count in report.counts.values())
        lines += [
            f"{report.counts[check]:>{width},}  {check} ({severities[check]})" for check in order
        ]
    hidden = report.total - len(report.problems)
    return [*lines, *([f"{hidden:,} more problems are not listed."] if hidden > 0 else [])]


def _json(report: CheckReport) -> str:
    document = {
        "clean": report.is_clean,
        "checked": dict(report.checked),
        "counts": dict(report.counts),
        "notes": list(report.notes),
        "timings_ms": {part: round(value, 1) for part, value in report.timings.items()},
        "findings": [_record(problem) for problem in report.problems],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _record(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "check": problem.check,
        "severity": problem.severity,
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
        "level": _SARIF_LEVELS[problem.severity],
        "message": {"text": f"{problem.message}{subject}"},
    }
    if problem.place:
        region = {"startLine": problem.place.line, "startColumn": problem.place.column}
        location = {"artifactLocation": {"uri": problem.place.file}, "region": region}
        result["locations"] = [{"physicalLocation": location}]
    return result


def _junit(report: CheckReport) -> str:
    """Write one test suite for each part of the check, one case for each problem.

    The case of an error has failed; that of a warning or a piece of information prints it.
    """
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
            failures=str(sum(problem.severity == "error" for problem in problems)),
        )
        for problem in problems:
            case = ElementTree.SubElement(suite, "testcase", classname=part, name=problem.check)
            if problem.severity == "error":
                failure = ElementTree.SubElement(case, "failure", message=problem.message)
                failure.text = str(problem)
            else:
                ElementTree.SubElement(case, "system-out").text = str(problem)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


FORMATS: Mapping[str, Callable[[CheckReport], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
}
