"""A graph with contradictions, broken files and repaired terms is served; every page says so."""

from __future__ import annotations

import re

import pytest

import ipgraph
from ipgraph.settings import Settings
from support.running import application, browser

CATS = """\
@prefix : <http://e/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Cat a owl:Class ; owl:disjointWith :Dog ; rdfs:label "cat"@en .
:Dog a owl:Class ; rdfs:label "dog"@en .
:Poodle rdfs:subClassOf :Dog .
:rex a :Cat , :Poodle ; rdfs:label "Rex & <b>friends</b>" .
<http://e/> a owl:Ontology ; owl:imports <http://elsewhere/> .
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secret")
    (folder / "cats.ttl").write_text(CATS, encoding="utf-8")
    (folder / "broken.ttl").write_text("@prefix : <http://e/> .\n:a :p\n", encoding="utf-8")
    (folder / "odd.nt").write_text("<http://e/a b> <http://e/p> <http://e/c> .", encoding="utf-8")
    settings = Settings(cache=str(folder / "cache"), lenient=True)
    with application(ipgraph.open(folder, settings=settings)) as app:
        yield browser(app)


@pytest.fixture(scope="module")
def quality(client):
    return client.get("/quality").text


@pytest.mark.parametrize("path", ["/", "/search?q=rex", "/describe?uri=http://e/rex", "/about"])
def test_every_page_has_a_banner_that_leads_to_the_list(client, path):
    text = client.get(path).text
    assert "The data contradict themselves in 1 place." in text
    assert 'href="/quality#contradictions"' in text


def test_the_banner_speaks_the_language_of_the_page(client):
    assert "Los datos se contradicen en 1 lugar." in client.get("/?lang=es").text


def test_a_graph_without_contradictions_has_no_banner(project):
    with application(project) as app:
        assert "contradict themselves" not in browser(app).get("/").text


def test_the_contradictions_are_listed_with_sources_and_proofs(client, quality):
    listed = quality.partition('id="contradictions"')[2]
    assert "rule cax-dw" in re.sub(r"\s+", " ", listed)
    assert "Rex &amp; &lt;b&gt;friends&lt;/b&gt;" in listed
    (proof,) = set(re.findall(r'href="(/why\?[^"]*)"', listed))
    page = client.get(proof.replace("&amp;", "&"))
    assert page.status_code == 200
    assert "cax-sco" in page.text
    assert re.search(r"<cite>\s*cats\.ttl\s*</cite>", listed)


def test_broken_files_and_repairs_are_listed_without_the_folders_of_this_machine(quality):
    assert "broken.ttl:3:1" in quality
    assert "&lt;http://e/a b&gt;" in quality
    assert "&lt;http://e/a%20b&gt;" in quality
    assert "http://elsewhere/" in quality
    assert "secret" not in quality


def test_the_description_of_the_dataset_counts_the_contradictions(client):
    text = client.get("/void.ttl").text
    assert "http://www.w3.org/ns/dqv#" in text
    assert re.search(r"value>? 1\b|value> \"1\"", text)
