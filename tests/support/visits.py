"""A visitor of the site in Chromium, and the problems that no page may cause."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Page,
        Request,
        Response,
    )


@dataclass
class Visit:
    """A page of one visitor, with all problems that were seen on it."""

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


def start_visit(chromium: Browser, site: str, limit_ms: float, **options: Any) -> Visit:
    """Open a page in a new context, and record console errors, exceptions and foreign requests.

    `limit_ms` is the limit of waits for elements. If the page or the browser ends, so do they.
    """
    context = chromium.new_context(**{"reduced_motion": "reduce", **options})
    context.set_default_timeout(limit_ms)
    visit = Visit(context, context.new_page(), site, options.get("java_script_enabled", True))
    _record_problems(visit)
    return visit


def _record_problems(visit: Visit) -> None:
    page, problems = visit.page, visit.problems

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _is_expected(message.text):
            problems.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((visit.site, "data:", "blob:")):
            problems.append(f"left the site: {request.url}")

    def on_response(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            problems.append(f"status {response.status}: {response.url}")

    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on("console", on_console)
    page.on("request", on_request)
    page.on("response", on_response)


def _is_expected(text: str) -> bool:
    """True for the report that Chromium itself makes of every status from 400 on."""
    return text.startswith("Failed to load resource: the server responded with a status of")
