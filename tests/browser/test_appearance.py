"""Appearance by user preference: theme, language, print, motion and colors."""

from __future__ import annotations

import pytest

from support.walking import faults

BACKGROUND = "getComputedStyle(document.body).backgroundColor"
STROKE_AND_TEXT = """() => {
  const probe = document.createElement("i");
  probe.style.color = "CanvasText";
  document.body.append(probe);
  return [getComputedStyle(document.querySelector("svg.org rect")).stroke,
          getComputedStyle(probe).color];
}"""


def test_a_chosen_theme_is_remembered(visitor):
    visit = visitor(color_scheme="light")
    page = visit.open("/")
    page.get_by_role("button", name="Switch to dark theme").click()
    page = visit.open("/about")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Switch to light theme").wait_for()


def test_the_interface_stays_in_spanish_across_pages(visitor):
    page = visitor().open("/page/pscd")
    page.get_by_role("link", name="Español").click()
    page.locator("html[lang=es]").wait_for()
    page.get_by_role("heading", name="Relaciones").wait_for()
    page.get_by_role("link", name="Sectores").click()
    page.get_by_role("heading", name="Sectores de infraestructura crítica").wait_for()


@pytest.mark.parametrize("path", ["/", "/page/ip", "/sparql", "/graph"])
def test_the_skip_link_leads_to_the_content(visitor, path):
    page = visitor().open(path)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_system_theme_is_used_until_a_theme_is_chosen(visitor):
    page = visitor(color_scheme="dark").open("/")
    dark = page.evaluate(BACKGROUND)
    page.emulate_media(color_scheme="light")
    assert page.evaluate(BACKGROUND) != dark
    page.get_by_role("button", name="Switch to dark theme").click()
    assert page.evaluate(BACKGROUND) == dark


def test_a_search_in_spanish_stays_in_spanish(visitor):
    page = visitor(java_script_enabled=False).open("/?lang=es")
    page.get_by_role("searchbox").first.fill("PSCD")
    page.get_by_role("button", name="Buscar").first.click()
    page.locator("html[lang=es]").wait_for()
    page.locator(".hits").get_by_role("link").first.click()
    page.get_by_role("heading", name="Relaciones").wait_for()
    page.get_by_role("link", name="English").click()
    page.get_by_role("heading", name="Relationships").wait_for()


@pytest.mark.parametrize("path", ["/page/pscd", "/page/cfats", "/disagreements", "/sectors"])
def test_a_printed_page_has_its_content_and_no_controls(visitor, path):
    page = visitor(viewport={"width": 700, "height": 1000}).open(path)
    page.emulate_media(media="print")
    page.locator("h1").wait_for()
    page.locator("main").get_by_role("link").first.wait_for()
    for selector in ("header.site", "footer.site", "button.copy", "form", "details.noprint"):
        assert not any(element.is_visible() for element in page.locator(selector).all()), selector
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize(("motion", "scroll"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_scrolling_follows_the_motion_preference_and_nothing_is_animated(visitor, motion, scroll):
    page = visitor(reduced_motion=motion).open("/page/ip")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == scroll
    animation_count = page.evaluate("document.getAnimations().length")
    assert animation_count == 0


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "Start here"),
        ("/page/ip", "Relationships"),
        ("/sparql", "Run query"),
        ("/graph", "As a list"),
        ("/timeline", "established"),
    ],
)
def test_a_page_with_forced_colors_has_no_fault(visitor, path, text):
    assert faults(path, text, visitor(forced_colors="active")) == []


def test_the_boxes_of_a_picture_use_system_colors_if_colors_are_forced(visitor):
    page = visitor(forced_colors="active").open("/page/ip")
    stroke, system = page.evaluate(STROKE_AND_TEXT)
    assert stroke == system
