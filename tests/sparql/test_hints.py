from __future__ import annotations

from functools import partial

import pyoxigraph as ox
import pytest

from ipgraph.serialization.emptiness import is_empty
from ipgraph.serialization.formats import Content, formats_with
from ipgraph.serialization.results import write
from ipgraph.sparql import hints
from ipgraph.store.local import LocalStore, merge

DATA = """
PREFIX : <http://example.org/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT DATA {
  GRAPH :g {
    :label a rdf:Property .
    :tokyo rdfs:label "Tokyo"@en, "Tokio"@es ; :label "capital" ; :area 2194 ;
      <https://schema.org/name> "T" ; :page <https://example.com/doc/> .
    :quebec rdfs:label "Qu\u00e9bec"@fr-ca .
  }
}"""
DATA = "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>" + DATA
PREFIXES = {"": "http://example.org/", "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}


@pytest.fixture(scope="module")
def store():
    engine = ox.Store()
    engine.update(DATA)
    merge(engine)
    return LocalStore(engine)


def find(store, text, **options):
    near = partial(hints.nearest_in, hints.terms_of(store))
    return hints.find(store, text, PREFIXES, nearest=near, **options)


@pytest.mark.parametrize(
    ("pattern", "kind", "found"),
    [
        ('?s ?p "Tokyo"', hints.LITERAL, '"Tokyo"@en'),
        ('?s ?p "Tokyo"@de', hints.LITERAL, '"Tokyo"@en'),
        ('?s ?p "capital"@en', hints.LITERAL, '"capital"'),
        (
            '?s ?p "2194"',
            hints.LITERAL,
            '"2194"^^<http://www.w3.org/2001/XMLSchema#integer>',
        ),
        ('?s rdfs:label ?l FILTER(?l = "Tokio")', hints.LITERAL, '"Tokio"@es'),
        ('?s rdfs:label ?l FILTER(?l IN ("Tokio"))', hints.LITERAL, '"Tokio"@es'),
        ('VALUES ?l { "Tokio" } ?s ?p ?l', hints.LITERAL, '"Tokio"@es'),
        ('?s ?p ?l FILTER(LANG(?l) = "fr-CA")', hints.TAG, '"fr-ca"'),
        ('?s ?p ?l FILTER("fr-CA" = LANG(?l))', hints.TAG, '"fr-ca"'),
        ("?s <http://schema.org/name> ?o", hints.SCHEME, "<https://schema.org/name>"),
        ("?s :page <https://example.com/doc>", hints.SCHEME, "<https://example.com/doc/>"),
        ("?s :page <http://example.com/doc>", hints.SCHEME, "<https://example.com/doc/>"),
        ("?s :labell ?o", hints.TERM, "<http://example.org/label>"),
        ("?s :unheardOf ?o", hints.TERM, ""),
        ("GRAPH :other { ?s ?p ?o }", hints.GRAPH, ""),
    ],
)
def test_a_term_that_matches_nothing_is_named_with_the_term_of_the_data(
    store, pattern, kind, found
):
    text = f"SELECT * {{ {pattern} }}"
    (hint,) = find(store, text).items
    assert (hint.kind, hint.found) == (kind, found)
    assert hint.term in pattern
    assert hint.term in str(hint)
    assert found in str(hint)


@pytest.mark.parametrize(
    "pattern",
    [
        '?s rdfs:label "Tokyo"@en',
        '?s ?p ?l FILTER(CONTAINS(?l, "Tokyo"))',
        '?s ?p ?l FILTER(STR(?l) = "Tokyo")',
        '?s ?p ?l FILTER(LANG(?l) = "en")',
        '?s ?p "nowhere"',
        "?s a rdfs:Nothing",
        "?s ?p ?o FILTER(<http://www.w3.org/2001/XMLSchema#integer>(?o) = 1)",
    ],
)
def test_terms_that_the_data_have_so_get_no_hint(store, pattern):
    assert find(store, f"SELECT * {{ {pattern} }}") == hints.Hints()


def test_a_literal_that_differs_in_case_is_found_by_a_scan(store):
    text = 'SELECT * { ?s ?p "CAPITAL" }'
    assert not find(store, text).items
    (hint,) = find(store, text, scans=True).items
    assert hint.found == '"capital"'


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s rdfs:label "Tokyo" ; <http://schema.org/name> ?o }',
        'SELECT ?s FROM :g { ?s rdfs:label ?l . FILTER(?l = "Tokyo") }',
        'SELECT ?s { ?s rdfs:label ?l . FILTER(LANG(?l) = "fr-CA") }',
    ],
)
def test_the_corrected_query_has_rows(store, text):
    assert not list(store.evaluate(text, prefixes=PREFIXES))
    assert list(store.evaluate(find(store, text).query, prefixes=PREFIXES))


def test_an_unknown_graph_in_from_is_named(store):
    (hint,) = find(store, "SELECT * FROM <http://example.org/none> { ?s ?p ?o }").items
    assert hint.kind == hints.GRAPH


def test_a_text_with_many_terms_has_few_hints(store):
    text = "SELECT * { VALUES ?x { " + " ".join(f":none{n}" for n in range(5000)) + " } }"
    assert len(find(store, text).items) == 5


@pytest.mark.parametrize("text", ["", "SELECT", "SELECT * { ?s ?p 'x }", "SELECT * { ?s ( "])
def test_any_text_is_read_without_an_error(store, text):
    assert isinstance(find(store, text), hints.Hints)


@pytest.mark.parametrize("form", formats_with(Content.BINDINGS, Content.TRIPLES, Content.QUADS))
@pytest.mark.parametrize("has_rows", [False, True])
def test_an_empty_result_is_recognized_in_every_format(store, tmp_path, form, has_rows):
    start = "SELECT * {" if form.content is Content.BINDINGS else "CONSTRUCT WHERE {"
    pattern = " ?s ?p ?o } LIMIT 1" if has_rows else " ?s :none ?o }"
    path = tmp_path / "result"
    with path.open("wb") as out:
        write(store.evaluate(start + pattern, prefixes=PREFIXES), form, out)
    assert is_empty(form.name, path.read_bytes()) is not has_rows


def test_the_form_of_a_query_is_its_first_keyword():
    assert hints.form_of("PREFIX a: <a:> # ASK\nselect ?x { ?x a 'ASK' }") == "SELECT"
    assert hints.form_of("SELECT 'x") == ""
