"""Check the project's files, or any others: `check` finds, `report` writes what was found."""

from __future__ import annotations

from ipgraph.validation.checking import check
from ipgraph.validation.findings import Finding, Findings
from ipgraph.validation.reports import FORMS, report

__all__ = ["FORMS", "Finding", "Findings", "check", "report"]
