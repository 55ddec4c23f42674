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
