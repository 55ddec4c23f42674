"""Queries without knowledge of SPARQL: menus, questions and examples."""

from __future__ import annotations

from support.query_page import editor, table, written


def test_menus_write_a_query_and_show_its_result(visitor):
    page = visitor(java_script_enabled=False).open("/sparql")
    page.get_by_label("Type of the subjects").select_option(label="division")
    page.get_by_label("Type of the results").select_option(label="programs")
    page.get_by_label("Relationship").select_option(label="works through")
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("link", name="Regional Resiliency Assessment Program").first.wait_for()
    assert "ip:worksThrough" in written(page)


def test_menus_work_by_keyboard_and_open_their_query_in_the_editor(visitor):
    page = visitor().open("/sparql")
    page.get_by_label("Type of the subjects").select_option(label="center")
    page.get_by_label("Type of the results").select_option(label="divisions")
    page.get_by_label("Relationship").select_option(label="unit of")
    page.get_by_label("Relationship").press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sparql?query=**")
    editor(page)
    assert "ip:Center" in written(page)
    page.get_by_role("heading", name="result").first.wait_for()


def test_a_question_can_be_asked_about_another_organization(visitor):
    page = visitor().open("/questions/units-of")
    field = page.get_by_label("The organization")
    field.fill("")
    field.press_sequentially("national protection and prog")
    page.get_by_role("option", name="National Protection and Programs Directorate").first.click()
    page.wait_for_url("**organization=NPPD**")
    table(page).get_by_role("link", name="Office of Infrastructure Protection").first.wait_for()


def test_a_question_can_be_asked_and_opened_in_the_editor(visitor):
    page = visitor(java_script_enabled=False).open("/questions")
    page.get_by_role("link", name="Which units are directly below").first.click()
    page.get_by_label("The organization").fill("NPPD")
    page.get_by_role("button", name="Ask").click()
    table(page).get_by_role("link", name="Office of Infrastructure Protection").first.wait_for()
    page.get_by_role("link", name="Open in the query editor").click()
    page.get_by_role("button", name="Run query").click()
    table(page).get_by_role("link", name="Office of Infrastructure Protection").first.wait_for()


def test_an_example_can_be_loaded_into_the_editor(visitor):
    page = visitor(java_script_enabled=False).open("/sparql")
    page.get_by_label("Examples").select_option(value="careers")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**example=careers**")
    assert "SELECT" in written(page)
    assert table(page).get_by_role("row").count() > 2


def test_an_example_can_be_changed_and_run_again(visitor):
    page = visitor().open("/sparql")
    page.get_by_label("Examples").select_option(value="careers")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**example=careers**")
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nLIMIT 1", delay=15)
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="1 result").wait_for()
    assert table(page).get_by_role("row").count() == 2
