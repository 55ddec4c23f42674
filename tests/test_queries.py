from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipgraph.errors import BadQuery, QueryTooComplex, SizeLimitExceeded
from ipgraph.queries import Bounds, admit, inspect
from ipgraph.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "SELECT"),
        ("select*{}", "SELECT"),
        ("# SELECT\nASK {}", "ASK"),
        ("BASE <http://e/> PREFIX a: <a> CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("PREFIX select: <http://e/> DESCRIBE select:x", "DESCRIBE"),
        ("PREFIX : <http://e/> INSERT DATA { :a :b :c }", "INSERT"),
        ("LOAD <http://e/>", "LOAD"),
        ("nonsense", ""),
    ],
)
def test_the_form_is_the_first_word_after_the_prologue(text, form):
    assert inspect(text).form == form


@pytest.mark.parametrize(
    "text",
    [
        "ASK { SERVICE <http://h/> {} }",
        "ASK { service silent ?x {} }",
        "ASK { servicesilent<http://h/>{} }",
        "PREFIX : <http://h/> ASK { SERVICE:x {} }",
        "PREFIX : <http://h/> ASK { SERVICESILENT:x {} }",
        'ASK { FILTER(?a<?b#>"""\n) SERVICE <http://h/> {} #"""\n }',
    ],
)
def test_service_is_found_however_it_is_written(text):
    assert inspect(text).services


def test_a_graph_in_from_is_resolved_against_base_and_prefixes():
    found = inspect(
        "BASE <http://e/x/> PREFIX p: <../g/> SELECT * FROM <y> FROM NAMED p:one FROM p:two {}"
    )
    assert found.default_graphs == ("http://e/x/y", "http://e/g/two")
    assert found.named_graphs == ("http://e/g/one",)


def test_an_undeclared_prefix_of_the_project_comes_with_the_line_to_add():
    with pytest.raises(BadQuery) as caught:
        admit("SELECT *\n{ ?s ip:partOf ?o }")
    assert (caught.value.place.line, caught.value.place.column) == (2, 6)
    assert "PREFIX ip: <https://w3id.org/ipgraph/ontology/>" in caught.value.hint


def test_an_unknown_prefix_gets_the_nearest_known_one():
    with pytest.raises(BadQuery) as caught:
        admit("ASK { ?s skoss:broader ?o }")
    assert "skos:" in caught.value.hint


def test_a_prefix_that_the_caller_declares_is_not_missing():
    assert admit("ASK { ?s ip:partOf ?o }", prefixes=frozenset({"ip"})).form == "ASK"


@pytest.mark.parametrize("text", ["DROP ALL", "INSERT DATA {}", "WITH <urn:g> DELETE {} WHERE {}"])
def test_an_update_is_no_query(text):
    with pytest.raises(BadQuery, match="read only"):
        admit(text)


NESTED = {
    "groups": lambda n: "ASK" + "{" * n + "}" * n,
    "parentheses": lambda n: "ASK{FILTER" + "(" * n + "1" + ")" * n + "}",
    "blank nodes": lambda n: "ASK{" + "[<p:p> " * n + "1" + "]" * n + " <p:p> 1}",
    "in what looks like an IRI": lambda n: "ASK{FILTER(1<" + "(" * n + "1" + ")" * n + ">2)}",
}


@pytest.mark.parametrize("nest", NESTED.values(), ids=NESTED.keys())
def test_nesting_beyond_the_bound_is_refused_and_nesting_within_is_not(nest):
    assert inspect(nest(90)).depth >= 90
    with pytest.raises(QueryTooComplex) as caught:
        inspect(nest(200))
    assert caught.value.limit == "max_query_depth"


CHAINS = {
    "sums": lambda n: "ASK{FILTER(" + "1+" * n + "1)}",
    "signs that touch": lambda n: "ASK{FILTER(true" + "-true" * n + ")}",
    "unions": lambda n: "ASK{" + "{}UNION" * n + "{}}",
    "paths": lambda n: "ASK{?s " + "<p:p>/" * n + "<p:p> ?o}",
    "negations": lambda n: "ASK{FILTER(" + "!" * n + "true)}",
    "groups in a row": lambda n: "ASK{" + "{}" * n + "}",
    "spread over brackets": lambda n: "ASK{FILTER(" + ("1+" * 20 + "(") * (n // 20) + "1",
}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS.keys())
def test_a_chain_beyond_the_bound_is_refused_and_one_within_is_not(chain):
    inspect(chain(200))
    with pytest.raises(QueryTooComplex) as caught:
        inspect(chain(600))
    assert caught.value.limit == "max_query_chain"


def test_the_data_of_values_is_no_chain():
    rows = "(1 -2)" * 3000
    assert inspect("ASK { VALUES (?a ?b) {" + rows + "} }", Bounds(max_bytes=1 << 20)).chain < 10


def test_long_lists_of_triples_and_arguments_are_no_chain():
    inspect("CONSTRUCT {" + "<a:s> <p:p> 1 ; <p:q> 2, 3 .\n" * 900 + "} WHERE {}")


def test_a_text_over_its_bytes_is_refused():
    with pytest.raises(SizeLimitExceeded):
        inspect("ASK {} #" + "é" * 40_000)


def test_text_that_is_no_unicode_is_a_bad_query():
    with pytest.raises(BadQuery):
        inspect("ASK { '\udcff' ?p ?o }")


@pytest.mark.parametrize("word", ["NOW", "rand", "UUID", "StrUuid", "BNODE"])
def test_a_query_whose_answer_varies_is_known_as_such(word):
    assert inspect(f"SELECT ({word}() AS ?x) {{}}").volatile
    assert not inspect(f"SELECT ?{word} {{ ?{word} <urn:{word}> '{word}' }}").volatile


HIDDEN = st.sampled_from(
    ["SERVICE <http://h/> {", "FROM <http://h/>", "}}}}", "{{{{", "((((", "RAND()", "#"]
)
PLACES = st.sampled_from(
    [
        '"{}"',
        "'{}'",
        '"""{}"""',
        "'''a\n{}'''",
        '"\\"{}"',
        "'\\'{}'",
        '""" "{}""" ',
    ]
)


@given(st.lists(st.tuples(PLACES, HIDDEN), min_size=1, max_size=6))
def test_what_stands_in_strings_hides_nothing_and_counts_for_nothing(parts):
    strings = " ".join(place.format(hidden) for place, hidden in parts)
    found = inspect("ASK { VALUES ?x { " + strings + " } }")
    assert (found.form, found.services, found.default_graphs) == ("ASK", (), ())
    assert found.depth == 2
    assert not found.volatile


@given(st.lists(HIDDEN, min_size=1, max_size=6))
def test_what_stands_in_comments_counts_for_nothing_and_what_follows_does(parts):
    comments = "".join(f"# {hidden}\n" for hidden in parts)
    found = inspect(comments + "ASK {" + comments + "SERVICE <http://h/> {} }" + comments)
    assert len(found.services) == 1
    assert found.depth == 2
    assert not found.default_graphs


@given(st.sampled_from(["SERVICE", "FROM", "(((((", "[[[", "a&&b", "?x#y", "RAND()"]))
def test_what_stands_in_an_iri_counts_for_nothing(hidden):
    found = inspect(f"ASK {{ <http://e/{hidden}> ?p <{hidden}> }}")
    assert (found.services, found.default_graphs, found.depth) == ((), (), 1)


@given(st.text(alphabet="<>?ab#\"'&|{}()[] \n\\:.", max_size=60))
def test_no_text_makes_the_lexer_fail_in_another_way(text):
    try:
        tokens = tokenize(text)
    except BadQuery:
        return
    assert all(text[each.start :].startswith(each.text) for each in tokens)
