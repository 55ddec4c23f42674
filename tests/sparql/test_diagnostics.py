from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.sparql.diagnostics import explain
from ipgraph.sparql.lexer import malformed_iri, tokenize
from ipgraph.sparql.scope import find_error

CASES = [
    ("SELECT * {?s ?p ?o", 1, 10, "is not closed"),
    ("ASK {} }", 1, 8, "has no opening bracket"),
    ("ASK { FILTER(1] }", 1, 15, "does not close"),
    ("SELECT * { ?s ?p ?o . OPTIONL {} }", 1, 23, "Did you mean OPTIONAL?"),
    ("SELECT ?x { ?s ?p 'abc }", 1, 19, "is not closed"),
    ("SELECT ?x\u00a0{}", 1, 10, "U+00A0"),
    ("SELECT * {\n ?s ?p ?o \n ?z }", 3, 2, "?z"),
    ("ASK {?s ?p ?o ?z}", 1, 15, "?z"),
    ("SELECT { ?s ?p ?o }", 1, 8, "{"),
    ("ASK { ?s ?p ?o } LIMIT 3 ORDER BY ?s", 1, 26, "ORDER"),
    ("SELECT * {\n ?s ?p ?o \n } LIMIT", 3, 9, "before it is complete"),
    ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 8, "SELECT * at"),
    ("SELECT * { { SELECT * { ?s ?p ?o } GROUP BY ?s } }", 1, 21, "SELECT * at"),
    ("ASK { ?s ?p ?o } GROUP BY ?s", 1, 18, "with ASK"),
    ("SELECT (?s AS ?s) { ?s ?p ?o }", 1, 15, "already binds"),
    ("SELECT * { { SELECT (1 AS ?s) { ?s ?p ?o } } }", 1, 27, "already binds"),
    ("SELECT (1 AS ?s) { { ?s ?p ?o } UNION { VALUES ?x { 2 } } }", 1, 14, "already binds"),
    ("SELECT (1 AS ?x) (2 AS ?x) {}", 1, 24, "selected twice"),
    ("SELECT * { ?s ?p ?o BIND(1 AS ?s) }", 1, 31, "the group already binds"),
    ("SELECT * { VALUES ?s { 1 } BIND(1 AS ?s) }", 1, 38, "the group already binds"),
    ("SELECT * { OPTIONAL { ?s ?p ?o } BIND(1 AS ?s) }", 1, 44, "the group already binds"),
    ("SELECT ?s ?o { ?s ?p ?o } GROUP BY ?s", 1, 11, "neither grouped"),
    ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", 1, 8, "neither grouped"),
    ("SELECT (?o + 1 AS ?n) { ?s ?p ?o } GROUP BY ?s", 1, 9, "neither grouped"),
    ("SELECT ?s { ?s ?p ?o FILTER(COUNT(?s) > 1) }", 1, 29, "FILTER cannot contain"),
    ("SELECT ?s { VALUES (?a ?b) { (1 2) (1) } }", 1, 36, "1 values for 2"),
    ("SELECT ?s { VALUES (?a ?a) { (1 2) } }", 1, 24, "twice"),
    ("SELECT * { _:a ?p ?o { _:a ?q ?r } }", 1, 24, "another group"),
    ("SELECT * { ?s ?p <http://e.test/a b> }", 1, 18, "contains a space"),
    ("SELECT * { ?s ?p <http://e.test/{a}> }", 1, 18, "contains the character '{'"),
    ('SELECT * { ?s ?p <http://e.test/a"b> }', 1, 18, "contains the character '\"'"),
    ("SELECT * { ?s ?p <http://e.test/a }", 1, 18, "not closed"),
]
# What `find_error` must not report: the engine accepts these texts.
VALID = [
    "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING(COUNT(?o) > 1) ORDER BY DESC(COUNT(?o))",
    "SELECT ?k (COUNT(?s) AS ?n) (COUNT(?s) * 2 AS ?m) { ?s a ?t } GROUP BY (STR(?t) AS ?k)",
    "SELECT * { ?s ?p ?o FILTER NOT EXISTS { ?s ?q ?z } BIND(1 AS ?z) }",
    "SELECT * { ?s ?p ?o MINUS { ?s ?q ?z } BIND(1 AS ?z) }",
    "SELECT * { { ?s ?p ?o BIND(1 AS ?z) } UNION { ?s ?p ?o BIND(2 AS ?z) } }",
    "SELECT * { ?s ?p ?o FILTER(?o IN (1, 2)) { SELECT ?o (1 AS ?z) { ?o ?q ?r } } }",
    "SELECT * { VALUES (?a ?b) { (1 'x'@en) (UNDEF '2'^^<a:b>) (-1 <a:b>) } }",
    "SELECT * { _:a ?p ?o . _:a ?q ?r }",
    "SELECT (IF(EXISTS { ?s ?p ?o }, 1, 2) AS ?x) { BIND(1 AS ?s) }",
    "SELECT (SUM(?x + ?y) AS ?z) { ?x ?p ?y } GROUP BY ?p",
    "CONSTRUCT { ?s ?p _:a } WHERE { ?s ?p _:a BIND(1 AS ?x) }",
    "ASK { FILTER(?a < ?b) ?s ?p <a:b> }",
]


@pytest.mark.parametrize(("text", "line", "column", "words"), CASES)
def test_a_syntax_error_has_the_position_of_the_mistake(text, line, column, words):
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text)
    error = explain(text, str(caught.value))
    assert (error.place.line, error.place.column) == (line, column)
    assert words in f"{error} {error.hint}"
    assert "expected one of" not in str(error)


@pytest.mark.parametrize("text", VALID)
def test_a_valid_text_has_no_error_of_scope(text):
    ox.Store().query(text)
    assert find_error(text, tokenize(text)) is None
    assert malformed_iri(text, tokenize(text)) is None


def test_an_expression_over_another_column_of_a_group_is_explained():
    text = "SELECT (COUNT(?s) AS ?n) (?n * 2 AS ?m) { ?s a ?t } GROUP BY ?t"
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text)
    assert "Repeat the aggregate" in explain(text, str(caught.value)).hint


def test_a_text_that_nests_too_deep_is_not_explained():
    text = "SELECT (1 AS ?s) " + "{" * 500 + "?s ?p ?o" + "}" * 500
    assert find_error(text, tokenize(text)) is None


def test_an_ungrouped_variable_is_explained():
    text = "SELECT (COUNT(*) AS ?n) ?x { ?s ?p ?x }"
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text)
    assert "GROUP BY" in explain(text, str(caught.value)).hint
