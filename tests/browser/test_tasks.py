"""What people come to do: find, read, follow, look back in time, ask, and explore."""

from __future__ import annotations

import re

import pytest

QUERY_START = "PREFIX ip: <https://w3id.org/ipgraph/ontology/>\nSELECT ?x WHERE {\n}"


def editor(page):
    page.locator(".editor[data-ready]").wait_for()
    return page.locator(".cm-content")


def test_a_suggestion_is_chosen_by_keyboard(visitor):
    page = visitor().open("/")
    page.get_by_role("combobox", name="Search for an organization").first.type("bombing prev")
    page.get_by_role("option", name="Office for Bombing Prevention").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/page/obp")
    assert page.get_by_role("heading", level=1).inner_text().startswith("Office for Bombing")


def test_an_acronym_is_searched_for_and_narrowed_by_kind(visitor):
    page = visitor().open("/search?q=PSCD")
    first = page.locator(".hits li").first
    assert "Protective Security Coordination Division" in first.inner_text()
    page = visitor().open("/search?q=protective")
    page.get_by_role("navigation", name="Narrow by kind").get_by_role(
        "link", name="Program"
    ).click()
    assert set(page.locator(".hits .kind").all_inner_texts()) == {"Program"}


def test_browsing_shows_only_names_with_a_text(visitor):
    page = visitor().open("/browse")
    page.get_by_label("Show only names with").type("argonne")
    visible = page.locator("#kinds li:visible")
    assert visible.count() == 1
    assert "Argonne National Laboratory" in visible.first.inner_text()


def test_a_statement_is_followed_to_its_source_and_back(visitor):
    page = visitor().open("/page/iicd")
    mark = page.locator(".lead .ref").first
    mark.click()
    assert re.search(r"#s\d+$", page.url)
    page.locator("#sources ~ ol, ol.sources").get_by_role("link").first.click()
    page.get_by_role("heading", name="What we state from it").wait_for()
    page.get_by_role("link", name="Infrastructure Information Collection Division").first.click()
    page.wait_for_url("**/page/iicd")


def test_an_inferred_statement_leads_to_its_proof(visitor):
    page = visitor().open("/page/ip/related/ip:partOf?direction=in")
    page.get_by_role("link", name="Why:").first.click()
    page.get_by_role("heading", name="Why this holds").wait_for()
    assert page.get_by_text("Stated in").count() >= 2
    assert page.get_by_text("Nobody states it").is_visible()


def test_a_year_shows_what_held_then(visitor):
    page = visitor().open("/page/ip")
    page.get_by_label("As of the year").fill("2006")
    page.locator("form[action='#history'] button").click()
    page.wait_for_url("**year=2006**")
    history = page.locator("section[aria-labelledby=history]").inner_text()
    assert "Preparedness Directorate" in history
    assert "National Protection and Programs Directorate" not in history


def test_completion_finds_a_property_and_a_thing_by_label_and_writes_the_prefix(visitor):
    page = visitor().open("/sparql?query=" + "SELECT%20%3Fx%20WHERE%20%7B%0A%0A%7D")
    editor(page).click()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("?x works thr", delay=10)
    page.keyboard.press("Control+Space")
    page.locator(".cm-tooltip-autocomplete").get_by_text("works through").first.click()
    page.keyboard.type("bombing prev", delay=15)
    page.locator(".cm-tooltip-autocomplete").get_by_text("Office for Bombing").first.click()
    text = page.locator("textarea[name=query]").input_value()
    assert "?x ip:worksThrough id:obp" in text
    assert "PREFIX id: <https://w3id.org/ipgraph/id/>" in text
    assert "PREFIX ip: <https://w3id.org/ipgraph/ontology/>" in text
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="Protective Security Coordination Division").first.wait_for()


def test_the_keyboard_can_leave_the_editor(visitor):
    page = visitor().open("/sparql")
    editor(page).click()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.textContent.trim()")
    assert focused == "Run query"


def test_a_broken_query_is_marked_in_the_editor(visitor):
    page = visitor().open("/sparql?query=SELECT%20%3Fx%20WHERE%20%7B%20%3Fx%20a%20%7D")
    editor(page)
    page.get_by_role("alert").wait_for()
    page.locator(".cm-lintRange-error").first.wait_for()


def test_menus_write_a_query_and_show_its_answer(visitor):
    page = visitor(java_script_enabled=False).open("/sparql")
    page.get_by_label("Of which things").select_option(label="division")
    page.get_by_label("What is asked for").select_option(label="programs")
    page.get_by_label("By which relation").select_option(label="works through")
    page.get_by_role("button", name="Ask").click()
    assert page.get_by_role("link", name="Regional Resiliency Assessment Program").count()
    assert "ip:worksThrough" in page.locator("textarea[name=query]").input_value()


def test_an_answer_is_drawn_as_a_chart_and_taken_as_a_workbook(visitor):
    visit = visitor()
    page = visit.open(
        "/sparql?query=SELECT%20%3Fkind%20(COUNT(%3Fx)%20AS%20%3Fn)%20WHERE%20%7B%3Fx%20a%20%3Fkind"
        "%7D%20GROUP%20BY%20%3Fkind"
    )
    page.get_by_role("link", name="Draw a chart").click()
    assert page.get_by_role("img", name="kind, n").is_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Excel").click()
    assert started.value.suggested_filename == "results.xlsx"


def test_a_question_is_asked_of_another_organization(visitor):
    page = visitor().open("/questions/units-of")
    field = page.get_by_label("The organization")
    field.fill("")
    field.type("national protection and prog")
    page.get_by_role("option", name="National Protection and Programs Directorate").first.click()
    page.wait_for_url("**organization=NPPD**")
    table = page.get_by_role("region", name="Table of results")
    assert table.get_by_role("link", name="Office of Infrastructure Protection").count()


def test_an_example_is_loaded_into_the_editor(visitor):
    page = visitor(java_script_enabled=False).open("/sparql")
    page.get_by_label("Examples").select_option(value="careers")
    page.get_by_role("button", name="Show").click()
    assert "SELECT" in page.locator("textarea[name=query]").input_value()
    assert page.get_by_role("region", name="Table of results").get_by_role("row").count() > 2


def drawn(page):
    page.locator("#graph[data-ready]").wait_for()
    return int(page.locator("#graph-status").inner_text().split()[0])


def test_the_graph_is_explored_by_keyboard(visitor):
    page = visitor().open("/graph")
    before = drawn(page)
    page.locator("#graph").focus()
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.locator("#graph-panel h2").wait_for()
    page.locator("#graph-panel").get_by_role("button", name=re.compile("^Show")).click()
    page.wait_for_function(
        "n => parseInt(document.getElementById('graph-status').textContent) > n", arg=before
    )


def test_the_graph_is_explored_by_mouse_and_its_relations_are_chosen(visitor):
    page = visitor().open("/graph?id=dams-sector&levels=0")
    drawn(page)
    box = page.locator("#graph").bounding_box()
    page.mouse.click(box["x"] + 120, box["y"] + box["height"] / 2)
    page.locator("#graph-panel h2", has_text="Dams Sector").wait_for()
    page.locator("#graph-panel").get_by_role("button", name="Energy Sector").first.click()
    page.locator("#graph-panel h2", has_text="Energy Sector").wait_for()
    page.locator("#graph-relations").get_by_label("depends on").uncheck()


def test_the_theme_is_chosen_and_kept(visitor):
    visit = visitor(color_scheme="light")
    page = visit.open("/")
    page.get_by_role("button", name="Switch to dark theme").click()
    page = visit.open("/about")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.get_by_role("button", name="Switch to light theme").is_visible()


def test_an_identifier_is_copied(visitor):
    visit = visitor(permissions=["clipboard-read", "clipboard-write"])
    page = visit.open("/page/pscd")
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "https://w3id.org/ipgraph/id/pscd"


def test_the_interface_speaks_spanish_from_page_to_page(visitor):
    page = visitor().open("/page/pscd")
    page.get_by_role("link", name="Español").click()
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.get_by_role("heading", name="Relaciones").is_visible()
    page.get_by_role("link", name="Sectores").click()
    page.get_by_role("heading", name="Sectores de infraestructura crítica").wait_for()


@pytest.mark.parametrize("path", ["/", "/page/ip", "/sparql", "/graph"])
def test_the_first_key_leads_to_the_content(visitor, path):
    page = visitor().open(path)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    assert page.evaluate("document.activeElement.id") == "main"
