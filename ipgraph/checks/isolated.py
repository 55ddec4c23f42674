"""Check files from elsewhere: in a child process, which has limits and may crash."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from ipgraph.checks import checking
from ipgraph.checks.problems import CheckReport, Problem
from ipgraph.errors import NotFound, Place
from ipgraph.inputs.options import ReadingOptions
from ipgraph.snapshots import isolation
from ipgraph.snapshots.limits import BuildLimits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ipgraph.checks.plan import Plan
    from ipgraph.settings import Settings


def check(plan: Plan, settings: Settings, languages: tuple[str, ...] = ("en",)) -> CheckReport:
    """Check files as `checking.check` does, in a child process under the limits of a build.

    Raises `BuildStopped` if the process reaches a limit or crashes.
    """
    limits = BuildLimits.of(settings)
    try:
        size_bytes = sum(os.path.getsize(file.path) for file in plan.files)
    except OSError as error:
        raise NotFound(f"Cannot read {error.filename}: {error.strerror}") from error
    options = checking.Options(
        settings.reasoner,
        settings.inference_limits,
        ReadingOptions.of(settings, plan.contexts),
        limits,
        size_bytes,
        languages,
    )
    report = isolation.run(
        "ipgraph.checks.isolated:check_to_json",
        plan,
        options,
        limits=limits,
        size_bytes=size_bytes,
    )
    return report_from_json(report)


def check_to_json(
    plan: Plan,
    options: checking.Options,
    report: Callable[[str], None],
    reading: Callable[[Path], None],
) -> dict[str, Any]:
    """Return the report of a check as JSON: what the child process does."""
    return asdict(checking.check(plan, replace(options, report=report, reading=reading)))


def report_from_json(report: dict[str, Any]) -> CheckReport:
    """Return the report that `check_to_json` made."""
    problems = tuple(
        Problem(
            **{
                **problem,
                "place": Place(**place) if (place := problem["place"]) else None,
                "translations": tuple(map(tuple, problem["translations"])),
            }
        )
        for problem in report["problems"]
    )
    return CheckReport(**{**report, "problems": problems, "notes": tuple(report["notes"])})
