"""Triple terms and base directions through every door of the service."""

from __future__ import annotations

from urllib.parse import quote

import pyoxigraph as ox
import pytest

import ipgraph
from ipgraph.settings import Settings

DATA = """VERSION "1.2"
@prefix : <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:claim :says <<( :anna :knows :bert )>> .
<< :anna :knows :carl ~ :reifier >> :since 2020 .
:anna rdfs:label "Anna Hebrew"@he--rtl .
:bert rdfs:label "Bert" .
"""
TERMS = "CONSTRUCT WHERE { ?s <http://example.org/says> ?o }"
LABELS = "CONSTRUCT WHERE { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?o }"


@pytest.fixture(scope="module")
def service(serve_session, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rdf12")
    path = folder / "data.ttl"
    path.write_text(DATA, encoding="utf-8")
    graph = ipgraph.open(path, settings=Settings(cache=str(folder / "cache")))
    with serve_session(graph) as running:
        yield running


def data_of(name):
    return f"/describe?uri={quote('http://example.org/' + name, safe='')}"


@pytest.mark.parametrize(
    "path",
    [
        f"/sparql?query={quote(TERMS)}",
        f"/sparql?query={quote('DESCRIBE <http://example.org/claim>')}",
        data_of("claim"),
    ],
)
def test_a_format_without_triple_terms_is_406_with_those_that_have_them(service, path):
    for reply in (
        service.ask(path, Accept="application/ld+json"),
        service.ask(f"{path}&format=jsonld"),
    ):
        problem = reply.json()
        assert (reply.status, problem["type"]) == (406, "not-acceptable")
        assert "triple terms" in problem["detail"]
        assert "ttl, nt, rdf, trig, nq" in problem["hint"]
        assert "jsonld-basic" in problem["hint"]
    basic = service.ask(f"{path}&format=jsonld-basic")
    assert (basic.status, basic.type) == (200, "application/ld+json")
    quads = list(ox.parse(basic.body, format=ox.RdfFormat.JSON_LD))
    assert any(quad.predicate.value.endswith("#propositionFormSubject") for quad in quads)


@pytest.mark.parametrize("name", ["ttl", "nt", "rdf", "trig", "nq"])
def test_other_formats_have_the_triple_term(service, name):
    for path in (f"/sparql?query={quote(TERMS)}", data_of("claim")):
        reply = service.ask(f"{path}&format={name}")
        form = ox.RdfFormat.from_media_type(reply.type)
        assert any(isinstance(q.object, ox.Triple) for q in ox.parse(reply.body, format=form)), path


@pytest.mark.parametrize("name", ["ttl", "nt", "rdf", "jsonld", "trig", "nq", "jsonld-basic"])
def test_every_format_has_the_base_direction(service, name):
    for path in (f"/sparql?query={quote(LABELS)}", data_of("anna")):
        reply = service.ask(f"{path}&format={name}")
        form = ox.RdfFormat.from_media_type(reply.type)
        literals = [q.object for q in ox.parse(reply.body, format=form)
                    if isinstance(q.object, ox.Literal)]  # fmt: skip
        assert any(str(literal).endswith("@he--rtl") for literal in literals), (path, reply.body)


def test_the_page_of_a_thing_shows_the_parts_of_a_triple_term(service):
    for name in ("claim", "reifier"):
        reply = service.ask(data_of(name), Accept="text/html")
        assert reply.status == 200
        page = reply.body.decode()
        assert ">knows<" in page
        assert 'href="/describe?uri=http%3A%2F%2Fexample.org%2Fanna"' in page


def test_a_result_with_a_triple_term_is_shown_as_a_table(service):
    text = "SELECT ?o { ?s <http://example.org/says> ?o }"
    page = service.query(text, accept="text/html").body.decode()
    assert "&lt;&lt;(" in page
    assert "he--rtl" in service.query(LABELS, accept="text/html").body.decode()


def test_a_label_with_a_direction_is_found(service):
    hits = service.ask("/search?q=hebrew&format=json").json()
    assert "http://example.org/anna" in str(hits)


def test_no_download_is_listed_that_cannot_be_written(service):
    service.wait_for("/downloads")
    page = service.ask("/downloads", Accept="text/html").body.decode()
    assert ".ttl" in page
    assert ".jsonld" not in page


def test_the_service_describes_itself_as_sparql_1_2(service):
    reply = service.ask("/sparql", Accept="application/n-triples")
    assert b"#SPARQL12Query>" in reply.body
