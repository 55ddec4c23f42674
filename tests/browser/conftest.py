"""A running service and a real Chromium, for tests that do what a user does."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Page,
        Request,
        Response,
    )

    from support.running import Running

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Pages that reload by themselves until what they tell has been worked out.
RELOADING = ("/downloads", "/quality")
# When a page counts as without the element that a test waits for. Responses have no limit.
ELEMENT_LIMIT_MS = 300_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(running: Running) -> str:
    """The address of the service over the project's own graph."""
    for path in RELOADING:
        running.wait_for(path)
    return running.address.rstrip("/")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A Chromium of this machine; in CI its absence is an error, never a skip."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    must = os.environ.get("CI") or os.environ.get("REQUIRE_BROWSER")
    if program is None and not must:
        pytest.skip("no Chromium on this machine: install the package chromium")
    expect.set_options(timeout=ELEMENT_LIMIT_MS)
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
    scripts: bool
    problems: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to an address of the site and return its page; inline scripts have run by then."""
        self.goto(path)
        return self.page

    def goto(self, path: str) -> Response:
        """Go to an address of the site and return its response, however long it takes."""
        response = self.page.goto(self.site + path, timeout=0)
        assert response is not None, "the address differs from the last in its fragment only"
        return response


def meet(chromium: Browser, site: str, **options: object) -> Visit:
    """Let a visitor in, and record each console error, exception and foreign request."""
    context = chromium.new_context(**{"reduced_motion": "reduce", **options})
    context.set_default_timeout(ELEMENT_LIMIT_MS)
    visit = Visit(context, context.new_page(), site, bool(options.get("java_script_enabled", True)))
    watch(visit)
    return visit


@pytest.fixture
def visitor(chromium: Browser, site: str) -> Iterator[Callable[..., Visit]]:
    """Make visitors of one test, none of whom may meet a problem."""
    made: list[Visit] = []

    def visit(at: str = site, **options: object) -> Visit:
        made.append(meet(chromium, at, **options))
        return made[-1]

    yield visit
    for each in made:
        each.context.close()
        assert each.problems == []


@pytest.fixture(scope="session")
def walker(chromium: Browser, site: str) -> Iterator[Callable[[str, bool], Visit]]:
    """The one visitor of each kind who sees page after page."""
    made: dict[tuple[str, bool], Visit] = {}

    def find(scheme: str, scripts: bool) -> Visit:
        if (scheme, scripts) not in made:
            options = {"color_scheme": scheme, "java_script_enabled": scripts}
            made[scheme, scripts] = meet(chromium, site, **options)
        return made[scheme, scripts]

    yield find
    for each in made.values():
        each.context.close()


def watch(visit: Visit) -> None:
    """Record what no page of this site may cause."""
    page, problems = visit.page, visit.problems

    def read(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _expected(message.text):
            problems.append(f"console: {message.text}")

    def leave(request: Request) -> None:
        if not request.url.startswith((visit.site, "data:", "blob:")):
            problems.append(f"left the site: {request.url}")

    def fail(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            problems.append(f"status {response.status}: {response.url}")

    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on("console", read)
    page.on("request", leave)
    page.on("response", fail)


def _expected(text: str) -> bool:
    """Chromium itself reports each status of 400 and more on the console."""
    return text.startswith("Failed to load resource: the server responded with a status of")
