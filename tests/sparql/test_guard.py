from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipgraph.errors import BadQuery, QueryTooComplex, SizeLimitExceeded
from ipgraph.sparql.guard import Bounds, admit, inspect
from ipgraph.sparql.lexer import tokenize


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
def test_service_is_found_in_every_spelling(text):
    assert inspect(text).services


def test_a_graph_in_from_is_resolved_against_base_and_prefixes():
    found = inspect(
        "BASE <http://e/x/> PREFIX p: <../g/> SELECT * FROM <y> FROM NAMED p:one FROM p:two {}"
    )
    assert found.default_graphs == ("http://e/x/y", "http://e/g/two")
    assert found.named_graphs == ("http://e/g/one",)


def test_an_undeclared_well_known_prefix_is_reported_with_the_line_to_add():
    with pytest.raises(BadQuery) as caught:
        admit("SELECT *\n{ ?s org:unitOf ?o }")
    assert (caught.value.place.line, caught.value.place.column) == (2, 6)
    assert "PREFIX org: <http://www.w3.org/ns/org#>" in caught.value.hint


def test_an_unknown_prefix_gets_a_similar_known_one_as_a_hint():
    with pytest.raises(BadQuery) as caught:
        admit("ASK { ?s skoss:broader ?o }")
    assert "skos:" in caught.value.hint


def test_a_prefix_that_the_caller_declares_is_not_missing():
    assert admit("ASK { ?s ip:partOf ?o }", prefixes={"ip": "http://e/"}).form == "ASK"


@pytest.mark.parametrize("text", ["DROP ALL", "INSERT DATA {}", "WITH <urn:g> DELETE {} WHERE {}"])
def test_an_update_is_rejected(text):
    with pytest.raises(BadQuery, match="read-only"):
        admit(text)


NESTED = {
    "groups": lambda n: "ASK" + "{" * n + "}" * n,
    "parentheses": lambda n: "ASK{FILTER" + "(" * n + "1" + ")" * n + "}",
    "blank nodes": lambda n: "ASK{" + "[<p:p> " * n + "1" + "]" * n + " <p:p> 1}",
    "in an apparent IRI": lambda n: "ASK{FILTER(1<" + "(" * n + "1" + ")" * n + ">2)}",
}


@pytest.mark.parametrize("nest", NESTED.values(), ids=NESTED.keys())
def test_nesting_is_rejected_only_beyond_the_limit(nest):
    assert inspect(nest(90)).depth >= 90
    with pytest.raises(QueryTooComplex) as caught:
        inspect(nest(200))
    assert caught.value.limit == "max_query_depth"


CHAINS = {
    "sums": lambda n: "ASK{FILTER(" + "1+" * n + "1)}",
    "adjacent signs": lambda n: "ASK{FILTER(true" + "-true" * n + ")}",
    "unions": lambda n: "ASK{" + "{}UNION" * n + "{}}",
    "paths": lambda n: "ASK{?s " + "<p:p>/" * n + "<p:p> ?o}",
    "negations": lambda n: "ASK{FILTER(" + "!" * n + "true)}",
    "adjacent groups": lambda n: "ASK{" + "{}" * n + "}",
    "across brackets": lambda n: "ASK{FILTER(" + ("1+" * 20 + "(") * (n // 20) + "1",
}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS.keys())
def test_a_chain_is_rejected_only_beyond_the_limit(chain):
    inspect(chain(200))
    with pytest.raises(QueryTooComplex) as caught:
        inspect(chain(600))
    assert caught.value.limit == "max_query_chain"


def test_the_data_of_values_are_not_a_chain():
    rows = "(1 -2)" * 3000
    assert inspect("ASK { VALUES (?a ?b) {" + rows + "} }", Bounds(max_bytes=1 << 20)).chain < 10


def test_long_lists_of_triples_are_not_a_chain():
    inspect("CONSTRUCT {" + "<a:s> <p:p> 1 ; <p:q> 2, 3 .\n" * 900 + "} WHERE {}")


def test_a_text_over_the_size_limit_is_rejected():
    with pytest.raises(SizeLimitExceeded):
        inspect("ASK {} #" + "é" * 40_000)


def test_text_with_invalid_unicode_is_a_bad_query():
    with pytest.raises(BadQuery):
        inspect("ASK { '\udcff' ?p ?o }")


@pytest.mark.parametrize("word", ["NOW", "rand", "UUID", "StrUuid", "BNODE"])
def test_a_query_with_a_volatile_result_is_recognized(word):
    assert inspect(f"SELECT ({word}() AS ?x) {{}}").volatile
    assert not inspect(f"SELECT ?{word} {{ ?{word} <urn:{word}> '{word}' }}").volatile


@pytest.mark.parametrize(
    ("text", "is_volatile"),
    [
        ("CONSTRUCT { _:x <urn:p> ?o } WHERE { ?s ?p ?o }", True),
        ("construct{?s <urn:p> [ <urn:q> ?o ]} { ?s ?p ?o }", True),
        ("CONSTRUCT { ?s <urn:p> (1 2) } WHERE { ?s ?p ?o }", True),
        ("CONSTRUCT { ?s ?p ?o } WHERE { _:x ?p [] . ?s ?p (1) FILTER(?o > 1) }", False),
        ("CONSTRUCT WHERE { ?s ?p ?o }", False),
        ("CONSTRUCT FROM <urn:g> WHERE { ?s ?p ?o }", False),
        ("SELECT * { ?s ?p [] }", False),
    ],
)
def test_a_template_with_blank_nodes_is_volatile(text, is_volatile):
    assert inspect(text).volatile is is_volatile


# Hidden texts, each with a context in which `inspect` detects it when it is not hidden.
OPEN = {
    "SERVICE <http://h/> {}": ("ASK { %s }", lambda found: found.services),
    "service silent<http://h/>{}": ("ASK { %s }", lambda found: found.services),
    "FROM <http://h/>": ("ASK %s {}", lambda found: found.default_graphs),
    "FROM NAMED <http://h/>": ("ASK %s {}", lambda found: found.named_graphs),
    "LOAD <http://h/>": ("%s", lambda found: found.is_update),
    "DROP ALL": ("%s", lambda found: found.is_update),
    "{{{{": ("ASK %s", lambda found: found.depth == 4),
    "}}}} {": ("ASK { %s", lambda found: found.depth == 1 and found.chain == 2),
    "((((": ("ASK { FILTER %s", lambda found: found.depth == 5),
    "||||": ("ASK { FILTER(1 %s", lambda found: found.chain == 4),
    "RAND()": ("ASK { FILTER %s }", lambda found: found.volatile),
    "p:x": ("ASK { %s ?p ?o }", lambda found: found.names or found.undeclared),
}
WORDS = ("SERVICE", "SILENT", "FROM", "LOAD", "DROP", "RAND", "UNION", "VALUES", "PREFIX")
IN_IRIS = ("(((((", "RAND()", "a&&b", "?x#y", "!!!", "'", "SERVICE(", "x;LOAD")
IN_COMMENTS = (*IN_IRIS, "[[[[", "a||b", "<", r"\x")
STRINGS = (
    '"%s"',
    "'%s'",
    '"""%s"""',
    "'''a\n%s'''",
    '"\\"%s"',
    "'\\'%s'",
    '"""\n" %s"""',
    "'%s'@en",
)
ONE_LINE = tuple(string for string in STRINGS if "\n" not in string)
NAMES = ("p:%s", "?%s", "p:a-%s", '"x"@%s', "p:%s.x", "_:%s")


def hiding_terms():
    """Return terms with hidden texts: strings, IRIs, names, and literals before a comment."""
    hidden = st.sampled_from([*OPEN])
    string = st.builds(lambda template, text: template % text, st.sampled_from(STRINGS), hidden)
    name = st.builds(
        lambda template, word: template % word, st.sampled_from(NAMES), st.sampled_from(WORDS)
    )
    iri = st.builds("<http://e/{}>".format, st.sampled_from(WORDS + IN_IRIS))
    comment = st.builds("1 # {}\n".format, hidden | st.sampled_from(IN_COMMENTS + ONE_LINE))
    return string | name | iri | comment


@pytest.mark.parametrize("hidden", OPEN)
def test_the_hidden_texts_of_the_next_test_are_detected_in_the_open(hidden):
    text, detects = OPEN[hidden]
    assert detects(inspect(text % hidden))


@given(st.lists(hiding_terms(), min_size=1, max_size=8))
def test_text_in_strings_comments_iris_and_names_is_ignored(parts):
    triples = " ".join(f"<urn:s> <urn:p> {part} ." for part in parts)
    text = f"PREFIX p: <http://e/> ASK {{ {triples} }}"
    ox.Store().query(text)  # the engine accepts it, so the guard has read a complete query
    found = inspect(text)
    assert (found.form, found.depth, found.chain, found.volatile) == ("ASK", 1, 1, False)
    assert (found.services, found.default_graphs, found.named_graphs) == ((), (), ())


@given(st.lists(hiding_terms(), min_size=1, max_size=8))
def test_hidden_text_does_not_hide_what_follows(parts):
    triples = " ".join(f"<urn:s> <urn:p> {part} ." for part in parts)
    text = f"PREFIX p: <http://e/> ASK {{ {triples} SERVICE <http://h/> {{ ?s ?p (RAND()) }} }}"
    found = inspect(text)
    assert [use.name for use in found.services] == ["http://h/"]
    assert (found.depth, found.volatile) == (4, True)


@given(st.text(alphabet="<>?ab#\"'&|{}()[] \n\\:.", max_size=60))
def test_the_lexer_raises_no_other_error_for_any_text(text):
    try:
        tokens = tokenize(text)
    except BadQuery:
        return
    assert all(text[token.start :].startswith(token.text) for token in tokens)
