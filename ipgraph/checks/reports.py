"""Findings as people, programs and CI services read them: text, JSON, SARIF 2.1.0 and JUnit."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from ipgraph.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipgraph.checks.findings import Finding, Findings


def report(findings: Findings, form: str = "text") -> str:
    """Return the findings in a form of `FORMS`; raises `UsageError` naming what exists."""
    if form not in FORMS:
        raise UsageError(f"There is no report {form!r}; the reports are {', '.join(FORMS)}.")
    return FORMS[form](findings)


def _text(findings: Findings) -> str:
    lines = [str(_relative(each)) for each in findings.faults]
    checked = ", ".join(f"{count:,} {part}" for part, count in findings.checked.items())
    number = len(findings.faults)
    seconds = sum(findings.timings.values()) / 1000
    verdict = f"{number:,} finding{'s' * (number != 1)}" if number else "Nothing found"
    return "\n".join([*lines, f"{verdict}. Checked {checked} in {seconds:.1f} s."]) + "\n"


def _json(findings: Findings) -> str:
    document = {
        "clean": findings.clean,
        "checked": dict(findings.checked),
        "timings_ms": {part: round(value, 1) for part, value in findings.timings.items()},
        "findings": [_record(_relative(each)) for each in findings.faults],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _record(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "check": finding.check,
        "message": finding.message,
        "thing": finding.thing,
        "detail": finding.detail,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }


def _sarif(findings: Findings) -> str:
    """Write SARIF 2.1.0 (OASIS), as code hosts show it beside the lines of a change."""
    faults = [_relative(each) for each in findings.faults]
    names = sorted({each.check for each in faults})
    run = {
        "tool": {
            "driver": {
                "name": "ipgraph check",
                "version": version("ipgraph"),
                "rules": [{"id": name} for name in names],
            }
        },
        "results": [_result(each) for each in faults],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    document = {"version": "2.1.0", "$schema": schema, "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _result(finding: Finding) -> dict[str, Any]:
    about = " ".join(part for part in (finding.thing, finding.detail) if part)
    text = f"{finding.message} ({about})" if about else finding.message
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "level": "error",
        "message": {"text": text},
    }
    if finding.place:
        region = {"startLine": finding.place.line, "startColumn": finding.place.column}
        location = {"artifactLocation": {"uri": finding.place.file}, "region": region}
        result["locations"] = [{"physicalLocation": location}]
    return result


def _junit(findings: Findings) -> str:
    """Write one test suite a part of the check, one failed case a finding."""
    root = ElementTree.Element("testsuites", name="ipgraph check")
    for part, count in findings.checked.items():
        faults = [
            _relative(each) for each in findings.faults if each.check.partition("/")[0] == part
        ]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=part,
            tests=str(max(count, len(faults))),
            failures=str(len(faults)),
        )
        for each in faults:
            case = ElementTree.SubElement(suite, "testcase", classname=part, name=each.check)
            ElementTree.SubElement(case, "failure", message=each.message).text = str(each)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _relative(finding: Finding) -> Finding:
    """Return the finding with its file relative to the working directory, where it lies below."""
    from dataclasses import replace

    if not finding.place or not finding.place.file:
        return finding
    path = Path(finding.place.file)
    if not path.is_relative_to(Path.cwd()):
        return finding
    file = path.relative_to(Path.cwd()).as_posix()
    return replace(finding, place=replace(finding.place, file=file))


FORMS: Mapping[str, Callable[[Findings], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
}
