"""The check of a served graph: run once, in the background, and shown on pages."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from ipgraph.errors import IpGraphError
from ipgraph.resources import folder

if TYPE_CHECKING:
    from ipgraph.checks import CheckReport, Problem
    from ipgraph.server.context import Request
    from ipgraph.server.edition import Edition
    from ipgraph.server.service import Service


class Checking:
    """A check of the files of a graph, in its own thread.

    `report` names files without the folders of this machine.
    """

    def __init__(self, edition: Edition) -> None:
        self._kg = edition.kg
        self._edition = edition
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.report: CheckReport | None = None
        self.error = ""

    def begin(self, service: Service) -> None:
        """Start the check unless it has been started. Pages that show problems are made again."""
        with self._lock:
            if self._thread is None:
                arguments = (service,)
                self._thread = threading.Thread(target=self._run, args=arguments, daemon=True)
                self._thread.start()

    def about(self, iri: str, language: str) -> tuple[Problem, ...]:
        """Return what the check has found about an entity, with messages in a language."""
        if self.report is None:
            return ()
        return tuple(
            replace(problem, message=problem.message_in((language, "en")))
            for problem in self.report.about(iri)
        )

    def _run(self, service: Service) -> None:
        try:
            report = self._kg.check()
        except IpGraphError as error:
            self.error = self._without_paths(str(error))
            return
        problems = tuple(map(self._published, report.problems))
        self.report = replace(report, problems=problems)
        shown = [str(problem) for problem in problems if problem.iri]
        if shown:
            digest = hashlib.sha256("\n".join(shown).encode()).hexdigest()
            service.renew_pages(self._edition, digest)

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
    return Checking(edition)


def findings_of(request: Request, iri: str, language: str) -> tuple[Problem, ...]:
    """Return what the check of the served graph has found about an entity.

    Pages start the check if the graph comes with shapes. The bundled dataset was checked before
    it was published; there only the page of results starts it.
    """
    edition = request.edition
    kg = edition.kg
    checking = edition.part(checking_of)
    if kg.recipe is not None and kg.recipe.origin and kg.has_shapes:
        checking.begin(request.service)
    return checking.about(iri, language)
