"""Each page as people meet it: light and dark, narrow and wide, with and without a script."""

from __future__ import annotations

import pytest
from addresses import ERRORS, PAGES
from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a visitor brings: colours, width, and whether scripts run.
WIDTHS = (320, 768, 1280)
VISITORS = [
    ("light", 1280, True),
    ("dark", 320, True),
    ("light", 768, False),
]


def settled(page):
    """Wait for what the page's own scripts add."""
    if page.locator("#graph").count():
        page.locator("#graph[data-ready]").wait_for()
    if page.locator("textarea[data-sparql]").count():
        page.locator(".editor[data-ready]").wait_for()


def violations(page):
    """Return what axe finds, one line each."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("path", [*PAGES, *ERRORS])
@pytest.mark.parametrize(("scheme", "width", "scripts"), VISITORS)
def test_a_page_reads_well_and_breaks_no_rule_of_accessibility(
    visitor, path, scheme, width, scripts
):
    visit = visitor(
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        java_script_enabled=scripts,
    )
    page = visit.open(path)
    expected = PAGES[path] if path in PAGES else ERRORS[path][1]
    assert page.get_by_text(expected).count() or expected in page.locator("body").inner_text()
    assert page.locator("h1").count() == 1
    if scripts:
        settled(page)
        assert violations(page) == []
    for each in WIDTHS:
        page.set_viewport_size({"width": each, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= each


@pytest.mark.parametrize("path", ["/", "/page/ip", "/search?q=protective", "/sparql", "/graph"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_most_seen_break_no_rule_in_any_dress(visitor, path, scheme):
    visit = visitor(color_scheme=scheme)
    page = visit.open(path)
    settled(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == [], width


@pytest.mark.parametrize("path", list(ERRORS))
def test_an_error_has_its_status_and_is_not_indexed(visitor, path):
    visit = visitor()
    response = visit.page.goto(visit.site + path)
    assert response.status == ERRORS[path][0]
    if not path.startswith(("/sparql", "/questions")):  # these keep their form
        assert visit.page.locator("meta[name=robots][content=noindex]").count() == 1


@pytest.mark.parametrize("path", ["/", "/page/ip", "/sparql", "/graph"])
def test_a_page_can_be_printed_and_needs_no_colours_of_its_own(visitor, path):
    visit = visitor(forced_colors="active")
    page = visit.open(path)
    settled(page)
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert not page.locator("header.site").is_visible()
