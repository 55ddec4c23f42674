"""The pages over RDF of somebody else's: labels by rule, terms from the data, nothing of ours."""

from __future__ import annotations

import pytest
from flask import Flask

import ipgraph
from ipgraph.errors import NotFound
from ipgraph.server import pages, shell
from ipgraph.server.shell import Site
from ipgraph.settings import Settings

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


def client_of(kg):
    app = Flask("ipgraph", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.register_blueprint(pages.blueprint(kg))
    return app.test_client()


@pytest.fixture(scope="module")
def client(graph):
    return client_of(graph)


def describe(client, name):
    return client.get("/describe", query_string={"uri": f"http://example.org/id/{name}"}).text


def test_the_home_page_counts_the_kinds_of_things(client):
    text = client.get("/").text
    assert "Person" in text
    assert "Engine" in text
    assert "Department of Homeland Security" not in text


def test_a_thing_is_told_by_readable_names(client):
    text = describe(client, "ada")
    assert "Ada Lovelace" in text
    assert "Charles Babbage" in text
    assert "London" in text
    assert ">Analytical engine<" in describe(client, "charles")


def test_a_text_keeps_its_language_and_a_number_its_form(client):
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
def test_every_page_answers(client, path):
    assert client.get(path).status_code == 200


def test_what_belongs_to_the_project_alone_is_not_offered(client):
    text = client.get("/").text
    for path in ("/sectors", "/timeline", "/questions"):
        assert f'href="{path}"' not in text
        assert client.get(path).status_code == 404


def test_a_query_is_answered_with_labels(client):
    query = "SELECT ?who WHERE { ?who a <http://xmlns.com/foaf/0.1/Person> }"
    assert "Ada Lovelace" in client.get("/sparql", query_string={"query": query}).text


def test_an_unknown_thing_is_not_found(client):
    with pytest.raises(NotFound):
        describe(client, "nobody")


def test_an_iri_that_is_none_is_not_found(client):
    with pytest.raises(NotFound):
        client.get("/describe?uri=not an iri")


def test_what_is_missing_without_bundles_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(shell, "folder", lambda name: tmp_path)
    assert "npm registry" in shell.lacking_bundles()
    made = tmp_path / "static" / "dist"
    made.mkdir(parents=True)
    (made / "manifest.json").write_text("{}", encoding="utf-8")
    assert shell.lacking_bundles() == ""


def test_without_bundles_every_page_still_reads(graph, monkeypatch):
    monkeypatch.setattr(Site, "bundles", {})
    client = client_of(graph)
    for path in ("/", "/sparql", "/graph"):
        response = client.get(path)
        assert response.status_code == 200
        assert "/dist/" not in response.text
    assert "<textarea" in client.get("/sparql").text
