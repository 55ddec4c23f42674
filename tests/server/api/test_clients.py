"""Common SPARQL clients, run against the server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore

QUERY = """PREFIX org: <http://www.w3.org/ns/org#>
PREFIX id: <https://w3id.org/ipgraph/id/>
SELECT ?unit WHERE { ?unit org:unitOf id:ip } ORDER BY ?unit"""


@pytest.fixture(scope="module")
def expected(running):
    rows = running.query(QUERY).json()["results"]["bindings"]
    assert len(rows) >= 6
    return [row["unit"]["value"] for row in rows]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("result_format", ["json", "xml", "csv"])
def test_sparqlwrapper_runs_a_query(running, expected, method, result_format):
    wrapper = pytest.importorskip("SPARQLWrapper", reason="SPARQLWrapper is not installed")
    client = wrapper.SPARQLWrapper(running.address + "/sparql", returnFormat=result_format)
    client.setMethod(method)
    client.setQuery(QUERY)
    result = client.query().convert()
    if result_format == "json":
        assert [row["unit"]["value"] for row in result["results"]["bindings"]] == expected
    elif result_format == "xml":
        assert [
            element.firstChild.data for element in result.getElementsByTagName("uri")
        ] == expected
    else:
        assert result.decode().split()[1:] == expected


GRAPH = "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o } LIMIT 1"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("text", "result_format", "media_type"),
    [
        (QUERY, "tsv", "text/tab-separated-values"),
        ("ASK {}", "json", "application/sparql-results+json"),
        ("ASK {}", "xml", "application/sparql-results+xml"),
        ("ASK {}", "csv", "text/csv"),
        ("ASK {}", "tsv", "text/tab-separated-values"),
        (GRAPH, "turtle", "text/turtle"),
        (GRAPH, "n3", "text/turtle"),
        (GRAPH, "xml", "application/rdf+xml"),  # its default
        (GRAPH, "rdf+xml", "application/rdf+xml"),
        (GRAPH, "rdf", "application/rdf+xml"),
        (GRAPH, "json-ld", "application/ld+json"),
        (GRAPH, "json", "application/ld+json"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*unexpected return")
def test_sparqlwrapper_gets_every_format_that_it_names(
    running, method, text, result_format, media_type
):
    wrapper = pytest.importorskip("SPARQLWrapper", reason="SPARQLWrapper is not installed")
    client = wrapper.SPARQLWrapper(running.address + "/sparql")
    client.setReturnFormat(result_format)
    client.setMethod(method)
    client.setQuery(text)
    reply = client.query()
    try:
        assert reply.info()["content-type"].split(";")[0] == media_type
    finally:
        reply.response.close()


def test_formats_that_disagree_are_refused(running):
    reply = running.ask("/sparql?query=ASK%20%7B%7D&format=json&output=xml")
    assert reply.status == 400
    assert "several formats: json, xml" in reply.json()["detail"]


@pytest.mark.parametrize(
    "fields", ["timeout=0", "timeout=0ms", "default-graph-uri=", "named-graph-uri=", "timeout="]
)
def test_parameters_that_mean_nothing_are_ignored(running, fields):
    reply = running.ask(f"/sparql?query=SELECT%20%3Fs%20%7B%3Fs%20%3Fp%20%3Fo%7DLIMIT%201&{fields}")
    assert reply.status == 200
    assert len(reply.json()["results"]["bindings"]) == 1


def test_rdflib_reads_n_triples_under_text_plain(running):
    address = f"{running.address}/describe?uri=https%3A//w3id.org/ipgraph/id/ip"
    assert len(rdflib.Graph().parse(address, format="nt")) > 10


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_sparqlstore_of_rdflib_runs_a_query(running, expected, method):
    store = SPARQLStore(running.address + "/sparql", method=method)
    graph = rdflib.Graph(store)
    assert [str(row.unit) for row in graph.query(QUERY)] == expected
    assert (rdflib.URIRef(expected[0]), None, None) in graph


def test_oxigraph_federates_with_the_server(running, expected):
    inner = QUERY[QUERY.index("SELECT") :]
    text = (
        QUERY[: QUERY.index("SELECT")]
        + f"""
        SELECT ?unit WHERE {{ SERVICE <{running.address}/sparql> {{ {inner} }} }} ORDER BY ?unit"""
    )
    assert [row["unit"].value for row in ox.Store().query(text)] == expected


def test_rdflib_parses_the_data_of_an_entity_at_its_address(running):
    graph = rdflib.Graph().parse(f"{running.address}/id/ip")
    assert (rdflib.URIRef("https://w3id.org/ipgraph/id/ip"), None, None) in graph


def test_curl_runs_a_query_with_every_method(running, expected):
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is missing")
    address = running.address + "/sparql"
    variants = (
        ["-G", "--data-urlencode", f"query={QUERY}"],
        ["--data-urlencode", f"query={QUERY}"],
        ["-H", "Content-Type: application/sparql-query", "--data-binary", QUERY],
        ["-G", "--compressed", "--data-urlencode", f"query={QUERY}"],
    )
    for options in variants:
        done = subprocess.run([curl, "-sf", *options, address], capture_output=True, check=True)
        rows = json.loads(done.stdout)["results"]["bindings"]
        assert [row["unit"]["value"] for row in rows] == expected
    followed = subprocess.run(
        [curl, "-sfL", "-H", "Accept: text/turtle", running.address + "/id/ip"],
        capture_output=True, check=True,
    )  # fmt: skip
    assert list(ox.parse(followed.stdout, format=ox.RdfFormat.TURTLE))


def test_curl_detects_a_truncated_result(running):
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is missing")
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    done = subprocess.run(
        [curl, "-s", "-o", "/dev/null", "-G", "--data-urlencode", f"query={text}",
         running.address + "/sparql?timeout=1500ms"],
        check=False,
    )  # fmt: skip
    assert done.returncode == 18  # curl: "transferred a partial file"


def test_comunica_runs_a_query(running, expected, tmp_path):
    comunica = shutil.which("comunica-sparql")
    if comunica is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "comunica-sparql is missing: npm install -g @comunica/query-sparql"
        )
    done = subprocess.run(
        [comunica, f"sparql@{running.address}/sparql", QUERY, "-t", "application/json"],
        capture_output=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert [row["unit"].strip("<>") for row in found] == expected
