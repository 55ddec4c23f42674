"""Downloads: whole files with their checksums, and the data of single pages."""

from __future__ import annotations

import hashlib

import pytest


def test_every_file_has_the_displayed_checksum(visitor):
    page = visitor().open("/downloads")
    rows = page.get_by_role("row").filter(has=page.locator("td.sha code")).all()
    assert len(rows) >= 6
    for row in rows:
        with page.expect_download() as started:
            row.get_by_role("link").click()
        checksum = hashlib.sha256(started.value.path().read_bytes()).hexdigest()
        assert checksum == row.locator("td.sha").inner_text()
        assert started.value.suggested_filename == row.get_by_role("link").inner_text()


def test_the_download_commands_can_be_copied(visitor):
    visit = visitor(permissions=["clipboard-read", "clipboard-write"])
    page = visit.open("/downloads")
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    assert f"curl -O {visit.site}/downloads/" in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize(
    ("name", "media_type", "part"),
    [
        ("Turtle", "text/turtle", "@prefix"),
        ("JSON-LD", "application/ld+json", "@id"),
        ("RDF/XML", "application/rdf+xml", "<rdf:RDF"),
        ("N-Triples", "application/n-triples", "<https://w3id.org/ipgraph/id/pscd>"),
    ],
)
def test_an_entity_can_be_downloaded_in_every_format(visitor, name, media_type, part):
    visit = visitor()
    page = visit.open("/page/pscd")
    formats = page.get_by_role("list", name="Formats")
    address = formats.get_by_role("link", name=name).get_attribute("href")
    response = visit.context.request.get(visit.site + address)
    assert response.headers["content-type"].split(";")[0] == media_type
    assert part in response.text()
    assert "Protective Security Coordination Division" in response.text()


@pytest.mark.parametrize("path", ["/browse?type=ip:Division", "/sources", "/questions/units-of"])
def test_a_list_can_be_downloaded_as_csv_and_json(visitor, path):
    visit = visitor()
    page = visit.open(path)
    for name, start in (("This list as JSON", ("[", "{")), ("This list as CSV", None)):
        address = page.get_by_role("link", name=name).first.get_attribute("href")
        text = visit.context.request.get(visit.site + address).text()
        assert text.startswith(start) if start else text.count("\n") > 3
