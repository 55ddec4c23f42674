"""The page of check results. The check runs once, in the background, at the first request."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Response, make_response

from ipgraph.errors import IpGraphError, StoreUnavailable
from ipgraph.resources import folder
from ipgraph.server.edition import has_snapshot
from ipgraph.server.html import code_samples
from ipgraph.server.http.negotiation import LIST_OFFERS
from ipgraph.server.http.routes import Routes
from ipgraph.server.pages import developer_section, list_formats
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.checks import CheckReport, Problem
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.context import Request
    from ipgraph.server.edition import Edition
    from ipgraph.server.pages.site import Site

RELOAD_S = 5
_PYTHON = """report = kg.check()
for problem in report.problems:
    print(problem.message)"""


class Checking:
    """A check of the files of a graph, in its own thread."""

    def __init__(self, kg: KnowledgeGraph) -> None:
        self._kg = kg
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.report: CheckReport | None = None
        self.error = ""

    def begin(self) -> None:
        """Start the check unless it has been started."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            report = self._kg.check()
            self.report = replace(report, problems=tuple(map(self._published, report.problems)))
        except IpGraphError as error:
            self.error = self._without_paths(str(error))

    def _published(self, problem: Problem) -> Problem:
        """Return a problem whose texts name files as pages do."""
        place = problem.place
        return replace(
            problem,
            message=self._without_paths(problem.message),
            detail=self._without_paths(problem.detail),
            place=place and replace(place, file=self._without_paths(place.file)),
        )

    def _without_paths(self, text: str) -> str:
        """Return a text without the folders of this machine: only the names of the files."""
        recipe = self._kg.recipe
        for file in recipe.inputs if recipe else ():
            text = text.replace(str(file.path), file.name)
        return text.replace(f"{folder('ontology').parent}{os.sep}", "")


def checking_of(edition: Edition) -> Checking:
    """Return the check of an edition; use it with `Edition.part`."""
    return Checking(edition.kg)


routes = Routes()


@routes.add("/quality", summary="Results of the checks", offers=LIST_OFFERS, needs=has_snapshot)
def quality(request: Request) -> ResponseReturnValue:
    """Show the results of the checks."""
    site, checking = site_of(request), request.edition.part(checking_of)
    checking.begin()
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
                problem.check,
                problem.message,
                problem.entity,
                problem.detail,
                str(problem.place or ""),
            )
            for problem in report.problems
        ]
        return list_formats.rows(("check", "message", "entity", "detail", "place"), rows)
    return _rendered(site, report, "")


def _rendered(site: Site, report: CheckReport | None, error: str) -> str:
    # The checks read files, so the sample opens the project's graph, not an endpoint.
    sample = code_samples.python("ipgraph.open()", _PYTHON)
    return site.render(
        "quality.html",
        report=report,
        error=error,
        developers=replace(developer_section.of_list(site), python=sample),
    )


def _waiting(site: Site, error: str) -> Response:
    response = make_response(_rendered(site, None, error))
    response.headers["Cache-Control"] = "no-store"
    if not error:
        response.headers["Refresh"] = str(RELOAD_S)
    return response
