"""Pages of ontologies of any size: a tree of two levels, tables by page, kinds by page."""

from __future__ import annotations

import re

import pytest

import ipgraph
from ipgraph.settings import Settings
from support.running import application, browser

PREFIXES = """
@prefix : <http://example.org/terms#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix ext: <http://elsewhere.example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
MAX_BYTES = 100_000
# A large vocabulary: 40 classes with 30 below each, 1,500 properties, long comments.
COMMENT = "A thing that is described at some length, as ontologies like to do it. " * 12
# Local names of this length make links of 200 bytes.
LONG = "-as-long-as-the-names-of-terms-in-large-ontologies-sometimes-are"


def large():
    yield PREFIXES
    for top in range(40):
        yield f':T{top}{LONG} a owl:Class ; rdfs:label "Top {top}" ; rdfs:comment "{COMMENT}" .'
        for below in range(30):
            yield f":T{top}B{below}{LONG} a owl:Class ; rdfs:subClassOf :T{top}{LONG} ;"
            yield f' rdfs:label "Below {top} {below}" ; rdfs:comment "{COMMENT}" .'
    for number in range(1500):
        yield f":p{number} a owl:ObjectProperty ; rdfs:domain :T1{LONG} ; rdfs:range ext:Foreign ."
    for top in range(60):
        yield f":C{top}{LONG} a skos:Concept ; skos:narrower "
        yield " , ".join(f":C{top}N{below}{LONG}" for below in range(20)) + " ."
        yield from (f":C{top}N{below}{LONG} a skos:Concept ." for below in range(20))
    for number in range(80):
        yield f":T{number % 40}B{number % 30}{LONG} rdfs:subClassOf ext:Foreign ."
        yield f':i{number} a :Kind{number} ; rdfs:label "Thing {number}" .'


SMALL = f"""{PREFIXES}
<http://example.org/terms> a owl:Ontology ; rdfs:label "Birds" .
:Bird a owl:Class ; rdfs:subClassOf ext:Animal .
:Auk a owl:Class ; rdfs:subClassOf :Bird ,
  [ a owl:Restriction ; owl:onProperty :eats ; owl:someValuesFrom :Fish ] .
:Fish a owl:Class . :eats a owl:ObjectProperty ; rdfs:domain :Bird .
"""


def opened(folder, text):
    path = folder / "terms.ttl"
    path.write_text(text, encoding="utf-8")
    return ipgraph.open(path, settings=Settings(cache=str(folder / "cache")))


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with application(opened(tmp_path_factory.mktemp("large"), "\n".join(large()))) as app:
        yield browser(app)


@pytest.fixture(scope="module")
def birds(tmp_path_factory):
    with application(opened(tmp_path_factory.mktemp("birds"), SMALL)) as app:
        yield browser(app)


def main(client, path):
    return client.get(path).text.partition("<main")[2].partition("</main")[0]


@pytest.mark.parametrize(
    "path",
    [
        "/", "/ontology", "/ontology?kind=property", "/ontology?page=3",
        "/browse", "/browse?page=2",
        "/browse?type=http://www.w3.org/2002/07/owl%23Class",
        "/describe?uri=http://example.org/terms%23T1" + LONG,
        "/describe?uri=http://example.org/terms%23p1",
        "/describe?uri=http://elsewhere.example.org/Foreign",
    ],
)  # fmt: skip
def test_no_page_of_a_large_vocabulary_exceeds_the_budget(client, path):
    reply = client.get(path)
    assert reply.status_code == 200
    assert len(reply.data) < MAX_BYTES


def test_all_terms_are_in_the_pages_of_the_table(client):
    seen = set()
    for number in range(1, 27):
        rows = re.findall(
            r'<th scope="row">\s*<a[^>]*>([^<]*)', main(client, f"/ontology?page={number}")
        )
        seen.update(row for row in rows if row.startswith(("Top", "Below")))
    assert len(seen) == 40 * 31


def test_the_tree_has_two_levels_and_says_what_it_leaves_out(client):
    tree = main(client, "/ontology").partition('id="tree"')[2].partition('id="terms"')[0]
    assert "Top 7<" in tree
    assert "Below 7 0<" in tree
    assert tree.count("<details>") == 40
    assert "All 30 below" in tree


def test_the_table_is_filtered_by_name(client):
    text = main(client, "/ontology?q=below+7+2")
    assert "Below 7 2<" in text
    assert "Below 8 2<" not in text
    assert 'id="tree"' not in text
    assert "There are no such terms." in main(client, "/ontology?q=nothing")


def test_own_terms_come_before_those_of_others(birds):
    rows = re.findall(r'<th scope="row">\s*<a[^>]*>([^<]*)', main(birds, "/ontology"))
    assert rows[:3] == ["Auk", "Bird", "Fish"]


def test_kinds_are_listed_by_page_and_found_by_name(client):
    first, second = main(client, "/browse"), main(client, "/browse?page=2")
    assert first.count("kind-group") + second.count("kind-group") == 40
    assert "Kind79" in main(client, "/browse?q=kind79").replace("Kind 79", "Kind79").replace(
        "kind 79", "Kind79"
    )
    assert "There are no such types." in main(client, "/browse?q=nothing")


def test_an_ontology_alone_is_not_empty(birds):
    home, browse = main(birds, "/"), main(birds, "/browse")
    for text in (home, browse):
        assert "Class" in text
        assert "Restriction" not in text
        assert "Ontolog" not in text.replace('href="/ontology"', "").replace("Birds", "")
    assert "Auk" in browse


def test_the_classes_of_an_ontology_alone_are_counted(tmp_path):
    names = {name.label: count for name, count in opened(tmp_path, SMALL).classes()}
    assert names["Class"] >= 3
    assert not any("Restriction" in name for name in names)
