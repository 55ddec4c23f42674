"""Checks of RDF files: `check` finds problems, `write_report` writes them for people and CI."""

from __future__ import annotations

from ipgraph.checks.checking import check
from ipgraph.checks.plan import Plan, project_plan
from ipgraph.checks.problems import CheckReport, Problem
from ipgraph.checks.reports import FORMATS, write_report
from ipgraph.checks.snapshot_files import check_snapshot

__all__ = [
    "FORMATS",
    "CheckReport",
    "Plan",
    "Problem",
    "check",
    "check_snapshot",
    "project_plan",
    "write_report",
]
