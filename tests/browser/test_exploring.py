"""The graph explorer: mouse, touch, keyboard, and the list with the same content."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def entity_count(page):
    page.locator("#graph[data-ready]").wait_for()
    return int(page.locator("#graph-status").inner_text().split()[0])


def changed_entity_count(page, before):
    """Wait until the graph has another number of entities, and return it."""
    status = page.locator("#graph-status")
    expect(status).not_to_have_text(f"{before} entities shown.")
    expect(status).to_have_text(re.compile(r"^\d+ entities shown"))
    return int(status.inner_text().split()[0])


def panel(page):
    return page.locator("#graph-panel")


def test_the_graph_is_explored_by_keyboard(visitor):
    page = visitor().open("/graph")
    before = entity_count(page)
    page.locator("#graph").focus()
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    panel(page).locator("h2").wait_for()
    panel(page).get_by_role("button", name=re.compile("^Show")).click()
    assert changed_entity_count(page, before) > before


def test_the_graph_is_explored_by_mouse_and_filtered_by_relation(visitor):
    page = visitor().open("/graph?id=dams-sector&levels=0")
    entity_count(page)
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
    before = entity_count(page)
    graph = page.locator("#graph")
    graph.scroll_into_view_if_needed()
    box = graph.bounding_box()
    page.touchscreen.tap(box["x"] + 100, box["y"] + box["height"] / 2)
    panel(page).get_by_role("heading", name="Office of Infrastructure Protection").wait_for()
    panel(page).get_by_role("button", name=re.compile("^Show")).tap()
    assert changed_entity_count(page, before) > before


def test_an_entity_is_reached_and_opened_by_keyboard_alone(visitor):
    page = visitor().open("/graph")
    entity_count(page)
    page.locator("#graph").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    chosen = panel(page).get_by_role("heading").inner_text()
    page.keyboard.press("Enter")  # shows its neighbors
    panel(page).get_by_role("button", name=re.compile("^Show")).wait_for(state="detached")
    page.locator("#graph").focus()
    page.keyboard.press("Enter")  # has no more to show: opens its page
    page.wait_for_url("**/page/**")
    assert chosen.split(" (")[0] in page.get_by_role("heading", level=1).inner_text()


def test_the_graph_works_with_animations(visitor):
    page = visitor(reduced_motion="no-preference").open("/graph")
    before = entity_count(page)
    page.locator("#graph").focus()
    page.keyboard.press("ArrowRight")
    panel(page).get_by_role("button", name=re.compile("^Show")).click()
    assert changed_entity_count(page, before) > before


def test_the_list_contains_the_entities_of_the_graph(visitor):
    page = visitor().open("/graph")
    entity_count(page)
    page.locator("#graph").focus()
    page.keyboard.press("ArrowRight")
    neighbors = panel(page).locator("li button").all_inner_texts()
    listed = page.locator("ul.tree").inner_text()
    assert len(neighbors) >= 5
    assert [name for name in neighbors if name not in listed] == []


def test_without_scripts_the_graph_is_a_picture_of_links_and_a_list(visitor):
    page = visitor(java_script_enabled=False).open("/graph")
    assert not page.locator("#graph").is_visible()
    page.locator("figure.org").get_by_role("link", name="Sector Outreach").first.click()
    page.wait_for_url("**/page/sopd")


def test_neighbors_that_could_not_be_loaded_can_be_requested_again(visitor):
    visit = visitor()
    page = visit.page
    page.route("**/graph/neighbors**", lambda route: route.abort())
    visit.goto("/graph")
    page.get_by_text("Could not load the neighbors.").wait_for()
    page.unroute("**/graph/neighbors**")
    page.get_by_role("button", name="Try again").click()
    page.get_by_text(re.compile(r"\d+ entities shown")).wait_for()
    assert ["ERR_FAILED" in problem for problem in visit.problems] == [True]
    visit.problems.clear()
