"""Evidence on entity pages: sources, proofs, history, and conflicts between documents."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

import ipgraph
from support.walking import faults


def history_of(page):
    return page.locator("section[aria-labelledby=history]").inner_text()


def test_a_statement_leads_to_its_source_and_back(visitor):
    page = visitor().open("/page/iicd")
    mark = page.locator(".lead .ref").first
    mark.click()
    assert re.search(r"#s\d+$", page.url)
    page.locator("#sources ~ ol, ol.sources").get_by_role("link").first.click()
    page.get_by_role("heading", name="Statements from this document").wait_for()
    page.get_by_role("link", name="Infrastructure Information Collection Division").first.click()
    page.wait_for_url("**/page/iicd")


def test_an_inferred_statement_leads_to_its_proof(visitor):
    page = visitor().open("/page/ip/related/ip:partOf?direction=in")
    page.get_by_role("link", name="Why:").first.click()
    page.get_by_role("heading", name="Why this statement holds").wait_for()
    assert page.get_by_text("Stated in").count() >= 2
    page.get_by_text("No source states it").wait_for()


def test_a_year_shows_the_history_of_that_year(visitor):
    page = visitor().open("/page/ip")
    page.get_by_label("As of the year").fill("2006")
    page.locator("form[action='#history'] button").click()
    page.wait_for_url("**year=2006**")
    assert "Preparedness Directorate" in history_of(page)
    assert "National Protection and Programs Directorate" not in history_of(page)
    page.get_by_role("link", name="All years").click()
    page.get_by_role("link", name="Show all").click()
    page.wait_for_url("**history=all**")
    assert "National Protection and Programs Directorate" in history_of(page)


def test_a_conflict_leads_to_its_values_and_their_sources(visitor):
    page = visitor().open("/page/cfats")
    page.get_by_role("link", name="Sources differ").first.click()
    page.get_by_role("heading", level=1, name="Where sources differ").wait_for()
    about = page.locator("section.differ", has_text="Number of covered facilities")
    conflict = about.filter(has_text="3,242").or_(about.filter(has_text="3242")).first
    values = conflict.locator("ul.readings > li")
    assert values.count() >= 2
    assert all(value.locator("cite a").count() for value in values.all())
    values.first.locator("cite a").first.click()
    page.get_by_role("heading", name="Statements from this document").wait_for()


def test_an_identifier_can_be_copied(visitor):
    visit = visitor(permissions=["clipboard-read", "clipboard-write"])
    page = visit.open("/page/pscd")
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "https://w3id.org/ipgraph/id/pscd"


@pytest.fixture(scope="module")
def site_with_contact(project, serve_session):
    """The address of a server with a contact for error reports."""
    settings = replace(project.settings, contact="mailto:errors@example.org")
    kg = ipgraph.open(settings=settings)
    with serve_session(kg) as server:
        yield server.address.rstrip("/")


def test_an_error_report_contains_the_statement(visitor, site_with_contact):
    visit = visitor(at=site_with_contact)
    page = visit.open("/page/pscd")
    page.get_by_role("link", name="Report an error").click()
    page.wait_for_url("**/report?**")
    statement = page.get_by_role("listitem").filter(has_text="Regional Resiliency Assessment")
    message = unquote(statement.get_by_role("link").last.get_attribute("href"))
    assert message.startswith("mailto:errors@example.org?subject=")
    assert "Regional Resiliency Assessment Program" in message
    assert "https://w3id.org/ipgraph/id/pscd" in message


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("scripts", [True, False])
def test_the_report_page_has_no_fault(visitor, site_with_contact, scheme, scripts):
    visit = visitor(at=site_with_contact, color_scheme=scheme, java_script_enabled=scripts)
    address = "/report?uri=https%3A%2F%2Fw3id.org%2Fipgraph%2Fid%2Fpscd"
    assert faults(address, "Report an error in a statement", visit) == []
