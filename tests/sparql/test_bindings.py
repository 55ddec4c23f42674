"""Values of variables hold wherever the variable occurs, and nothing else changes."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.errors import UsageError
from ipgraph.sparql.bindings import bind

A, B, P, Q = (ox.NamedNode(f"http://e/{name}") for name in "abpq")
DATA = (
    ox.Quad(A, P, ox.Literal("1")),
    ox.Quad(A, Q, ox.Literal("2")),
    ox.Quad(B, P, ox.Literal("3")),
    ox.Quad(A, P, ox.Literal("4"), ox.NamedNode("http://e/g")),
)


@pytest.fixture
def ask():
    """Run a query with a value for ?x; return its rows as sets of texts."""
    store = ox.Store()
    store.extend(DATA)

    def ask(text, value=A):
        result = store.query(bind(text, (("x", value),)), prefixes={"e": "http://e/"})
        if isinstance(result, ox.QueryBoolean):
            return bool(result)
        return sorted(" ".join(getattr(term, "value", "-") for term in row) for row in result)

    return ask


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT ?y { ?x ?p ?y }", ["1", "2"]),
        ("SELECT ?x ?y { ?x ?p ?y }", ["http://e/a 1", "http://e/a 2"]),
        ("SELECT ?x {}", ["http://e/a"]),
        ("SELECT (COUNT(*) AS ?n) { ?x ?p ?y }", ["2"]),
        ("SELECT ?y { { SELECT ?y { ?x ?p ?y } } }", ["1", "2"]),
        ("SELECT ?y { SELECT ?y { ?x ?p ?y } }", ["1", "2"]),
        ("SELECT (STR(?x) AS ?s) { SELECT ?y { ?z e:q ?y } }", ["http://e/a"]),
        ("SELECT ?y { { ?x e:p ?y } UNION { ?x e:q ?y } }", ["1", "2"]),
        ("SELECT ?y { ?z e:p ?y FILTER(?z = ?x) }", ["1"]),
        ("SELECT ?y { ?z e:p ?y FILTER NOT EXISTS { ?z ?p ?y FILTER(?z = ?x) } }", ["3"]),
        ("SELECT ?y { ?z ?p ?y FILTER EXISTS { ?x e:q ?y } }", ["2"]),
        ("SELECT ?y { ?z ?p ?y MINUS { ?x ?p ?y } }", ["3"]),
        ("SELECT ?y { GRAPH ?g { ?x ?p ?y } }", ["4"]),
        ("SELECT ?y { BIND(?x AS ?z) ?z e:q ?y }", ["2"]),
        ("SELECT ?y ?x { VALUES ?x { e:b e:a } ?x e:p ?y }", ["1 http://e/a"]),
        ("SELECT ?y { ?x ?p ?y } ORDER BY ?x ?y LIMIT 1 # ?x", ["1"]),
        ("SELECT ?p { ?z ?p ?y } GROUP BY ?p HAVING(STR(?x) = 'http://e/a')", None),
        ("SELECT (EXISTS { ?x e:q ?y } AS ?e) {}", ["true"]),
        ("CONSTRUCT { ?x e:r ?y } { ?z e:q ?y }", ["http://e/a http://e/r 2"]),
        ("CONSTRUCT WHERE { ?x e:q ?y } # ?x", ["http://e/a http://e/q 2"]),
        ("DESCRIBE ?x", ["http://e/a http://e/p 1", "http://e/a http://e/q 2"]),
        ("PREFIX f: <http://e/> select$y{?x f:q ?y}", ["2"]),
        ("SELECT ?y { ?x e:q ?y . e:a e:q '2' {| ?r ?y |} }", []),
    ],
)
def test_a_value_holds_wherever_its_variable_occurs(ask, text, rows):
    found = ask(text)
    assert found == (["http://e/p", "http://e/q"] if rows is None else rows)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?x ?y { ?x <http://e/p> ?y }",
        "SELECT ?x ?y { ?s <http://e/p> ?y OPTIONAL { ?s <http://e/q> ?z FILTER(?s = ?x) } }",
        "SELECT ?x (COUNT(*) AS ?n) { ?s ?p ?y FILTER(?s != ?x) } GROUP BY ?x ORDER BY ?n",
        "SELECT ?x ?y { { ?x <http://e/p> ?y } UNION { ?y <http://e/p> ?x } }",
        "SELECT DISTINCT ?x ?p { ?s ?p ?y MINUS { ?x ?p ?y } }",
    ],
)
def test_a_selected_variable_has_the_value_that_the_engine_substitutes(text):
    store = ox.Store()
    store.extend(DATA)
    substituted = store.query(text, substitutions={ox.Variable("x"): A})
    bound = store.query(bind(text, (("x", A),)))
    rows = sorted(str(tuple(row)) for row in bound)
    assert rows == sorted(str(tuple(row)) for row in substituted) != []


def test_a_value_decides_an_ask(ask):
    assert ask("ASK { ?x e:q ?y }")
    assert not ask("ASK { ?x e:q ?y }", B)


@pytest.mark.parametrize(
    "hostile",
    ['" } ?s ?p ?o # ', "' ) } } ?s ?p ?o {", "\\", "a\nb\r\u2028", "{names} {values} {{"],
)
def test_a_text_can_only_be_a_literal(ask, hostile):
    assert ask("SELECT ?x { FILTER(isLiteral(?x)) }", ox.Literal(hostile)) == [hostile]
    assert ask("SELECT ?y { ?z ?p ?y FILTER(?y = ?x) }", ox.Literal(hostile)) == []


def test_a_value_of_an_unknown_variable_is_refused_with_the_nearest_one():
    with pytest.raises(UsageError, match=r"no variable \?unt") as caught:
        bind("SELECT ?unit { ?unit ?p ?o }", (("unt", A),))
    assert "?unit" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT ?x { BIND(1 AS ?x) }", "assigned by AS at line 1, column 23"),
        ("SELECT (1 AS ?x) {}", "assigned by AS"),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o } HAVING(?n > ?x)", "without GROUP BY"),
    ],
)
def test_a_variable_that_cannot_have_a_value_is_refused(text, message):
    with pytest.raises(UsageError, match=message):
        bind(text, (("x", A),))


def test_a_blank_node_is_refused():
    with pytest.raises(UsageError, match="blank node"):
        bind("SELECT ?x {}", (("x", ox.BlankNode()),))


def test_lines_of_the_text_stay():
    text = "SELECT ?y\n{\n  ?x ?p ?y\n}\n"
    assert bind(text, (("x", A),)).count("\n") == text.count("\n")
