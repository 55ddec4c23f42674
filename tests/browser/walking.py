"""What is wrong with a page in one visitor's eyes: at each width, with or without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from conftest import Visit
    from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 768, 1280)
# Timers do not run where scripts are off, promises do; so axe, and axe alone, gets this timer.
# Nothing of it waits, so that its report is there as soon as the call has returned.
AXE = f"""() => (function (setTimeout) {{ {AXE_SCRIPT} }})(
  (call, _, ...more) => {{ Promise.resolve().then(() => call(...more)); return 0; }})"""
EXAMINE = """rules => {
  window.examined = null;
  axe.run({runOnly: rules, resultTypes: ["violations"], iframes: false, preload: false}).then(
    found => {
      window.examined = {
        width: innerWidth,
        needed: document.documentElement.scrollWidth,
        text: document.body.innerText,
        rules: found.passes.length,
        broken: found.violations.flatMap(rule =>
          rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`)),
      };
    }, error => { window.examined = {failure: String(error)}; });
}"""


def faults(visit: Visit, path: str, text: str) -> list[str]:
    """Return what is wrong with a page that should say a text, one line each."""
    page = visit.page
    page.goto(visit.site + path)
    if visit.scripts:
        settle(page)
    page.evaluate(AXE)
    found = [] if page.locator("h1").count() == 1 else ["not one heading of level 1"]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width}: {each}" for each in _examined(page, width, text)]
    found += visit.problems
    visit.problems.clear()
    return found


def settle(page: Page) -> None:
    """Wait for what the page's own scripts add."""
    if page.locator("#graph").count():
        page.locator("#graph[data-ready]").wait_for()
    if page.locator("textarea[data-sparql]").count():
        page.locator(".editor[data-ready]").wait_for()


def _examined(page: Page, width: int, text: str) -> list[str]:
    page.evaluate(EXAMINE, RULES)
    seen: dict[str, Any] | None = page.evaluate("window.examined")
    assert seen, "axe did not come to an end"
    assert "failure" not in seen, seen
    assert seen["rules"] > 10, "axe examined next to nothing"
    assert seen["width"] == width
    found: list[str] = list(seen["broken"])
    if text not in seen["text"]:
        found.append(f"nobody can read {text!r}")
    if seen["needed"] > width:
        found.append(f"scrolls sideways: {seen['needed']} px are needed")
    return found
