"""The lexer: one grammar of terminals for queries, highlighting and style checks."""

from __future__ import annotations

import pytest

from ipgraph.resources import folder
from ipgraph.sparql.lexer import declarations, scan, tokenize

QUERIES = sorted((folder("ontology") / "questions").glob("*.rq"))
IGNORED = ("space", "comment", "other")


def terminals(text):
    return [token for token in scan(text) if token.kind not in IGNORED]


def test_scan_and_tokenize_find_the_same_terminals_in_every_question():
    assert len(QUERIES) > 50
    for path in QUERIES:
        text = path.read_text(encoding="utf-8")
        assert terminals(text) == tokenize(text), path.name


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o FILTER(?s<?o && ?o>?p) FILTER(1 <2) }",
        'SELECT ?s { ?s <p> \'a#b\', """c\\n\'"""@en-GB . # <end>\n FILTER (?s = a:b\\,c) }',
        "ASK { VALUES (?s ?o) { (<a> <b>) } }",
    ],
)
def test_scan_and_tokenize_agree(text):
    assert terminals(text) == tokenize(text)


@pytest.mark.parametrize("text", ['"never closed', "e:a \x00 \ufeff", "'''a", "@", "\\u0041"])
def test_scan_keeps_every_character_of_an_invalid_text(text):
    assert "".join(token.text for token in scan(text)) == text
    assert "other" in {token.kind for token in scan(text)}


def test_a_language_tag_is_not_a_directive():
    text = '@prefix e: <x> . e:a e:b "c"@base, "d"@prefix-x .'
    kinds = [(token.kind, token.text) for token in scan(text) if token.text.startswith("@")]
    assert kinds == [("directive", "@prefix"), ("lang", "@base"), ("lang", "@prefix-x")]


def test_declarations_of_both_languages_are_found_outside_strings_and_comments():
    text = """\
@prefix a: <http://a/> .
PREFIX b: <http://b/>
prefix : <http://c/>
# @prefix no: <x> .
<s> a:p "PREFIX no: <x>", b:o .
"""
    found = [(prefix, namespace) for _, prefix, namespace in declarations(terminals(text))]
    assert found == [("a", "http://a/"), ("b", "http://b/"), ("", "http://c/")]
