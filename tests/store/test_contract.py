"""One contract for every store: in memory, on disk, and at an endpoint."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pyoxigraph as ox
import pytest

import ipgraph
from ipgraph.errors import BadQuery, StoreUnavailable
from ipgraph.serialization.query_result import Result
from ipgraph.settings import Settings
from ipgraph.store import Store
from ipgraph.store.local import LocalStore
from ipgraph.store.remote import RemoteStore

EX = "http://example.org/"
CAROL, KNOWS, DAVE = (ox.NamedNode(EX + name) for name in ("carol", "knows", "dave"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract")
    for name, statement in (("one", ":carol :name 'Carol'@en"), ("two", ":dave :age 41")):
        text = f"@prefix : <{EX}> . :carol :knows :dave . {statement} ."
        (folder / f"{name}.ttl").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def snapshot(files, tmp_path_factory):
    settings = Settings(cache=str(tmp_path_factory.mktemp("cache")))
    return ipgraph.open(files, settings=settings).built


@pytest.fixture(scope="module")
def endpoint(files, tmp_path_factory):
    """Return the address of an ipgraph service, which stands for any SPARQL 1.1 endpoint."""
    environment = {**os.environ, "IPGRAPH_CACHE": str(tmp_path_factory.mktemp("served"))}
    command = [sys.executable, "-m", "ipgraph", "serve", str(files), "--port", "0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            address = re.search(r"http://\S+/", process.stderr.readline())
            assert address, process.stderr.read()
            yield address.group() + "sparql"
        finally:
            process.terminate()
            process.stderr.read()


@pytest.fixture(params=["memory", "disk", "endpoint"])
def store(request, snapshot):
    if request.param == "memory":
        return LocalStore.in_memory(snapshot.graph_path)
    if request.param == "disk":
        return snapshot.store()
    return RemoteStore(request.getfixturevalue("endpoint"), 10, 1 << 20)


def test_it_implements_the_protocol(store):
    assert isinstance(store, Store)


def test_a_select_returns_terms_by_variable(store):
    result = Result(store.evaluate(f"SELECT ?n ?age {{ ?s <{EX}name> ?n }}"))
    assert result.variables == ("n", "age")
    assert list(result) == [{"n": ox.Literal("Carol", language="en")}]


def test_an_ask_returns_true_or_false(store):
    assert Result(store.evaluate(f"ASK {{ ?s <{EX}knows> ?o }}"))
    assert not Result(store.evaluate(f"ASK {{ ?s <{EX}hates> ?o }}"))


def test_a_construct_returns_triples(store):
    text = f"CONSTRUCT {{ ?o <{EX}isKnownTo> ?s }} WHERE {{ ?s <{EX}knows> ?o }}"
    (triple,) = Result(store.evaluate(text))
    assert triple == ox.Triple(DAVE, ox.NamedNode(EX + "isKnownTo"), CAROL)


def test_a_triple_in_two_graphs_counts_once(store):
    (row,) = Result(store.evaluate(f"SELECT (COUNT(*) AS ?n) {{ ?s <{EX}knows> ?o }}"))
    assert row["n"].value == "1"


def test_default_graphs_are_merged_and_named_graphs_are_not(store):
    graphs = [
        row["g"].value
        for row in Result(store.evaluate("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"))
    ]
    files = [graph for graph in graphs if graph.endswith(("one.ttl", "two.ttl"))]
    assert len(files) == 2
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    (row,) = Result(store.evaluate(count, default_graphs=files))
    assert row["n"].value == "3"
    (row,) = Result(store.evaluate(count, default_graphs=files[:1]))
    assert row["n"].value == "2"
    (row,) = Result(store.evaluate(count, named_graphs=files[:1]))
    assert row["n"].value == "0"


def test_prefixes_can_be_passed_separately(store):
    (row,) = Result(store.evaluate("SELECT ?o { ?s ex:age ?o }", prefixes={"ex": EX}))
    assert row["o"].value == "41"


def test_quads_are_looked_up_by_pattern(store):
    quads = list(store.quads(CAROL, KNOWS, None))
    named = [quad for quad in quads if quad.graph_name != ox.DefaultGraph()]
    assert len(named) == 2
    assert {quad.object for quad in named} == {DAVE}
    (merged,) = store.quads(None, KNOWS, DAVE, ox.DefaultGraph())
    assert merged == ox.Quad(CAROL, KNOWS, DAVE)
    assert list(store.quads(DAVE, KNOWS)) == []


def test_a_syntax_error_raises_bad_query(store):
    with pytest.raises(BadQuery):
        store.evaluate("SELECT ?x WHERE {")


def test_a_folder_without_a_store_is_unavailable(tmp_path):
    with pytest.raises(StoreUnavailable, match="Cannot open the store"):
        LocalStore.on_disk(tmp_path)


def test_an_address_that_is_not_an_endpoint_is_unavailable(endpoint):
    with pytest.raises(StoreUnavailable, match="returned 405") as caught:
        RemoteStore(endpoint.replace("sparql", ""), 10, 1 << 20).evaluate("ASK {}")
    assert caught.value.hint == "Is this the address of a SPARQL endpoint?"
