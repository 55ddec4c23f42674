from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.sparql.diagnostics import explain

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
]


@pytest.mark.parametrize(("text", "line", "column", "words"), CASES)
def test_a_syntax_error_has_the_position_of_the_mistake(text, line, column, words):
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text)
    error = explain(text, str(caught.value))
    assert (error.place.line, error.place.column) == (line, column)
    assert words in f"{error} {error.hint}"
    assert "expected one of" not in str(error)


def test_an_ungrouped_variable_is_explained():
    text = "SELECT (COUNT(*) AS ?n) ?x { ?s ?p ?x }"
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text)
    assert "GROUP BY" in explain(text, str(caught.value)).hint
