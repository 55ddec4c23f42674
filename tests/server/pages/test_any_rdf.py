"""Pages of another graph: generic labels, terms of its data, and nothing of this project."""

from __future__ import annotations

import pytest

import ipgraph
from ipgraph.server.html import bundles
from ipgraph.server.pages.site import Site
from ipgraph.settings import Settings
from support.running import application, browser

DATA = """
@prefix : <http://example.org/id/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix ex: <http://example.org/terms#> .
:ada a foaf:Person ; foaf:name "Ada Lovelace" ; foaf:knows :charles ;
  ex:address [ ex:city "London" ; ex:street "St James's Square" ] .
:charles a foaf:Person ; foaf:name "Charles Babbage" ; ex:madeEngine :analytical-engine .
:analytical-engine a ex:Engine ; ex:heightInMetres 4.5 ; ex:about "Une machine"@fr .
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("other")
    (folder / "other.ttl").write_text(DATA, encoding="utf-8")
    return ipgraph.open(folder, settings=Settings(cache=str(folder / "cache")))


@pytest.fixture(scope="module")
def client(graph):
    with application(graph) as app:
        yield browser(app)


def describe(client, name):
    return client.get("/describe", query_string={"uri": f"http://example.org/id/{name}"}).text


def test_the_home_page_lists_the_classes(client):
    text = client.get("/").text
    assert "Person" in text
    assert "Engine" in text
    assert "Department of Homeland Security" not in text


def test_an_entity_is_described_with_readable_names(client):
    text = describe(client, "ada")
    assert "Ada Lovelace" in text
    assert "Charles Babbage" in text
    assert "London" in text
    assert ">analytical-engine<" in describe(client, "charles")


def test_a_text_keeps_its_language_and_a_number_its_lexical_form(client):
    text = describe(client, "analytical-engine")
    assert 'lang="fr">Une machine' in text
    assert "4.5" in text
    assert "Charles Babbage" in text


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=lovelace",
        "/browse",
        "/browse?type=http://xmlns.com/foaf/0.1/Person",
        "/ontology",
        "/describe?uri=http://xmlns.com/foaf/0.1/Person",
        "/describe?uri=http://xmlns.com/foaf/0.1/knows",
        "/sources",
        "/sparql",
        "/graph",
        "/downloads",
        "/about",
    ],
)
def test_every_page_loads(client, path):
    assert client.get(path).status_code == 200


def test_pages_of_the_project_alone_are_not_found(client):
    text = client.get("/").text
    for path in ("/sectors", "/timeline", "/questions"):
        assert f'href="{path}"' not in text
        assert client.get(path).status_code == 404


# Words on pages of the project's own graph that no page of another graph may contain.
PROJECT_WORDS = ("PSCD", "Infrastructure Protection", "Homeland", "United States", "CC BY", "a law")
SEA_BIRDS = """
@prefix : <http://birds.example.org/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:scheme a skos:ConceptScheme ; dct:title "Birds of the <North> Sea"@en, "Nordseevögel"@de ;
  dct:description "Sea birds, and where they were seen."@en .
:auk a skos:Concept ; skos:prefLabel "Auk"@en, "Alk"@de ; skos:exactMatch wd:Q28922 .
:puffin a skos:Concept ; skos:prefLabel "Puffin"@en ; skos:broader :auk ; skos:notation "PUF" ;
  skos:definition "Not a parrot. </p><script>alert(1)</script>"@en .
wd:Q28922 rdfs:label "Alcidae"@en ; wdt:P31 wd:Q16521 .
wd:Q16521 rdfs:label "taxon"@en .
"""


@pytest.fixture(scope="module")
def birds(tmp_path_factory):
    path = tmp_path_factory.mktemp("birds") / "birds.ttl"
    path.write_text(SEA_BIRDS, encoding="utf-8")
    graph = ipgraph.open(path, settings=Settings(cache=str(path.parent / "cache")))
    with application(graph) as app:
        yield browser(app)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?q=auk",
        "/search?q=nothing",
        "/browse",
        "/browse?type=skos:Concept",
        "/describe?uri=http://birds.example.org/id/puffin",
        "/describe?uri=http://www.wikidata.org/entity/Q28922",
        "/describe?uri=http://www.wikidata.org/prop/direct/P31",
        "/ontology",
        "/sources",
        "/sparql",
        "/graph?id=http://birds.example.org/id/auk",
        "/downloads",
        "/about",
    ],
)
def test_foreign_graph_pages_show_its_own_title_and_no_project_words(birds, path):
    text = birds.get(path).text
    assert "Birds of the &lt;North&gt; Sea</b>" in text
    assert [word for word in PROJECT_WORDS if word in text] == []
    assert "<script>alert" not in text


def test_the_home_page_shows_the_title_and_description_of_the_dataset(birds):
    text = birds.get("/").text
    assert "<h1>Birds of the &lt;North&gt; Sea</h1>" in text
    assert "Sea birds, and where they were seen." in text


def test_narrower_concepts_are_shown_as_parts(birds):
    found = birds.get("/graph/neighbors?id=http://birds.example.org/id/auk&levels=2").json
    assert [node["label"] for node in found["nodes"]] == ["Auk", "Puffin"]
    assert [(edge["label"], edge["part"]) for edge in found["edges"]] == [("broader", True)]


def test_the_python_sample_of_a_page_opens_the_served_graph(birds):
    text = birds.get("/describe?uri=http://birds.example.org/id/auk").text
    assert "ipgraph.open(&#34;http://localhost/sparql&#34;)" in text


def test_another_dataset_does_not_get_the_license_of_the_project(serve, tmp_path):
    (tmp_path / "birds.ttl").write_text(SEA_BIRDS, encoding="utf-8")
    kg = ipgraph.open(tmp_path / "birds.ttl", settings=Settings(cache=str(tmp_path / "cache")))
    with serve(kg) as service:
        for path in ("/void.ttl", "/data.json", "/llms.txt", "/openapi.json"):
            text = service.ask(path).body.decode()
            assert "creativecommons" not in text, path
            assert "Birds of the <North> Sea" in text, path


def test_query_results_show_labels(client):
    query = "SELECT ?person WHERE { ?person a <http://xmlns.com/foaf/0.1/Person> }"
    assert "Ada Lovelace" in client.get("/sparql", query_string={"query": query}).text


def test_an_unknown_entity_is_not_found(client):
    reply = client.get("/describe?uri=http://example.org/id/nobody")
    assert (reply.status_code, "<h1>" in reply.text) == (404, True)


def test_an_invalid_iri_is_not_found(client):
    assert client.get("/describe?uri=not an iri").status_code == 404


def test_missing_bundles_are_reported(monkeypatch, tmp_path):
    monkeypatch.setattr(bundles, "folder", lambda name: tmp_path)
    assert "npm registry" in bundles.lacking()
    dist = tmp_path / "static" / "dist"
    dist.mkdir(parents=True)
    (dist / "manifest.json").write_text("{}", encoding="utf-8")
    assert bundles.lacking() == ""


def test_pages_work_without_bundles(graph, monkeypatch):
    monkeypatch.setattr(Site, "bundles", {})
    with application(graph) as app:
        client = browser(app)
        for path in ("/", "/sparql", "/graph"):
            response = client.get(path)
            assert response.status_code == 200
            assert "/dist/" not in response.text
        assert "<textarea" in client.get("/sparql").text
