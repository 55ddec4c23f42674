"""A running service and a real Chromium, for tests that do what a user does."""

from __future__ import annotations

import os
import shutil
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error, sync_playwright
from werkzeug.serving import make_server

from ipgraph.server import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from ipgraph.knowledge_graph import KnowledgeGraph

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(project: KnowledgeGraph) -> Iterator[str]:
    """The address of the service over the project's own graph."""
    server = make_server("127.0.0.1", 0, create_app(project), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A Chromium of this machine; in CI its absence is an error, never a skip."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    must = os.environ.get("CI") or os.environ.get("REQUIRE_BROWSER")
    if program is None and not must:
        pytest.skip("no Chromium on this machine: install the package chromium")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        except Error as error:
            if must:
                raise
            pytest.skip(f"Chromium does not start here: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page of one visitor, with everything that went wrong on it."""

    context: BrowserContext
    page: Page
    site: str
    problems: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to an address of the site and wait until it is quiet."""
        self.page.goto(self.site + path)
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.wait_for_load_state("networkidle")


@pytest.fixture
def visitor(chromium: Browser, site: str) -> Iterator[object]:
    """Make visitors; every console error, exception and foreign request of theirs is recorded."""
    made: list[Visit] = []

    def visit(**options: object) -> Visit:
        context = chromium.new_context(**{"reduced_motion": "reduce", **options})
        here = Visit(context, context.new_page(), site)
        watch(here)
        made.append(here)
        return here

    yield visit
    for each in made:
        each.context.close()
        assert each.problems == []


def watch(visit: Visit) -> None:
    """Record what no page of this site may cause."""
    page, problems = visit.page, visit.problems
    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on(
        "console",
        lambda message: (
            problems.append(f"console: {message.text}")
            if message.type in ("error", "warning") and not _expected(message.text)
            else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((visit.site, "data:", "blob:"))
            else problems.append(f"left the site: {request.url}")
        ),
    )


def _expected(text: str) -> bool:
    """Chromium itself reports each status of 400 and more on the console."""
    return text.startswith("Failed to load resource: the server responded with a status of")
