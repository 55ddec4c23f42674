"""What checking the files finds: it runs once, beside the service, when it is first asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from flask import Response, make_response

from ipgraph.errors import IpGraphError, StoreUnavailable
from ipgraph.server.pages import list_formats

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from ipgraph.checks import CheckReport
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.pages.site import Site

RELOAD_S = 5


class Checking:
    """One check of the files of a graph, in a thread of its own."""

    def __init__(self, kg: KnowledgeGraph) -> None:
        self._kg = kg
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.report: CheckReport | None = None
        self.error = ""

    def begin(self) -> None:
        """Start the check if nobody has."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            self.report = self._kg.check()
        except IpGraphError as error:
            self.error = str(error)


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the address; a graph that was not built here has nothing to check."""
    if site.kg.snapshot is None:
        return
    checking = Checking(site.kg)

    @blueprint.get("/quality", endpoint="quality")
    def quality() -> ResponseReturnValue:
        checking.begin()
        report = checking.report
        if report is None and list_formats.wanted() != "html":
            raise StoreUnavailable(
                checking.error or "The checks have only begun.", hint="Ask again in a few seconds."
            )
        if report is None:
            return _waiting(site, checking.error)
        if list_formats.wanted() != "html":
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
        return site.render("quality.html", report=report, error="")


def _waiting(site: Site, error: str) -> Response:
    response = make_response(site.render("quality.html", report=None, error=error))
    response.headers["Cache-Control"] = "no-store"
    if not error:
        response.headers["Refresh"] = str(RELOAD_S)
    return response
