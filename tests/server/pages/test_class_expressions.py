"""Pages of classes and properties: expressions in words, properties of a class, domains."""

from __future__ import annotations

import re
from html import unescape

import pytest

import ipgraph
from ipgraph.settings import Settings
from support.running import application, browser

EXPRESSIONS = {
    "owl:someValuesFrom :Fish": "Eats: at least one Fish",
    "owl:allValuesFrom :Fish": "Eats: only Fish",
    "owl:hasValue :herring": "Eats: Herring",
    "owl:minCardinality 2": "Eats: at least 2",
    "owl:maxQualifiedCardinality 3 ; owl:onClass :Fish": "Eats: at most 3 Fish",
    "owl:cardinality 1": "Eats: exactly 1",
    "owl:someValuesFrom [ owl:unionOf ( :Fish :Bird ) ]": "Eats: at least one (Fish or Bird)",
    "owl:allValuesFrom [ owl:complementOf :Fish ]": "Eats: only (not Fish)",
    "owl:someValuesFrom [ owl:intersectionOf ( :Fish :Bird ) ]": (
        "Eats: at least one (Fish and Bird)"
    ),
    "owl:hasSelf true": None,
    "owl:someValuesFrom :Fish , :Bird": None,
}
HEAD = """
@prefix : <http://example.org/terms#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix schema: <https://schema.org/> .
:Fish a owl:Class ; rdfs:label "Fish" . :Bird a owl:Class ; rdfs:label "Bird" .
:eats a owl:ObjectProperty ; rdfs:label "Eats" ; rdfs:domain :Bird ; rdfs:range :Fish .
:swims a owl:ObjectProperty ; rdfs:label "Swims" ; rdfs:domain [ owl:unionOf ( :Bird :Fish ) ] .
:named a owl:DatatypeProperty ; rdfs:label "Named" ; schema:domainIncludes :Bird .
:ringed a owl:DatatypeProperty ; rdfs:label "Ringed" . :other a owl:ObjectProperty .
:herring a :Fish ; rdfs:label "Herring" .
:BirdShape a sh:NodeShape ; sh:targetClass :Bird ; sh:property [ sh:path :ringed ] .
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    path = tmp_path_factory.mktemp("expressions") / "terms.ttl"
    axioms = [
        f":E{number} a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; "
        f"owl:onProperty :eats ; {text} ] ."
        for number, text in enumerate(EXPRESSIONS)
    ]
    path.write_text(HEAD + "\n".join(axioms), encoding="utf-8")
    graph = ipgraph.open(path, settings=Settings(cache=str(path.parent / "cache")))
    with application(graph) as app:
        yield browser(app)


def main(client, name):
    page = client.get(f"/describe?uri=http://example.org/terms%23{name}").text
    return page.partition("<main")[2].partition("</main")[0]


def words(text):
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]*>", "", text)))


@pytest.mark.parametrize(("number", "sentence"), [*enumerate(EXPRESSIONS.values())])
def test_a_class_expression_is_in_words_or_in_turtle(client, number, sentence):
    text = main(client, f"E{number}")
    if sentence is None:
        assert "owl:onProperty" in text.partition("<pre")[2]
    else:
        assert sentence in words(text)
        assert "<pre" not in text.partition("<aside")[0]


def test_a_class_lists_its_properties_with_their_values(client):
    section = words(main(client, "Bird").partition('id="own"')[2].partition("</section")[0])
    for name in ("Eats to Fish", "Named", "Ringed", "Swims"):
        assert name in section
    assert "other" not in section.casefold()


def test_a_property_names_its_domain(client):
    assert "DomainBird" in words(main(client, "eats"))
    assert "DomainBird" in words(main(client, "named"))
    assert "Bird or Fish" in words(main(client, "swims"))
