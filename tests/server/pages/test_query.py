"""The SPARQL query page: results of every kind, and hostile ones."""

from __future__ import annotations

import re
from html import unescape

import pytest

import ipgraph
from ipgraph.settings import Settings

HOSTILE_LITERAL = '</code></pre><script>alert("1")</script> \'\'\' """'


@pytest.fixture
def hostile(tmp_path):
    path = tmp_path / "hostile.nt"
    text = HOSTILE_LITERAL.replace("\\", "\\\\").replace('"', '\\"')
    path.write_text(
        f'<http://e.org/?a=1&b=%3Cb%3E\'x> <http://e.org/p> "{text}" .\n', encoding="utf-8"
    )
    return ipgraph.open(path, settings=Settings(cache=str(tmp_path / "cache")))


@pytest.mark.parametrize(
    "query", ["CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <http://e.org/?a=1&b=%3Cb%3E'x>"]
)
def test_a_graph_is_shown_as_escaped_turtle(serve, hostile, query):
    with serve(hostile) as service:
        page = service.query(query, accept="text/html").body.decode()
    assert "<script>alert" not in page
    assert '<code id="turtle">' in page
    assert '<span class="s-i">&lt;http://e.org/?a=1&amp;b=%3Cb%3E&#39;x&gt;</span>' in page
    assert '<span class="s-s">&#34;&lt;/code&gt;&lt;/pre&gt;&lt;script&gt;' in page


def test_a_large_graph_is_truncated_and_linked_completely(running):
    page = running.query("CONSTRUCT WHERE { ?s a ?o }", accept="text/html").body.decode()
    assert "The first 200 triples in Turtle" in page
    link = re.search(r'href="(/sparql\?[^"]*format=ttl[^"]*)">All triples in Turtle', page)
    reply = running.ask(unescape(link.group(1)))
    assert reply.type == "text/turtle"
    assert len(reply.body) > 100_000


def test_turtle_on_the_page_declares_only_the_prefixes_it_uses(running):
    query = "PREFIX id: <https://w3id.org/ipgraph/id/> DESCRIBE id:dams-sector"
    page = running.query(query, accept="text/html").body.decode()
    turtle = page.partition('id="turtle">')[2].partition("</code>")[0]
    assert "skos:" in turtle
    assert "foaf:" not in turtle


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("SELECT * { ?s ?p ?o } LIMIT 1", "text/csv"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", "text/turtle"),
        ("ASK {}", "application/sparql-results+json"),
    ],
)
def test_code_samples_request_a_media_type_of_the_result(running, query, accept):
    page = running.query(query, accept="text/html").body.decode()
    assert f"curl -G -H &#39;Accept: {accept}&#39;" in page
    assert running.query(query, accept=accept).status == 200


def test_no_page_contains_the_host_header_of_the_client(running):
    for path in ("/sparql?query=ASK%7B%7D", "/downloads", "/page/ip", "/about"):
        reply = running.ask(path, Host="evil.example", Accept="text/html")
        assert reply.status == 200
        assert b"evil.example" not in reply.body, path


def test_the_heading_of_an_error_page_says_what_happened(serve, project):
    slow = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with serve(project, query_time_limit_s=0.2) as running:
        for query, heading in (
            ("SELECT WHERE", "Syntax error in the query"),
            (slow, "The query was stopped"),
        ):
            assert f"<h2>{heading}</h2>" in running.query(query, accept="text/html").body.decode()


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ('?s rdfs:label "Office for Bombing Prevention"', "Prevention&#34;@en"),
        ("?s <http://w3id.org/ipgraph/ontology/leads> ?o", "&lt;https://w3id.org/ipgraph/"),
        ("?s <https://w3id.org/ipgraph/ontology/leadz> ?o", "Did you mean"),
    ],
)
def test_a_result_without_rows_links_to_the_corrected_query(running, pattern, words):
    text = f"PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT * {{ {pattern} }}"
    page = running.query(text, accept="text/html").body.decode()
    hints = page.partition('<ul id="hints">')[2].partition("</ul>")[0]
    assert words in hints
    link = re.search(r'id="corrected" href="([^"#]*)', page)
    reply = running.ask(unescape(link[1]), Accept="application/sparql-results+json")
    assert reply.json()["results"]["bindings"]


def test_a_refused_query_says_why_on_the_page(running):
    text = "SELECT ?g { GRAPH ?g { VALUES ?x { 1 } } }"
    reply = running.query(text, accept="text/html")
    assert reply.status == 403
    assert "contains VALUES" in reply.body.decode()
