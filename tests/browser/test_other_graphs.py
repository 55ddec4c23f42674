"""Another graph, served: search, pages, queries and the explorer use its own labels."""

from __future__ import annotations

import pytest

import ipgraph
from ipgraph.settings import Settings
from support.walking import faults

DATA = """
@prefix : <http://example.org/id/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix terms: <http://example.org/terms#> .
:ada a foaf:Person ; foaf:name "Ada Lovelace" ; foaf:knows :charles ;
  terms:address [ terms:city "London" ; terms:street "St James's Square" ] .
:charles a foaf:Person ; foaf:name "Charles Babbage" ; terms:designed :engine .
:engine a terms:Engine ; skos:prefLabel "Analytical Engine"@en, "Machine analytique"@fr ;
  dcterms:isPartOf :collection ; terms:heightInMetres 4.5 .
:engine terms:parts ( "mill" "store" [ a terms:Part ; terms:made "brass" ] ) .
terms:Engine rdfs:subClassOf [ a owl:Restriction ; owl:onProperty terms:parts ;
  owl:minCardinality 1 ] , [ a owl:Restriction ; owl:onProperty terms:parts ; owl:hasSelf true ] .
terms:parts rdfs:domain terms:Engine .
:engines a skos:Concept ; skos:prefLabel "Engines"@en ; skos:narrower :mills .
:mills a skos:Concept ; skos:prefLabel "Mills"@en .
:collection a terms:Collection ; rdfs:label "Collection of engines"@en .
"""
ADA = "/describe?uri=http://example.org/id/ada"
PAGES = {
    "/": "Person",
    "/browse": "Ada Lovelace",
    "/search?q=ada": "Ada Lovelace",
    ADA: "Charles Babbage",
    "/describe?uri=http://example.org/id/engine": "Collection of engines",
    "/ontology": "Engine",
    "/describe?uri=http://example.org/terms%23Engine": "at least 1",
    "/sources": "Named graphs",
    "/sparql": "Run query",
    "/graph?id=http://example.org/id/ada&levels=0": "As a list",
    "/downloads": "N-Quads",
    "/about": "Accessibility",
}


@pytest.fixture(scope="module")
def other(tmp_path_factory, serve_session):
    folder = tmp_path_factory.mktemp("other")
    (folder / "other.ttl").write_text(DATA, encoding="utf-8")
    kg = ipgraph.open(folder / "other.ttl", settings=Settings(cache=str(folder / "cache")))
    with serve_session(kg) as server:
        server.wait_for("/downloads")
        yield server.address.rstrip("/")


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("path", list(PAGES))
def test_a_page_of_another_graph_has_no_fault(visitor, other, path, scripts):
    visit = visitor(at=other, java_script_enabled=scripts)
    assert faults(path, PAGES[path], visit) == []


def test_an_entity_is_found_by_its_label_and_its_relations_are_followed(visitor, other):
    page = visitor(at=other).open("/")
    page.get_by_role("combobox").first.press_sequentially("ada lo")
    page.get_by_role("option", name="Ada Lovelace").click()
    page.get_by_role("heading", level=1, name="Ada Lovelace").wait_for()
    page.locator("dl.rel").get_by_role("link", name="Charles Babbage").click()
    page.locator("dl.rel").get_by_role("link", name="Analytical Engine").click()
    page.get_by_role("heading", level=1, name="Analytical Engine").wait_for()


def test_the_editor_completes_with_terms_of_the_served_graph(visitor, other):
    page = visitor(at=other).open("/sparql?query=SELECT%20%3Fx%20WHERE%20%7B%20%3Fx%20a%20%7D")
    page.locator(".editor[data-ready]").wait_for()
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("pers", delay=15)
    page.locator(".cm-tooltip-autocomplete").get_by_text("Person").first.click()
    page.keyboard.press("Control+Enter")
    table = page.get_by_role("region", name="Results table")
    table.get_by_role("link", name="Ada Lovelace").wait_for()
    table.get_by_role("link", name="Charles Babbage").wait_for()
