from __future__ import annotations

import pytest

from ipgraph.errors import InvalidData
from ipgraph.inputs.encodings import to_utf8
from ipgraph.inputs.options import DEFAULT_MAX_DEPTH
from ipgraph.inputs.screening import screen
from ipgraph.inputs.syntaxes import by_suffix
from ipgraph.resources import folder
from support import hostile_documents

SCREENED = {"depth", "disguised depth", "entities"}
DOCUMENTS = [
    document for document in hostile_documents.documents(0.01) if document.family in SCREENED
]
HEAD = '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'


def check(text: str, suffix: str, max_depth: int = 3) -> None:
    screen_file(text.encode(), suffix, max_depth)


def screen_file(data: bytes, suffix: str, max_depth: int = DEFAULT_MAX_DEPTH) -> bytes:
    name = f"a{suffix}"
    found = to_utf8(data, name)
    screen(found, name, by_suffix(name).family, max_depth)
    return found


def test_there_are_documents_of_every_family_and_syntax():
    assert {document.family for document in DOCUMENTS} == SCREENED
    assert {document.suffix for document in DOCUMENTS} == {
        *(".ttl", ".trig", ".nt", ".nq", ".rdf", ".jsonld")
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_hostile_document_is_refused_before_a_parser_reads_it(document):
    with pytest.raises(InvalidData, match=document.message) as caught:
        screen_file(document.content(), document.suffix)
    assert str(caught.value).startswith(f"a{document.suffix}:")
    assert caught.value.hint


# A document with the nesting of its name, and one that is nested one level deeper.
NESTED = {
    "Turtle": (".ttl", "<a> <b> [ <c> ( [ <d> 1 ] ) ] .", "<a> <b> [ <c> ( [ <d> () ] ) ] ."),
    "triple terms": (
        ".nt",
        "<a> <b> <<( <a> <b> <<( <a> <b> <<( <a> <b> <c> )>> )>> )>> .",
        "<a> <b> <<( <a> <b> <<( <a> <b> <<( <a> <b> <<( <a> <b> <c> )>> )>> )>> )>> .",
    ),
    "TriG": (".trig", "<g> { <a> <b> ( ( 1 ) ) }", "<g> { <a> <b> ( ( ( 1 ) ) ) }"),
    "RDF/XML": (".rdf", "<a><b><c/><d>x</d></b></a>", "<a><b><c><d/></c></b></a>"),
    "JSON-LD": (".jsonld", '[{"a": [1]}]', '[{"a": [{}]}]'),
}


@pytest.mark.parametrize("name", NESTED)
def test_the_limit_is_the_deepest_nesting_that_is_accepted(name):
    suffix, accepted, refused = NESTED[name]
    check(accepted * 50, suffix)
    with pytest.raises(InvalidData, match="deeper than 3 levels"):
        check(accepted * 50 + refused, suffix)


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (
            ".ttl",
            '<a[[[[[> <b> \'[[[[[\' , "((((" , \'\'\'\n[[[ \' [[\'\'\' , """{{{{ \\""" {{""" .',
        ),
        (".ttl", "# [[[[[ ' \n<a> <b> 1 . # ((((( \""),
        (".ttl", r"e:a\(\(\(\(\' <b> 1 ; <c> '\'[[[[', '\\' ."),
        (".ttl", "<a> <b> '' , \"\" , '[[[[' , \"[[[[\" ."),
        (".nt", '<a<<<<<<> <b> "<<( <<( <<( <<( \\" <<(" . # << << << <<'),
        (".jsonld", '{"[[[[[": "{{{{{ \\" [[[[ \\\\", "a": "]"}'),
        (".rdf", "<!-- <a><a><a><a> --><a><![CDATA[<a><a><a><a>]]><?b <a><a><a> ?></a>"),
        (".rdf", "<a b='>' c=\"<d><d><d><d>\"><a/><a /><b c='/'>/></b></a>"),
    ],
)
def test_brackets_in_texts_comments_and_iris_are_not_counted(suffix, text):
    check(text * 50, suffix)


def test_the_place_of_the_bracket_is_reported_in_characters():
    with pytest.raises(InvalidData) as caught:
        check("<a> <b> 1 .\n<a> <é> [[[[ ", ".ttl")
    place = caught.value.place
    assert (place.line, place.column, place.file) == (2, 12, "a.ttl")


@pytest.mark.parametrize(
    "declarations",
    [
        "",
        "[]",
        '[<!ENTITY owl "http://www.w3.org/2002/07/owl#">]',
        "[\n <!-- names -->\n <!ENTITY o 'http://o#'>\n <!ENTITY e \"http://e/%20a&#38;b\" >\n]",
    ],
)
def test_plain_entities_are_accepted(declarations):
    document = f"<?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE r:RDF {declarations}>{HEAD}"
    check(document + '<e:A r:about="&owl;a&amp;b">&owl;&e;</e:A></r:RDF>' * 1000, ".owl")


def test_every_file_of_the_project_passes_and_without_a_byte_order_mark_it_is_unchanged():
    files = [path for name in ("ontology", "data") for path in folder(name).rglob("*.ttl")]
    assert len(files) > 100
    for path in files:
        data = path.read_bytes()
        assert screen_file(data, path.suffix) == data
        assert screen_file(b"\xef\xbb\xbf" + data, path.suffix) == data
