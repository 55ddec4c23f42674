"""Ways to find an entity: name, acronym, misspelling, class, or another entity."""

from __future__ import annotations

import re


def combobox(page):
    return page.get_by_role("combobox", name="Search by name").first


def test_a_suggestion_is_chosen_by_keyboard(visitor):
    page = visitor().open("/")
    combobox(page).press_sequentially("bombing prev")
    page.get_by_role("option", name="Office for Bombing Prevention").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/page/obp")
    assert page.get_by_role("heading", level=1).inner_text().startswith("Office for Bombing")


def test_a_suggestion_is_chosen_by_mouse(visitor):
    page = visitor().open("/")
    combobox(page).press_sequentially("bombing prev")
    page.get_by_role("option", name="Office for Bombing Prevention").first.click()
    page.wait_for_url("**/page/obp")


def test_suggestions_can_be_dismissed_to_search_for_the_typed_text(visitor):
    page = visitor().open("/")
    box = combobox(page)
    box.press_sequentially("bombing")
    page.get_by_role("option").first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert page.get_by_role("option").count() == 0
    assert box.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=bombing")
    page.get_by_text("results for “bombing”").wait_for()


def test_search_works_without_scripts(visitor):
    page = visitor(java_script_enabled=False).open("/")
    page.get_by_role("searchbox", name="Search by name").first.fill("bombing prev")
    page.get_by_role("button", name="Search").first.click()
    page.locator(".hits").get_by_role("link", name="Office for Bombing Prevention").first.click()
    assert page.url.endswith("/page/obp")


def test_a_misspelled_name_leads_to_the_intended_entity(visitor):
    page = visitor().open("/search?q=protectve+secrity")
    page.get_by_text("No results for “protectve secrity”").wait_for()
    page.get_by_role("link", name="Protective Security Advisor Program").click()
    page.get_by_role("heading", level=1, name="Protective Security Advisor Program").wait_for()


def test_an_acronym_is_found_and_results_are_filtered_by_type(visitor):
    page = visitor().open("/search?q=PSCD")
    first = page.locator(".hits li").first
    assert "Protective Security Coordination Division" in first.inner_text()
    page = visitor().open("/search?q=protective")
    page.get_by_role("navigation", name="Filter by type").get_by_role(
        "link", name="Program"
    ).click()
    page.wait_for_url("**type=**")
    assert set(page.locator(".hits .kind").all_inner_texts()) == {"Program"}


def test_the_name_filter_shows_only_matching_names(visitor):
    page = visitor().open("/browse")
    page.get_by_label("Filter names").press_sequentially("argonne")
    visible = page.locator("#kinds li:visible")
    assert visible.count() == 1
    assert "Argonne National Laboratory" in visible.first.inner_text()


def test_a_class_can_be_browsed_by_first_letter(visitor):
    page = visitor(java_script_enabled=False).open("/browse")
    page.get_by_role("link", name=re.compile(r"^All \d+ offices$")).click()
    page.get_by_role("navigation", name="By first letter").get_by_role("link", name="E").click()
    page.wait_for_url("**letter=E**")
    names = page.locator("main ul.columns a").all_inner_texts()
    assert "Energy Assurance Office" in names
    assert {name[0] for name in names} == {"E"}


def test_relations_lead_from_an_office_to_a_sector_and_back(visitor):
    page = visitor().open("/page/ip")
    relations = page.locator("section[aria-labelledby=relationships]")
    division = relations.get_by_role("link", name="Protective Security Coordination Division")
    division.first.click()
    relations.get_by_role("link", name="Regional Resiliency Assessment Program").click()
    relations.get_by_role("link", name="Commercial Facilities Sector").first.click()
    page.get_by_role("heading", level=1, name="Commercial Facilities Sector").wait_for()
    page.go_back()
    page.wait_for_url("**/page/rrap")
    page.go_back()
    page.wait_for_url("**/page/pscd")
    page.get_by_role("navigation", name="Part of").get_by_role("link", name="IP").click()
    page.wait_for_url("**/page/ip")


def test_a_long_list_of_relations_can_be_opened_completely(visitor):
    page = visitor().open("/page/ip")
    shown = page.locator("dl.rel > div", has=page.get_by_role("link", name="All 9"))
    shown_count = shown.first.locator("li").count()
    shown.first.get_by_role("link", name="All 9").click()
    page.wait_for_url("**/page/ip/related/**")
    assert shown_count < 9
    assert page.locator("main li:has(a)").count() >= 9


def test_sources_can_be_searched_and_sorted(visitor):
    page = visitor().open("/sources")
    page.get_by_label("Title, publisher or type").fill("chemical")
    page.get_by_role("button", name="Search").last.click()
    page.wait_for_url("**/sources?q=chemical**")
    table = page.get_by_role("table")
    assert table.get_by_role("rowheader").count() > 3
    table.get_by_role("link", name="Statements").click()
    page.wait_for_url("**sort=statements**")
    numbers = [int(text.replace(",", "")) for text in table.locator("td.num").all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True)


def test_events_can_be_filtered_by_year(visitor):
    page = visitor(java_script_enabled=False).open("/timeline")
    page.get_by_label("From").fill("2007")
    page.get_by_label("to", exact=True).fill("2007")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**from=2007**")
    years = page.get_by_role("heading", level=2, name=re.compile(r"^\d{4}$")).all_inner_texts()
    assert years == ["2007"]


def test_a_class_of_the_ontology_leads_to_a_query_for_its_entities(visitor):
    page = visitor().open("/ontology")
    page.locator("main").get_by_role("link", name="division", exact=True).first.click()
    page.get_by_role("heading", level=1, name="Division").wait_for()
    page.get_by_role("link", name="Query with SPARQL").click()
    page.locator(".editor[data-ready]").wait_for()
    page.get_by_role("button", name="Run query").click()
    table = page.get_by_role("region", name="Results table")
    table.get_by_role("link", name="Sector Outreach and Programs Division").first.wait_for()


def test_a_wrong_address_offers_a_search_for_its_words(visitor):
    page = visitor().open("/page/bombing-prevention")
    form = page.locator("main").get_by_role("search")
    assert "bombing" in form.get_by_role("combobox").input_value()
    form.get_by_role("button").click()
    page.locator(".hits").get_by_role("link", name="Office for Bombing Prevention").first.wait_for()
