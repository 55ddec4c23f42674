"""The parts of the query page: its editor, the query in it, and the results table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def editor(page: Page) -> Locator:
    """Return the text area of the editor, once its script is ready."""
    page.locator(".editor[data-ready]").wait_for()
    return page.locator(".cm-content")


def written(page: Page) -> str:
    """Return the query in the form."""
    return page.locator("textarea[name=query]").input_value()


def table(page: Page) -> Locator:
    """Return the results table."""
    return page.get_by_role("region", name="Results table")
