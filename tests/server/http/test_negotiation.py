from __future__ import annotations

import gzip
import re
from urllib.parse import urlencode

import pytest

from ipgraph.server.http.negotiation import (
    ASK_OFFERS,
    GRAPH_OFFERS,
    RDF_OFFERS,
    SELECT_OFFERS,
    by_parameter,
    choose,
)

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "offers", "name"),
    [
        ("", SELECT_OFFERS, "json"),
        ("*/*", SELECT_OFFERS, "json"),
        (BROWSER, SELECT_OFFERS, "html"),
        (BROWSER, GRAPH_OFFERS, "html"),
        ("text/csv", SELECT_OFFERS, "csv"),
        ("TEXT/CSV; Header=Present", SELECT_OFFERS, "csv"),
        ("text/*", SELECT_OFFERS, "csv"),
        ("application/json", SELECT_OFFERS, "json"),
        ("application/xml", SELECT_OFFERS, "xml"),
        ("text/html, application/sparql-results+xml", SELECT_OFFERS, "xml"),
        ("text/html, application/sparql-results+xml;q=0.9", SELECT_OFFERS, "html"),
        ("application/sparql-results+json;q=0.2, text/csv;q=0.3", SELECT_OFFERS, "csv"),
        ("application/sparql-results+json;q=0, */*", SELECT_OFFERS, "xml"),
        ("application/sparql-results+json; q=0 , */* ;q=0.1", SELECT_OFFERS, "xml"),
        ("nonsense, text/csv", SELECT_OFFERS, "csv"),
        ("*/*", ASK_OFFERS, "json"),
        ("text/*", ASK_OFFERS, "html"),
        ("text/csv", ASK_OFFERS, "csv"),
        ("*/*", GRAPH_OFFERS, "ttl"),
        ("text/plain", GRAPH_OFFERS, "nt"),
        ("text/plain, */*;q=0.1", RDF_OFFERS, "nt"),
        ("text/n3, text/rdf+n3, application/n3", GRAPH_OFFERS, "ttl"),
        ("text/tab-separated-values", ASK_OFFERS, "tsv"),
        ("application/rdf+xml;q=0.9, text/turtle;q=0.8", RDF_OFFERS, "rdf"),
        ("application/ld+json;profile=x", RDF_OFFERS, "jsonld"),
        ("application/x-turtle", RDF_OFFERS, "ttl"),
        ("application/n-quads", GRAPH_OFFERS, "nq"),
    ],
)
def test_the_preferred_representation_is_chosen(accept, offers, name):
    assert choose(accept, offers).name == name


@pytest.mark.parametrize(
    ("value", "offers", "name"),
    [
        ("n3", GRAPH_OFFERS, "ttl"),
        ("xml", GRAPH_OFFERS, "rdf"),
        ("json", GRAPH_OFFERS, "jsonld"),
        ("xml", SELECT_OFFERS, "xml"),
        ("JSON", SELECT_OFFERS, "json"),
        ("rdf xml", RDF_OFFERS, "rdf"),
        ("application/rdf xml", RDF_OFFERS, "rdf"),
        ("application/ld+json,application/x-json+ld", RDF_OFFERS, "jsonld"),
        ("text/html;q=0.1, text/csv", SELECT_OFFERS, "csv"),
        ("text/plain", GRAPH_OFFERS, "nt"),
        ("text/plain", SELECT_OFFERS, "tsv"),
        ("csv", GRAPH_OFFERS, None),
        ("jsonld-basic", GRAPH_OFFERS, "jsonld-basic"),
        ("json-ld-basic", RDF_OFFERS, "jsonld-basic"),
        ("json-basic", SELECT_OFFERS, None),
        ("html-basic", GRAPH_OFFERS, None),
        ("*", GRAPH_OFFERS, None),
    ],
)
def test_a_parameter_names_a_representation_of_the_result(value, offers, name):
    found = by_parameter(value, offers)
    assert (found and found.name) == name


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "*/*;q=0", "text/csv;q=nan"])
def test_nothing_is_chosen_if_no_offer_is_acceptable(accept):
    assert choose(accept, SELECT_OFFERS) is None


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/id/ip", "application/ld+json"),
        ("/data/ip", "text/turtle"),
        ("/ontology", "application/rdf+xml"),
        ("/source/more-about-ip", "text/csv"),
        ("/sparql?query=ASK%20%7B%7D", "application/sparql-results+xml"),
        ("/sparql?query=DESCRIBE%20%3Chttps%3A//w3id.org/ipgraph/id/ip%3E", "text/turtle"),
        ("/describe?uri=https%3A//w3id.org/ipgraph/id/ip", "application/n-triples"),
    ],
)
def test_a_406_response_links_to_types_that_exist(running, path, media_type):
    reply = running.ask(path, Accept="image/png")
    assert reply.status == 406
    problem = reply.json()
    assert media_type in problem["hint"]
    address = problem["alternates"][media_type]
    assert f'<{address}>; rel="alternate"; type="{media_type}"' in reply.headers["Link"]
    found = running.ask(address)
    assert (found.status, found.type) == (200, media_type)


def test_a_406_page_links_to_the_available_types(running):
    reply = running.ask("/data/ip", Accept="text/html;q=0.5")
    assert reply.status == 406
    assert b'<a href="/data/ip.ttl" type="text/turtle">text/turtle</a>' in reply.body


def test_a_synonymous_media_type_is_returned_as_requested():
    assert choose("application/json", SELECT_OFFERS).content_type == "application/json"
    assert choose("text/plain", GRAPH_OFFERS).content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("codings", ["gzip;q=0", "gzip; q=0.0, identity", "identity, *;q=0", ""])
def test_a_rejected_content_coding_is_never_used(running, codings):
    text = "SELECT * WHERE { ?s ?p ?o } LIMIT 300 # " + codings
    for _ in range(6):  # the first responses are stored, later ones come from the cache
        reply = running.ask("/sparql?" + urlencode({"query": text}), Accept_Encoding=codings)
        assert reply.status == 200
        assert reply.headers.get("Content-Encoding") is None
        assert reply.json()["results"]["bindings"]


@pytest.mark.parametrize(
    "codings", ["gzip", "GZIP", "*", "br;q=0, gzip;q=0.5", "identity;q=0.5, gzip"]
)
def test_an_accepted_content_coding_is_used_for_cached_responses(running, codings):
    text = "SELECT * WHERE { ?s ?p ?o } LIMIT 301 # " + codings
    address = "/sparql?" + urlencode({"query": text})
    replies = [running.ask(address, Accept_Encoding=codings) for _ in range(6)]
    assert replies[-1].headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(replies[-1].body) == replies[0].body
    assert {reply.headers["Vary"] for reply in replies} == {"Accept, Accept-Encoding"}


@pytest.mark.parametrize("name", ["site.css", "site.js"])
def test_static_files_are_compressed_and_immutable(running, name):
    page = running.ask("/", Accept="text/html").body.decode()
    (address,) = set(re.findall(rf'"(/static/{re.escape(name)}[^"]*)"', page))
    reply = running.ask(address, Accept_Encoding="br, gzip")
    assert reply.headers["Content-Encoding"] in ("br", "gzip")
    assert "immutable" in reply.headers["Cache-Control"]
    plain = running.ask(address)
    assert plain.headers.get("Content-Encoding") is None
    assert len(plain.body) > len(reply.body)
