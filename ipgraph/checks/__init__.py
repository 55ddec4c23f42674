"""Check the project's files, or any others: `check` finds, `report` writes what was found."""

from __future__ import annotations

from ipgraph.checks.checking import check
from ipgraph.checks.findings import Finding, Findings
from ipgraph.checks.reports import FORMS, report

__all__ = ["FORMS", "Finding", "Findings", "check", "report"]
