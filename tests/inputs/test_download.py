"""RDF files at addresses, and endpoints, which their answers show."""

from __future__ import annotations

import gzip

import pytest

import ipgraph
from ipgraph.errors import Refused, SizeLimitExceeded, StoreUnavailable, TimeLimitExceeded
from ipgraph.inputs import download
from ipgraph.inputs.download import Limits
from ipgraph.namespaces import SD
from ipgraph.settings import Settings
from ipgraph.store.remote import RemoteStore

TURTLE = b"@prefix : <http://e/> .\n:a :p 'x' ; :q <relative> .\n"
ROWS = "SELECT ?g ?o { GRAPH ?g { ?s <http://e/p> ?o } }"
LIMITS = Limits(time_s=30, max_bytes=1 << 20)


@pytest.fixture
def settings(tmp_path):
    return Settings(cache=str(tmp_path / "cache"))


def offer(endpoint, path, body=TURTLE, status=200, **headers):
    """Let the server answer GET requests; return the address."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    endpoint.answers[path] = (status, named, body)
    return endpoint.address + path


@pytest.mark.parametrize(
    ("path", "asked", "headers"),
    [
        ("/a.ttl", "/a.ttl", {}),
        ("/a.ttl", "/a.ttl", {"Content_Type": "text/plain"}),
        ("/a.ttl?version=2", "/a.ttl?version=2", {}),
        ("/ontology", "/ontology?query=ASK%20%7B%7D", {"Content_Type": "text/turtle"}),
        ("/ontology", "/ontology?query=ASK%20%7B%7D", {"Content_Type": "text/plain"}),
    ],
)
def test_a_file_is_fetched_and_its_graph_is_its_address(endpoint, settings, path, asked, headers):
    offer(endpoint, asked, **headers)
    graph = ipgraph.open(endpoint.address + path, settings=settings)
    (row,) = graph.query(ROWS)
    assert (row["g"].value, row["o"].value) == (endpoint.address + path.partition("?")[0], "x")


def test_a_compressed_file_is_unpacked(endpoint, settings):
    address = offer(endpoint, "/a.ttl.gz", gzip.compress(TURTLE))
    assert len(list(ipgraph.open(address, settings=settings).query(ROWS))) == 1


def test_relative_iris_are_those_of_the_address_after_redirects(endpoint, settings):
    address = offer(endpoint, "/a.ttl", b"", 303, Location="/versions/2.ttl")
    offer(endpoint, "/versions/2.ttl")
    graph = ipgraph.open(address, settings=settings)
    (row,) = graph.query("SELECT ?g ?o { GRAPH ?g { ?s <http://e/q> ?o } }")
    assert row["g"].value == address
    assert row["o"].value == f"{endpoint.address}/versions/relative"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"head":{},"boolean":true}', {"Content_Type": "application/sparql-results+json"}),
        (b"<html><body>Query form</body></html>", {"Content_Type": "text/html"}),
        (
            f"[] a <{SD}Service> ; <{SD}endpoint> <> .".encode(),
            {"Content_Type": "text/turtle"},
        ),
        (b"no query", {"status": 400}),
    ],
    ids=["a result", "a form", "a description", "an error"],
)
def test_an_endpoint_is_recognized_by_its_answer(endpoint, settings, body, headers):
    address = offer(endpoint, "/sparql?query=ASK%20%7B%7D", body, **headers)
    graph = ipgraph.open(address.partition("?")[0], settings=settings)
    assert isinstance(graph.store, RemoteStore)


def test_a_page_in_place_of_a_file_is_named(endpoint, settings):
    address = offer(endpoint, "/a.ttl", b"<!DOCTYPE html><html></html>", Content_Type="text/html")
    with pytest.raises(ipgraph.IpGraphError, match="holds an HTML page"):
        ipgraph.open(address, settings=settings)


def test_a_missing_file_is_an_error(endpoint, settings):
    address = offer(endpoint, "/a.ttl", b"", 404)
    with pytest.raises(StoreUnavailable, match=r"Cannot fetch .* returned 404"):
        ipgraph.open(address, settings=settings)


def test_a_file_that_is_too_large_is_refused(endpoint, tmp_path):
    address = offer(endpoint, "/a.ttl", b" " * 2000)
    with pytest.raises(SizeLimitExceeded, match="more than 1,000 bytes"):
        download.fetch(address, tmp_path, Limits(30, 1000))


def test_a_bomb_in_the_encoding_of_the_response_is_refused(endpoint, tmp_path):
    body = gzip.compress(bytes(4 << 20))
    address = offer(endpoint, "/a.ttl", body, Content_Encoding="gzip")
    with pytest.raises(SizeLimitExceeded):
        download.fetch(address, tmp_path, LIMITS)


def test_a_server_that_is_silent_is_left(endpoint, tmp_path):
    with pytest.raises(TimeLimitExceeded, match="did not respond completely"):
        download.fetch(f"{endpoint.address}/hold.ttl", tmp_path, Limits(0.2, 1000))


def test_a_public_address_may_not_lead_to_a_private_one():
    destinations = download._Destinations()
    destinations.check(None, ["93.184.215.14"])
    with pytest.raises(Refused, match="private network"):
        destinations.check(None, ["169.254.169.254"])
    with pytest.raises(Refused, match="private network"):
        destinations.check(None, ["93.184.215.14", "10.0.0.1"])


def test_a_private_address_may_lead_to_others():
    destinations = download._Destinations()
    destinations.check(None, ["10.0.0.1"])
    destinations.check(None, ["127.0.0.1"])


def test_an_endpoint_is_no_file_among_others(endpoint, settings, rdf_folder):
    with pytest.raises(ipgraph.IpGraphError, match="not the address of an RDF file"):
        ipgraph.open([rdf_folder, f"{endpoint.address}/sparql"], settings=settings)


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fa.ttl", "a%00.ttl", "x" * 5000 + ".ttl"])
def test_the_name_in_an_address_is_no_path(endpoint, tmp_path, name):
    path = f"/{name}?x"
    offer(endpoint, path, Content_Type="text/turtle")
    found = download.fetch(endpoint.address + path, tmp_path, LIMITS)
    assert found is None or found.path.parent == tmp_path
