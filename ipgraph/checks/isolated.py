"""Check files from elsewhere: in a child process, which has limits and may crash."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ipgraph.checks import checking
from ipgraph.checks.problems import CheckReport, Problem
from ipgraph.errors import NotFound, Place
from ipgraph.snapshots import isolation, loading
from ipgraph.snapshots.limits import BuildLimits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ipgraph.settings import InferenceLimits, Settings
    from ipgraph.snapshots.loading import Input


def check(inputs: tuple[Input, ...] | None, settings: Settings) -> CheckReport:
    """Check files as `checking.check` does, in a child process under the limits of a build.

    Raises `BuildStopped` if the process reaches a limit or crashes.
    """
    limits = BuildLimits.of(settings)
    files = loading.project_inputs() if inputs is None else inputs
    try:
        size_bytes = sum(os.path.getsize(file.path) for file in files)
    except OSError as error:
        raise NotFound(f"Cannot read {error.filename}: {error.strerror}") from error
    report = isolation.run(
        "ipgraph.checks.isolated:check_to_json",
        *(inputs, settings.reasoner, settings.inference_limits, limits.max_depth),
        limits=limits,
        size_bytes=size_bytes,
    )
    problems = [
        Problem(**{**problem, "place": Place(**place) if (place := problem["place"]) else None})
        for problem in report["problems"]
    ]
    return CheckReport(tuple(problems), report["checked"], report["timings"])


def check_to_json(
    inputs: tuple[Input, ...] | None,
    reasoner: str,
    inference: InferenceLimits,
    max_depth: int,
    report: Callable[[str], None],
    reading: Callable[[Path], None],
) -> dict[str, Any]:
    """Return the report of a check as JSON: what the child process does."""
    found = checking.check(
        inputs,
        reasoner=reasoner,
        inference=inference,
        max_depth=max_depth,
        report=report,
        reading=reading,
    )
    return asdict(found)
