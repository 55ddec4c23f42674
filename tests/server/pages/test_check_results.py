"""What the checks find is on the page of results and on the page of each thing."""

from __future__ import annotations

import pytest

import ipgraph
from ipgraph.settings import Settings

DATA = """
@prefix : <http://example.org/id/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:S sh:targetClass :Person ; sh:property [ sh:path :name ; sh:minCount 1 ; sh:severity sh:Warning ;
  sh:message "A person needs a <name>."@en, "Hace falta un nombre."@es ] .
:ada a :Person ; :name "Ada" .
:charles a :Person ; :age 1 .
"""
PAGE = "/describe?uri=http%3A%2F%2Fexample.org%2Fid%2F"
SHOWN = "A person needs a &lt;name&gt;."


@pytest.fixture
def shaped(tmp_path):
    (tmp_path / "shaped.ttl").write_text(DATA, encoding="utf-8")
    return ipgraph.open(tmp_path, settings=Settings(cache=str(tmp_path / "cache")))


def page(server, path, **headers):
    return server.ask(path, Accept="text/html", **headers)


def test_a_page_shows_its_findings_once_the_check_has_run(shaped, serve):
    with serve(shaped) as server:
        first = page(server, f"{PAGE}charles")
        server.wait_until(lambda: SHOWN in page(server, f"{PAGE}charles").body.decode())
        later = page(server, f"{PAGE}charles")
        assert later.headers["ETag"]
        assert SHOWN.encode() in later.body
        if SHOWN.encode() not in first.body and first.headers["ETag"]:
            again = page(server, f"{PAGE}charles", If_None_Match=first.headers["ETag"])
            assert (again.status, again.body) == (200, later.body)
        assert SHOWN not in page(server, f"{PAGE}ada").body.decode()


def test_the_page_of_results_has_severity_language_and_links(shaped, serve):
    with serve(shaped) as server:
        server.wait_for("/quality")
        text = page(server, "/quality").body.decode()
        assert SHOWN in text
        assert 'href="/describe?uri=http' in text
        assert "warning" in text
        assert "Hace falta un nombre." in page(server, "/quality?lang=es").body.decode()
        (row,) = server.ask("/quality?format=json").json()
        assert (row["check"], row["severity"]) == ("shapes/S/name", "warning")
        assert row["place"].startswith("shaped.ttl:")
