"""Queries that Oxigraph alone would answer differently from SPARQL 1.1."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.errors import BadQuery, Refused
from ipgraph.store.local import LocalStore, merge

DATA = """
PREFIX : <http://example.org/>
INSERT DATA {
  GRAPH :one { :a :p :b . :b :p :c . :a :q 1 }
  GRAPH :two { :k :p :l }
}"""
PREFIX = "PREFIX : <http://example.org/> "


@pytest.fixture(scope="module")
def store():
    engine = ox.Store()
    engine.update(DATA)
    merge(engine)
    return LocalStore(engine)


@pytest.fixture(scope="module")
def many_graphs():
    engine = ox.Store()
    for number in range(20):
        engine.add(ox.Quad(*[ox.NamedNode("urn:x")] * 3, ox.NamedNode(f"urn:g:{number}")))
    merge(engine)
    return LocalStore(engine)


def rows(store, text, **dataset):
    found = store.evaluate(PREFIX + text, base="http://example.org/", **dataset)
    return {tuple(getattr(term, "value", None) for term in row) for row in found}


def columns(store, text):
    return [variable.value for variable in store.evaluate(PREFIX + text).variables]


@pytest.mark.parametrize(
    "pattern",
    [
        ":none :p* ?x",
        ":none :p? ?x",
        ":none ^:p* ?x",
        ":none (:p|:q)* ?x",
        ":none :p*/:q? ?x",
        ":none (:p|:q?) ?x",
        "?x :p* :none",
        "<none> :p* ?x",
        "<http://example.org/none> :p*?x",
        ":a :p :b . :none :p* ?x . :b :p :c",
        ":a :p :b OPTIONAL { :none :p* ?x }",
        "GRAPH :one { :none :p* ?x }",
        "FILTER EXISTS { :none :p* :none } VALUES ?x { :none }",
        "{ SELECT ?x { :none :p* ?x } }",
    ],
)
def test_a_path_of_length_zero_from_an_unknown_term_has_the_term(store, pattern):
    assert rows(store, f"SELECT ?x {{ {pattern} }}") == {("http://example.org/none",)}


def test_a_path_of_length_zero_counts_only_the_graphs_of_the_query(store):
    only_k = {("http://example.org/k",)}
    assert rows(store, "SELECT ?x { :k :p* ?x }", default_graphs=["http://example.org/one"]) == (
        only_k
    )
    assert rows(store, "SELECT ?x FROM :one { :k :p* ?x }") == only_k
    assert rows(store, "SELECT ?x { GRAPH :one { :k :p* ?x } }") == only_k
    assert len(rows(store, "SELECT ?x { :k :p* ?x }")) == 2


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        (":none :p+ ?x", 0),
        (":none :p*/:q ?x", 0),
        (":none :p* :a", 0),
        (":a :p* ?x", 3),
        ("?x :p* ?y", 6),
        ("?x :p* 1", 1),
        ("?x :p* 'none'", 1),
        (":a :p ?x FILTER(2*3 = 6)", 1),
    ],
)
def test_other_paths_are_left_to_the_engine(store, pattern, count):
    assert len(rows(store, f"SELECT ?x {{ {pattern} }}")) == count


def test_a_path_between_an_unknown_term_and_itself_holds(store):
    assert store.evaluate(PREFIX + "ASK { :none :p* :none }")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT ?x { :none :p* ?x ; :q ?y }", "length zero"),
        ("SELECT ?x { :none :p* ?x , ?y }", "length zero"),
        ("SELECT ?x { :none :p* [] }", "length zero"),
        ("SELECT ?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }", "SELECT at"),
        ("SELECT ?g { GRAPH ?g { { SELECT * { ?s ?p ?o } } } }", "SELECT at"),
        ("SELECT ?g { GRAPH ?g { SELECT ?g ?s { ?s ?p ?o } LIMIT 1 } }", "SELECT at"),
        ("SELECT ?g { GRAPH ?g { ?s ?p ?o FILTER EXISTS { SELECT ?z { ?z :q 1 } } } }", "SELECT"),
        ("SELECT ?g ?x { GRAPH ?g { VALUES ?x { 1 } } }", "VALUES"),
        ("SELECT ?g ?x { graph $g { VALUES ?x { 1 } OPTIONAL { ?s ?p ?x } } }", "VALUES"),
        ("SELECT ?g ?x { GRAPH ?g { { VALUES ?x { 1 } } UNION { ?s ?p ?x } } }", "VALUES"),
    ],
)
def test_what_the_engine_would_answer_wrongly_is_refused_with_the_reason(many_graphs, text, reason):
    with pytest.raises(Refused, match=reason) as caught:
        many_graphs.evaluate(PREFIX + text)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("GRAPH ?g { SELECT (COUNT(*) AS ?x) { ?s ?p ?o } }", {("one", "3"), ("two", "1")}),
        ("GRAPH ?g { { SELECT (COUNT(*) AS ?x) { ?s :q ?o } } }", {("one", "1"), ("two", "0")}),
        ("GRAPH ?g { VALUES ?x { 1 } }", {("one", "1"), ("two", "1")}),
        ("GRAPH ?g { VALUES ?x { 1 } OPTIONAL { ?s ?p ?x } }", {("one", "1"), ("two", "1")}),
        ("GRAPH ?g { { VALUES ?x { 2 } } UNION { ?s :q ?x } }",
         {("one", "1"), ("one", "2"), ("two", "2")}),
        ("GRAPH ?g { SELECT ?g ?x { ?x :p ?o } ORDER BY ?x LIMIT 1 }",
         {("one", "http://example.org/a"), ("two", "http://example.org/k")}),
        ("GRAPH ?g { ?x :p :l FILTER EXISTS { SELECT ?x { ?x :p ?z } } }",
         {("two", "http://example.org/k")}),
        ("GRAPH ?g { :none :p* ?x }",
         {("one", "http://example.org/none"), ("two", "http://example.org/none")}),
        ("GRAPH ?h { VALUES ?x { 1 } GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }",
         {("one", "1"), ("two", "1")}),
    ],
)  # fmt: skip
def test_a_graph_clause_is_evaluated_once_for_each_of_a_few_graphs(store, pattern, expected):
    found = rows(store, f"SELECT ?g ?x {{ {pattern} }}")
    assert {(graph.rpartition("/")[2], value) for graph, value in found} == expected


def test_only_the_named_graphs_of_the_query_count(store):
    text = "SELECT ?g ?x { GRAPH ?g { VALUES ?x { 1 } } }"
    one = ["http://example.org/one", "http://example.org/none"]
    assert rows(store, text, named_graphs=one) == {(one[0], "1")}
    assert rows(store, text, named_graphs=one[1:]) == set()
    assert rows(store, text.replace("{", "FROM NAMED :two {", 1)) == {
        ("http://example.org/two", "1")
    }


def test_blank_nodes_are_not_written_twice(store):
    with pytest.raises(Refused):
        store.evaluate(PREFIX + "SELECT ?g { GRAPH ?g { SELECT ?s { _:b :p ?s } } }")


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ("GRAPH ?g {}", 2),
        ("GRAPH ?g { ?s :q ?x VALUES ?x { 1 2 } }", 1),
        ("GRAPH ?g { VALUES ?s { :k } ?s ?p ?x }", 1),
        ("GRAPH ?g { VALUES ?x { :l } { ?s ?p ?x } UNION { ?x ?p ?s } }", 1),
        ("GRAPH ?g { ?s :q ?x OPTIONAL { VALUES ?y { 1 } } }", 1),
        ("GRAPH ?g { SELECT ?g (COUNT(*) AS ?x) { ?s ?p ?o } GROUP BY ?g }", 2),
        ("GRAPH :one { SELECT (COUNT(*) AS ?x) { ?s ?p ?o } }", 1),
        ("GRAPH ?g {} VALUES ?x { 1 }", 2),
        ("GRAPH ?g { BIND(1 AS ?x) }", 2),
    ],
)
def test_patterns_that_the_engine_evaluates_in_each_graph_are_answered(store, pattern, count):
    assert len(rows(store, f"SELECT ?g ?x {{ {pattern} }}")) == count


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SELECT * { ?s ?p ?o }", "s p o"),
        ("select distinct* { ?s $p ?o }", "s p o"),
        ("SELECT * { ?a ?b ?c }", "a b c"),
        ("SELECT * { ?s ?p ?o FILTER(?z > ?b || ?p = :p) }", "s p o"),
        ("SELECT * { ?s ?p ?o MINUS { ?s :q ?a } } ORDER BY ?x", "s p o"),
        ("SELECT * { ?s ?p ?o { SELECT ?z { ?z ?a ?b } } }", "s p o z"),
        ("SELECT * { ?s ?p '?a' . # ?b\n ?x ?c \"?d\" }", "s p x c"),
        ("SELECT * { <http://example.org/?a> ?p ?o }", "p o"),
        ("SELECT * { ?z a ?o BIND(1 AS ?b) }", "z o b"),
        ("SELECT * { ?z a ?o } VALUES ?b { 1 }", "z o b"),
        ("SELECT * { :none :p* ?z . ?a ?b ?c }", "z a b c"),
        ("# SELECT * { ?z }\nSELECT ?o ?s { ?s ?p ?o }", "o s"),
        ("SELECT ?o { SELECT * { ?s ?p ?o } }", "o"),
        ("SELECT * { ?\u00e9 ?p ?a }", "\u00e9 p a"),
    ],
)
def test_the_columns_of_select_star_have_the_order_of_the_text(store, text, names):
    assert columns(store, text) == names.split()


@pytest.mark.parametrize("text", ["SELECT * {\n ?s ?p ?o ?x }", "SELECT * {\n ?s ?p* ?o ?x }"])
def test_errors_have_their_place_in_the_text_as_written(store, text):
    with pytest.raises(BadQuery) as caught:
        store.evaluate(text)
    assert caught.value.place.line == 2


def test_a_text_that_nests_too_deep_is_left_to_the_engine(store):
    text = "SELECT ?x { " + "{" * 200 + ":none :p* ?x" + "}" * 200 + " }"
    assert rows(store, text) == set()
