"""The page of check results. The check runs once, in the background, at the first request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Response, make_response

from ipgraph.errors import StoreUnavailable
from ipgraph.server.edition import has_snapshot
from ipgraph.server.html import code_samples
from ipgraph.server.http.negotiation import LIST_OFFERS
from ipgraph.server.http.routes import Routes
from ipgraph.server.pages import developer_section, list_formats
from ipgraph.server.pages.checks import findings
from ipgraph.server.pages.checks.checking import checking_of
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.checks import CheckReport
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

RELOAD_S = 5
MAX_SHOWN = 300  # rows of about 250 bytes each; the table formats have all
_PYTHON = """report = kg.check()
for problem in report.problems:
    print(problem.message)"""


routes = Routes()


@routes.add("/quality", summary="Results of the checks", offers=LIST_OFFERS, needs=has_snapshot)
def quality(request: Request) -> ResponseReturnValue:
    """Show the results of the checks."""
    site, checking = site_of(request), request.edition.part(checking_of)
    checking.begin(request.service)
    report = checking.report
    if report is None and request.format != "html":
        raise StoreUnavailable(
            checking.error or "The checks are still running.", hint="Try again in a few seconds."
        )
    if report is None:
        return _waiting(site, checking.error)
    if request.format != "html":
        rows = [
            (
                *(problem.check, problem.severity, problem.message),
                *(problem.entity, problem.detail, str(problem.place or "")),
            )
            for problem in report.problems
        ]
        columns = ("check", "severity", "message", "entity", "detail", "place")
        return list_formats.rows(columns, rows)
    return _rendered(site, report, "")


def _rendered(site: Site, report: CheckReport | None, error: str) -> str:
    # The checks read files, so the sample opens the project's graph, not an endpoint.
    sample = code_samples.python("ipgraph.open()", _PYTHON)
    return site.render(
        "quality.html",
        report=report,
        error=error,
        limit=MAX_SHOWN,
        contradictions=findings.contradictions(site),
        found=site.kg.findings,
        broken=findings.broken_files(site),
        repairs=findings.repairs(site),
        rules=findings.RULES,
        developers=replace(developer_section.of_list(site), python=sample),
    )


def _waiting(site: Site, error: str) -> Response:
    response = make_response(_rendered(site, None, error))
    response.headers["Cache-Control"] = "no-store"
    if not error:
        response.headers["Refresh"] = str(RELOAD_S)
    return response
