"""Links of the pages of any RDF: none leads to a 404, and each address serves every client."""

from __future__ import annotations

import re
from html import unescape

import pytest

import ipgraph
from ipgraph.settings import Settings
from support.running import application, browser

DATA = """
@prefix : <http://example.org/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dct: <http://purl.org/dc/terms/> .
:minutes { :auk :eats :herring ; rdfs:label "Auk" ; :neverElsewhere [ :deep :unnamed ] . }
:titled { :puffin a :Bird ; rdfs:label "Puffin" . }
:minutes-of-2024 { :puffin :notedIn :minutes ; :onDay "2024-01-01" . }
:titled dct:title "A graph with a title" ; :keeper :auk .
"""
START = ("/", "/browse", "/sources", "/ontology", "/downloads", "/about")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    path = tmp_path_factory.mktemp("links") / "birds.trig"
    path.write_text(DATA, encoding="utf-8")
    graph = ipgraph.open(path, settings=Settings(cache=str(path.parent / "cache")))
    with application(graph) as app:
        yield browser(app)


def status(client, path, accept="text/html"):
    with client.get(path, headers={"Accept": accept}) as reply:
        return reply.status_code


def links(client, path):
    with client.get(path) as reply:
        text = reply.text if reply.content_type.startswith("text/html") else ""
    main = text.partition("<main")[2]
    return {unescape(link) for link in re.findall(r'href="(/[^"#]*)', main)}


@pytest.fixture(scope="module")
def reached(client):
    """Every address that links lead to, but queries, from the pages of `START`."""
    seen, ahead = set(), [*START]
    while ahead:
        path = ahead.pop()
        if path not in seen and not path.startswith(("/sparql?", "/static/")):
            seen.add(path)
            ahead += links(client, path)
    return seen


def describe(name):
    return f"/describe?uri=http%3A%2F%2Fexample.org%2Fid%2F{name}"


def test_the_walk_meets_graphs_documents_and_properties(reached):
    for name in ("minutes", "titled", "eats", "neverElsewhere", "deep", "auk"):
        assert describe(name) in reached


def test_no_link_leads_to_a_page_that_does_not_exist(client, reached):
    assert [path for path in sorted(reached) if status(client, path) == 404] == []


def test_an_address_that_serves_a_page_serves_a_client_that_takes_anything(client, reached):
    assert [path for path in sorted(reached) if status(client, path, "*/*") >= 400] == []


def test_a_graph_that_nothing_describes_is_a_list_of_its_statements(client):
    page = client.get(describe("minutes-of-2024")).text
    assert "2024-01-01" in page
    data = client.get(describe("minutes-of-2024") + "&format=nt").text
    assert '<http://example.org/id/onDay> "2024-01-01"' in data


def test_a_described_graph_links_to_its_statements(client):
    page = client.get(describe("titled")).text
    assert "A graph with a title" in page
    assert ">Auk<" in page
    assert "/source?uri=http%3A%2F%2Fexample.org%2Fid%2Ftitled" in page
    statements = client.get("/source?uri=http%3A%2F%2Fexample.org%2Fid%2Ftitled")
    assert "Puffin" in statements.text


def test_an_iri_that_names_no_graph_has_no_statements_of_its_own(client):
    assert client.get("/source?uri=http%3A%2F%2Fexample.org%2Fid%2Fnobody").status_code == 404
    assert client.get("/source").status_code == 400
    assert client.get("/source?uri=no+iri").status_code == 404


def test_the_statements_of_a_graph_include_things_without_an_iri(tmp_path):
    path = tmp_path / "menus.ttl"
    path.write_text('@prefix : <http://example.org/id/> . [ :dish "soup", [ :named "nested" ] ] .')
    graph = ipgraph.open(path, settings=Settings(cache=str(tmp_path / "cache")))
    with application(graph) as app:
        client = browser(app)
        (address,) = {link for link in links(client, "/sources") if link.startswith("/describe?")}
        text = client.get(address).text
    assert "A thing without an IRI" in text
    assert "soup" in text
    assert "nested" in text


def test_a_page_of_a_graph_that_is_read_in_part_says_so(client, monkeypatch):
    graph = "/source?uri=http%3A%2F%2Fexample.org%2Fid%2Fminutes"
    assert "grouped by subject" not in client.get(graph).text
    monkeypatch.setattr("ipgraph.entities.sources.MAX_READ", 2)
    assert "grouped by subject" in client.get(graph).text
