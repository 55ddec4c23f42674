"""What is wrong with a page in one visitor's eyes: at each width, with or without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from support.visits import Visit

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 768, 1280)
# Timers do not run where scripts are off, promises do; so axe, and axe alone, gets this timer.
# Nothing of it waits, so that its report is there as soon as it has run.
AXE = f"""() => (function (setTimeout) {{ {AXE_SCRIPT} }})(
  (call, _, ...more) => {{ Promise.resolve().then(() => call(...more)); return 0; }})"""
# Axe parses the few colors of a page once for each element and each of its ancestors, which takes a
# third of its time. Here it parses each color once.
REMEMBER_COLORS = """() => {
  const colors = new Map();
  const prototype = axe.commons.color.Color.prototype;
  const parse = prototype.parseString;
  prototype.parseString = function (text) {
    if (!colors.has(text)) colors.set(text, parse.call(new axe.commons.color.Color(), text));
    const {r, g, b, alpha} = colors.get(text);
    return Object.assign(this, {r, g, b, alpha});
  };
}"""
EXAMINE = """([rules, later]) => {
  window.examined = null;
  const examine = () => axe.run({
    runOnly: rules, resultTypes: ["violations"], iframes: false, preload: false,
  }).then(found => {
    window.examined = {
      width: innerWidth,
      needed: document.documentElement.scrollWidth,
      text: document.body.innerText,
      rules: found.passes.length,
      broken: found.violations.flatMap(rule =>
        rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`)),
    };
  }, error => { window.examined = {failure: String(error)}; });
  if (!later) return void examine();
  window.ended = new Promise(done => {
    setTimeout(() => examine().then(done), 0);
  });
}"""


def faults(path: str, text: str, *visits: Visit) -> list[str]:
    """Return what is wrong with a page that should say a text, one line each.

    Several visitors look at once, those without scripts last: while the call that examines a page
    without scripts lasts, another processor examines the one with them.
    """
    found: list[str] = []
    for visit in visits:
        visit.goto(path)
        if visit.scripts:
            settle(visit.page)
        visit.page.evaluate(AXE)
        visit.page.evaluate(REMEMBER_COLORS)
        if visit.page.locator("h1").count() != 1:
            found.append("not one heading of level 1")
    for width in WIDTHS:
        for visit in visits:
            visit.page.set_viewport_size({"width": width, "height": 800})
            visit.page.evaluate(EXAMINE, [RULES, visit.scripts])
        for visit in visits:
            whose = "" if visit.scripts else " (without scripts)"
            found += [f"{width}: {item}{whose}" for item in _examined(visit, width, text)]
    for visit in visits:
        found += visit.problems
        visit.problems.clear()
    return found


def settle(page: Page) -> None:
    """Wait for what the page's own scripts add."""
    if page.locator("#graph").count():
        page.locator("#graph[data-ready]").wait_for()
    if page.locator("textarea[data-sparql]").count():
        page.locator(".editor[data-ready]").wait_for()


def _examined(visit: Visit, width: int, text: str) -> list[str]:
    if visit.scripts:
        visit.page.evaluate("window.ended")
    seen: dict[str, Any] | None = visit.page.evaluate("window.examined")
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
