from __future__ import annotations

import pytest

from ipgraph.inputs.recognition import Foreign, recognize
from ipgraph.resources import folder

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
TEXTS = {
    "Turtle": ("# notes\n@prefix : <http://e/> .\n:a :b :c .", "ttl"),
    "Turtle in the words of SPARQL": ("PREFIX e: <http://e/>\ne:a e:b e:c .", "ttl"),
    "N-Triples": ('<http://e/a> <http://e/p> "x" .', "nt"),
    "N-Triples of blank nodes": ("_:a <http://e/p> _:b .", "nt"),
    "RDF/XML": (f"<?xml version='1.0'?>\n<!-- a -->\n<rdf:RDF {RDF}/>", "rdf"),
    "RDF/XML with entities": ('<!DOCTYPE rdf:RDF [<!ENTITY a "http://a/">]>\n<rdf:RDF>', "rdf"),
    "RDF/XML of one node": (f'<e:A xmlns:e="http://e/" {RDF} rdf:about="http://e/a"/>', "rdf"),
    "JSON-LD": ('{"@context": {}, "@id": "http://e/a"}', "jsonld"),
    "JSON-LD in an array": (' [{"@id": "http://e/a"}]', "jsonld"),
}
FOREIGN = {
    "a page": ("<!DOCTYPE html>\n<html><head></head></html>", "an HTML page"),
    "a page of XHTML": ('<html xmlns="http://www.w3.org/1999/xhtml">', "an HTML page"),
    "OWL/XML": ('<Ontology xmlns="http://www.w3.org/2002/07/owl#"/>', "OWL/XML"),
    "OWL/XML with a prefix": (
        '<owl:Ontology xmlns:owl="http://www.w3.org/2002/07/owl#" ontologyIRI="http://e/">',
        "OWL/XML",
    ),
    "OWL functional syntax": ("Prefix(:=<http://e/>)\nOntology(<http://e/>)", "functional syntax"),
    "OWL Manchester syntax": ("Prefix: : <http://e/>\nOntology: <http://e/>", "Manchester"),
    "OBO": ("format-version: 1.2\nontology: e", "OBO"),
    "a catalog of Protégé": ('<catalog prefer="public"><uri name="a"/></catalog>', "<catalog>"),
    "a SPARQL result": ('{"head": {"vars": []}, "results": {}}', "SPARQL result"),
    "RDF/JSON": ('{"http://e/a": {"http://e/p": [{"type": "uri"}]}}', "RDF/JSON"),
    "a PDF": ("%PDF-1.7", "PDF"),
    "bytes": ("\0\1\2\3", "binary"),
    "prose": ("Once upon a time there was a graph.", "unknown format"),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("file", ["a", "a.txt", "a.owl", "a.jsonld"])
def test_the_content_decides_whatever_the_suffix_is(name, file):
    text, key = TEXTS[name]
    found = recognize(text.encode(), file)
    assert found.is_certain
    assert found.candidates[0].key == key


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_not_rdf_is_named(name):
    text, what = FOREIGN[name]
    found = recognize(text.encode(), "a.txt")
    assert isinstance(found, Foreign)
    assert what in found.what


@pytest.mark.parametrize("name", ["a page", "OWL/XML", "OWL functional syntax", "OBO"])
def test_what_to_do_is_said_also_under_the_suffix_of_rdf(name):
    found = recognize(FOREIGN[name][0].encode(), "a.owl")
    assert isinstance(found, Foreign)
    assert found.advice


@pytest.mark.parametrize(
    ("text", "file", "keys"),
    [
        ("<a> a <b> .", "a.ttl", ["ttl", "trig"]),
        ("<html> a <b> .", "a.ttl", ["ttl", "trig"]),
        ("<g> { <a> a <b> }", "a.trig", ["trig"]),
        ('<http://e/a> <http://e/p> "x" <http://e/g> .', "a.nq", ["nq", "nt", "ttl", "trig"]),
        ("@prefix : <http://e/> . :a :b :c .", "a.n3", ["ttl", "n3"]),
        ("@prefix : <http://e/> . :a :b :c .", "a.trig", ["trig"]),
        ("nonsense", "a.rdf", ["rdf"]),
        ("", "a.nt", ["nt"]),
        ('{"http://e/p": "x"}', "a.jsonld", ["jsonld"]),
        ('{ "a" }', "a.trig", ["trig"]),
    ],
)
def test_the_suffix_decides_between_syntaxes_that_the_content_fits(text, file, keys):
    assert [syntax.key for syntax in recognize(text.encode(), file).candidates] == keys


def test_every_file_of_the_project_is_recognized_as_turtle():
    files = [path for name in ("ontology", "data") for path in folder(name).rglob("*.ttl")]
    assert len(files) > 100
    for path in files:
        assert recognize(path.read_bytes(), "a").candidates[0].key == "ttl"
