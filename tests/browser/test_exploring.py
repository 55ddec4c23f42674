"""Explore the graph by mouse, touch and keyboard; the list on the page says the same."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def drawn(page):
    page.locator("#graph[data-ready]").wait_for()
    return int(page.locator("#graph-status").inner_text().split()[0])


def grown(page, before):
    """Wait until the graph has another number of things, and return it."""
    status = page.locator("#graph-status")
    expect(status).not_to_have_text(f"{before} entities shown.")
    expect(status).to_have_text(re.compile(r"^\d+ entities shown"))
    return int(status.inner_text().split()[0])


def panel(page):
    return page.locator("#graph-panel")


def test_the_graph_is_explored_by_keyboard(visitor):
    page = visitor().open("/graph")
    before = drawn(page)
    page.locator("#graph").focus()
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    panel(page).locator("h2").wait_for()
    panel(page).get_by_role("button", name=re.compile("^Show")).click()
    assert grown(page, before) > before


def test_the_graph_is_explored_by_mouse_and_its_relations_are_chosen(visitor):
    page = visitor().open("/graph?id=dams-sector&levels=0")
    drawn(page)
    box = page.locator("#graph").bounding_box()
    page.mouse.click(box["x"] + 120, box["y"] + box["height"] / 2)
    panel(page).locator("h2", has_text="Dams Sector").wait_for()
    panel(page).get_by_role("button", name="Energy Sector").first.click()
    panel(page).locator("h2", has_text="Energy Sector").wait_for()
    page.locator("#graph-relations").get_by_label("depends on").uncheck()


def test_the_graph_is_explored_by_touch(visitor):
    page = visitor(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}).open(
        "/graph"
    )
    before = drawn(page)
    graph = page.locator("#graph")
    graph.scroll_into_view_if_needed()
    box = graph.bounding_box()
    page.touchscreen.tap(box["x"] + 100, box["y"] + box["height"] / 2)
    panel(page).get_by_role("heading", name="Office of Infrastructure Protection").wait_for()
    panel(page).get_by_role("button", name=re.compile("^Show")).tap()
    assert grown(page, before) > before


def test_a_thing_is_reached_and_opened_by_keyboard_alone(visitor):
    page = visitor().open("/graph")
    drawn(page)
    page.locator("#graph").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    chosen = panel(page).get_by_role("heading").inner_text()
    page.keyboard.press("Enter")  # shows its neighbours
    panel(page).get_by_role("button", name=re.compile("^Show")).wait_for(state="detached")
    page.locator("#graph").focus()
    page.keyboard.press("Enter")  # has no more to show: opens its page
    page.wait_for_url("**/page/**")
    assert chosen.split(" (")[0] in page.get_by_role("heading", level=1).inner_text()


def test_the_graph_moves_for_those_who_did_not_ask_it_not_to(visitor):
    page = visitor(reduced_motion="no-preference").open("/graph")
    before = drawn(page)
    page.locator("#graph").focus()
    page.keyboard.press("ArrowRight")
    panel(page).get_by_role("button", name=re.compile("^Show")).click()
    assert grown(page, before) > before


def test_the_list_names_what_the_graph_draws(visitor):
    page = visitor().open("/graph")
    drawn(page)
    page.locator("#graph").focus()
    page.keyboard.press("ArrowRight")
    neighbours = panel(page).locator("li button").all_inner_texts()
    listed = page.locator("ul.tree").inner_text()
    assert len(neighbours) >= 5
    assert [name for name in neighbours if name not in listed] == []


def test_without_scripts_the_graph_is_a_picture_of_links_and_a_list(visitor):
    page = visitor(java_script_enabled=False).open("/graph")
    assert not page.locator("#graph").is_visible()
    page.locator("figure.org").get_by_role("link", name="Sector Outreach").first.click()
    page.wait_for_url("**/page/sopd")


def test_neighbours_that_could_not_be_loaded_are_asked_for_again(visitor):
    visit = visitor()
    page = visit.page
    page.route("**/graph/neighbours**", lambda route: route.abort())
    visit.goto("/graph")
    page.get_by_text("Could not load the neighbors.").wait_for()
    page.unroute("**/graph/neighbours**")
    page.get_by_role("button", name="Try again").click()
    page.get_by_text(re.compile(r"\d+ entities shown")).wait_for()
    assert ["ERR_FAILED" in each for each in visit.problems] == [True]
    visit.problems.clear()
