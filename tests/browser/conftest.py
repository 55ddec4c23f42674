"""A running server and Chromium, for tests that act like a user."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error, expect, sync_playwright

from support.visits import Visit, start_visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from support.running import Running

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Pages that reload by themselves until they are complete.
RELOADING = ("/downloads", "/quality")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(running: Running) -> str:
    """The address of the server with the project's graph."""
    for path in RELOADING:
        running.wait_for(path)
    return running.address.rstrip("/")


@pytest.fixture(scope="session")
def element_limit_ms(pytestconfig: pytest.Config) -> float:
    """The limit of waits for elements: half of the time limit of a test, which is the only one.

    So a test whose element is missing fails by itself before the whole run is ended.
    """
    return float(pytestconfig.getini("faulthandler_timeout")) * 1000 / 2


@pytest.fixture(scope="session")
def chromium(element_limit_ms: float) -> Iterator[Browser]:
    """The Chromium of this machine; in CI its absence is an error, never a skip."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    is_required = os.environ.get("CI") or os.environ.get("REQUIRE_BROWSER")
    if program is None and not is_required:
        pytest.skip("no Chromium on this machine: install the package chromium")
    expect.set_options(timeout=element_limit_ms)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        except Error as error:
            if is_required:
                raise
            pytest.skip(f"Chromium does not start here: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def visitor(
    chromium: Browser, site: str, element_limit_ms: float
) -> Iterator[Callable[..., Visit]]:
    """A function that starts a visit; no visit of the test may have a problem."""
    visits: list[Visit] = []

    def start(at: str = site, **options: Any) -> Visit:
        visits.append(start_visit(chromium, at, element_limit_ms, **options))
        return visits[-1]

    yield start
    for visit in visits:
        visit.context.close()
        assert visit.problems == []


@pytest.fixture(scope="session")
def walker(
    chromium: Browser, site: str, element_limit_ms: float
) -> Iterator[Callable[[str, bool], Visit]]:
    """A function that returns a visit by color scheme and scripts, the same for every page."""
    visits: dict[tuple[str, bool], Visit] = {}

    def find(scheme: str, scripts: bool) -> Visit:
        if (scheme, scripts) not in visits:
            options = {"color_scheme": scheme, "java_script_enabled": scripts}
            visits[scheme, scripts] = start_visit(chromium, site, element_limit_ms, **options)
        return visits[scheme, scripts]

    yield find
    for visit in visits.values():
        visit.context.close()
