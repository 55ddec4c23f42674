"""A first visit: from the home page to an entity, its query, and the results."""

from __future__ import annotations


def test_a_visitor_goes_from_home_to_a_division_and_queries_it(visitor):
    visit = visitor()
    page = visit.open("/")
    page.get_by_role("link", name="Protective Security Coordination Division").first.click()
    page.get_by_role(
        "heading", level=1, name="Protective Security Coordination Division"
    ).wait_for()
    page.get_by_text("Office for Bombing Prevention").first.wait_for()
    assert page.get_by_role("link", name="More About the Office").count() >= 1

    page.get_by_role("link", name="Query with SPARQL").click()
    page.get_by_role("heading", level=1, name="Query the graph").wait_for()
    page.get_by_role("button", name="Run query").click()
    results = page.get_by_role("region", name="Results table")
    results.get_by_role("link", name="Office for Bombing Prevention").first.wait_for()
    page.get_by_role("heading", name="results").wait_for()


def test_the_same_journey_works_without_scripts(visitor):
    visit = visitor(java_script_enabled=False)
    page = visit.open("/page/pscd")
    page.get_by_role("link", name="Query with SPARQL").click()
    page.get_by_role("button", name="Run query").click()
    page.get_by_role("heading", name="results").wait_for()
    rows = page.get_by_role("region", name="Results table").get_by_role("row")
    assert rows.count() > 5


def test_an_invalid_query_keeps_its_text_and_shows_the_position(visitor):
    visit = visitor()
    page = visit.open("/sparql")
    page.locator("textarea[name=query]").evaluate(
        "area => { area.value = 'SELECT ?x WHERE { ?x a ';"
        " area.dispatchEvent(new Event('change')); }"
    )
    page.get_by_role("button", name="Run query").click()
    page.get_by_role("alert").wait_for()
    assert "Line 1, column" in page.get_by_role("alert").inner_text()
    assert page.locator("textarea[name=query]").input_value().startswith("SELECT ?x WHERE")
