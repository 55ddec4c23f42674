from __future__ import annotations

import pyoxigraph as ox
import pytest

import ipgraph
from ipgraph.settings import Settings
from ipgraph.snapshots import declarations
from ipgraph.snapshots.declarations import Declarations

BASE = "file:///home/somebody/x.ttl"


def declared(text: str, rdf_format: ox.RdfFormat = ox.RdfFormat.TURTLE) -> dict[str, str]:
    found = Declarations()
    found.read(text.encode(), rdf_format, BASE)
    return found.table()


@pytest.mark.parametrize(
    ("rdf_format", "text"),
    [
        (ox.RdfFormat.TURTLE, "@prefix e: <http://e.example/> . e:a e:b e:c ."),
        (ox.RdfFormat.TURTLE, "prefix e: <http://e.example/>\ne:a e:b e:c ."),
        (ox.RdfFormat.TRIG, "PREFIX e: <http://e.example/>\ne:g { e:a e:b e:c }"),
        (
            ox.RdfFormat.RDF_XML,
            (
                '<!DOCTYPE r:RDF [<!ENTITY e "http://e.example/">]>'
                '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/">'
                '<r:Description r:about="urn:a"><e:b>1</e:b></r:Description></r:RDF>'
            ),
        ),
        (
            ox.RdfFormat.JSON_LD,
            (
                '{"@context": {"e": "http://e.example/", "name": "http://e.example/name"},'
                ' "@id": "e:a", "e:b": 1}'
            ),
        ),
    ],
)
def test_each_syntax_declares_prefixes(rdf_format, text):
    found = declared(text, rdf_format)
    found.pop("r", None)
    assert found == {"e": "http://e.example/"}


def test_declarations_further_down_are_found_but_not_those_in_text():
    text = """
        @prefix a: <http://a.example/> . # @prefix no1: <http://no.example/> .
        a:x a:y "@prefix no2: <http://no.example/> ." , '''
        @prefix no3: <http://no.example/> .''', <http://e.example/prefix#no4:> .
        PREFIX b: <http://b.example/>
        @prefix c: <http://c.example/> . b:x c:y 1 .
    """
    assert declared(text) == {
        "b": "http://b.example/",
        "c": "http://c.example/",
        "a": "http://a.example/",
    }


def test_a_prefix_stands_for_the_namespace_of_most_files():
    found = Declarations()
    for namespace in ("http://a.example/", "http://b.example/", "http://b.example/"):
        found.read(f"@prefix e: <{namespace}> . e:a e:b 1 .".encode(), ox.RdfFormat.TURTLE, BASE)
    assert found.table() == {"e": "http://b.example/"}


def test_no_prefix_names_a_place_on_the_disk():
    assert declared("@prefix : <#> . @prefix f: <file:///etc/> . :a f:b 1 .") == {}
    found = Declarations()
    found.read(b"@prefix : <#> . :a :b 1 .", ox.RdfFormat.TURTLE, "http://e.example/x")
    assert found.table() == {"": "http://e.example/x#"}


def test_thousands_of_prefixes_are_bounded():
    lines = (f"@prefix p{number}: <http://e.example/{number}/> ." for number in range(5000))
    found = declared("\n".join(lines) + "\np1:a p2:b 1 .")
    assert len(found) == declarations.MAX_PREFIXES


def test_odd_prefixes_are_left_out():
    long = "a" * 41
    text = f"@prefix {long}: <http://e.example/> . @prefix b: <http://e.example/{'x' * 500}> ."
    assert declared(text + "<urn:a> <urn:b> 1 .") == {}


def test_a_file_that_no_parser_reads_declares_nothing():
    assert declared("@prefix e: nonsense") == {}
    assert declared('{"@context": "http://e.example/remote"}', ox.RdfFormat.JSON_LD) == {}


def test_a_snapshot_has_the_prefixes_and_languages_of_its_files(tmp_path):
    (tmp_path / "one.ttl").write_text(
        "@prefix e: <http://e.example/> . @prefix rdfs: "
        "<http://www.w3.org/2000/01/rdf-schema#> .\n"
        'e:a a e:B ; rdfs:label "a"@en, "b"@fr ; <http://schema.org/name> "c"@fr .\n',
        encoding="utf-8",
    )
    kg = ipgraph.open(tmp_path / "one.ttl", settings=Settings(cache=str(tmp_path / "cache")))
    assert dict(kg.prefixes.declared) == {
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "http://schema.org/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "e": "http://e.example/",
    }
    assert kg.built.languages == {"fr": 2, "en": 1}
    assert kg.query("ASK { e:a schema:name 'c'@fr ; a e:B }")
    turtle = kg.query("CONSTRUCT { e:a rdfs:label ?x } { e:a rdfs:label ?x }").serialize()
    assert b"e:a rdfs:label" in turtle
