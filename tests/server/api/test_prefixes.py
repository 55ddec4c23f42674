"""Prefixes over HTTP: those of the files and well-known ones need no declaration."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

import ipgraph
from ipgraph.namespaces.prefixes import Prefixes
from ipgraph.server.edition import Edition
from ipgraph.settings import Settings
from support.running import application

DATA = """
@prefix zoo: <http://e.example/zoo#> .
@prefix schema: <http://schema.org/> .
zoo:cat a zoo:Animal ; schema:name "cat" .
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoo")
    (folder / "zoo.ttl").write_text(DATA, encoding="utf-8")
    return ipgraph.open(folder, settings=Settings(cache=str(folder / "cache")))


@pytest.fixture(scope="module")
def served(graph, serve_session):
    with serve_session(graph) as running:
        yield running


def test_a_query_may_use_the_prefixes_of_the_files_and_well_known_ones(served):
    text = "SELECT ?n { zoo:cat schema:name ?n FILTER NOT EXISTS { ?n skos:broader ?x } }"
    for _ in range(2):  # from a worker, then from the cache
        assert served.query(text, "text/csv").body == b"n\r\ncat\r\n"


def test_a_declaration_in_the_query_wins(served):
    text = "PREFIX zoo: <http://e.example/other#> ASK { zoo:cat ?p ?o }"
    assert served.query(text).json()["boolean"] is False


def test_an_unknown_prefix_is_still_an_error(served):
    reply = served.query("ASK { zoos:cat ?p ?o }")
    assert reply.status == 400
    assert "zoos:" in reply.json()["detail"]


def test_a_graph_in_from_may_be_a_prefixed_name(graph):
    with application(graph) as app:
        found = app.service.edition.inspect("ASK FROM zoo:graph { ?s ?p ?o }")
    assert found.default_graphs == ("http://e.example/zoo#graph",)


def test_documents_declare_the_prefixes_of_the_files(served):
    reply = served.query("CONSTRUCT { zoo:cat a ?c } { zoo:cat a ?c }", "text/turtle")
    assert b"@prefix zoo: <http://e.example/zoo#> ." in reply.body
    assert b"zoo:cat a zoo:Animal" in reply.body
    assert b"@prefix skos:" not in reply.body
    assert served.ask("/prefixes", Accept="application/json").json()["zoo"] == (
        "http://e.example/zoo#"
    )
    described = served.ask("/void.ttl").body
    assert b"@prefix zoo: " in described
    vocabularies = {
        quad.object.value
        for quad in ox.parse(described, format=ox.RdfFormat.TURTLE)
        if quad.predicate.value.endswith("void#vocabulary")
    }
    assert "http://e.example/zoo#" in vocabularies


def test_a_query_that_declares_its_prefixes_is_sent_as_it_is(graph):
    with application(graph) as app:
        inspect = app.service.edition.inspect
        own = inspect("PREFIX zoo: <http://e.example/zoo#> SELECT * { ?s a zoo:Animal }")
        assert own.assumed == ()
        assert inspect("SELECT * { ?s a zoo:Animal }").assumed == (
            ("zoo", "http://e.example/zoo#"),
        )


def test_other_prefixes_make_another_edition(graph):
    name = Edition(graph, graph.settings).name
    other = ipgraph.open(
        graph.recipe.inputs[0].path.parent,
        settings=graph.settings,
    )
    other.__dict__["prefixes"] = Prefixes({"zoo": "http://e.example/another#"})
    assert Edition(other, graph.settings).name != name
