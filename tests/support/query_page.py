"""The parts of the page of queries: its editor, what is written in it, and its answer."""

from __future__ import annotations


def editor(page):
    page.locator(".editor[data-ready]").wait_for()
    return page.locator(".cm-content")


def written(page):
    return page.locator("textarea[name=query]").input_value()


def table(page):
    return page.get_by_role("region", name="Results table")
