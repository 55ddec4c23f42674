"""Interface texts: every key that a page uses exists in every language."""

from __future__ import annotations

import re
from string import Formatter

import pyoxigraph as ox
import pytest

from ipgraph.namespaces import IP, OWL, RDF, RDFS
from ipgraph.resources import folder
from ipgraph.server.html import translations

TEMPLATES = sorted((folder("web") / "templates").glob("*.html"))
# t("a.b") and t("a.b" if … else "c.d"); concatenated keys are not found.
CALLS = re.compile(r"\bt\(([^()]*)\)")
KEYS = re.compile(r"[\"']([a-z_]+(?:\.[a-z_0-9]+)+)[\"'](?!\s*~)")


def used_keys() -> set[str]:
    return {
        key
        for path in TEMPLATES
        for call in CALLS.findall(path.read_text(encoding="utf-8"))
        for key in KEYS.findall(call)
    }


def placeholders(text: object) -> set[str]:
    parts = text.values() if isinstance(text, dict) else [text]
    return {name for part in parts for _, name, _, _ in Formatter().parse(str(part)) if name}


def test_every_key_that_a_template_uses_has_an_english_text():
    assert len(used_keys()) > 50
    assert used_keys() - translations.load("en").keys == set()


@pytest.mark.parametrize("language", [code for code in translations.languages() if code != "en"])
def test_a_translation_is_complete_and_keeps_the_placeholders(language):
    english, other = translations.load("en"), translations.load(language)
    assert english.keys - other.keys == set()
    assert other.keys - english.keys == set()
    for key in english.keys - {"plurals"}:
        assert placeholders(other.raw(key)) == placeholders(english.raw(key)), key


def test_a_number_selects_singular_or_plural_and_is_grouped():
    texts = translations.load("en")
    assert texts("entity.supports", n=1) == "1 statement on this page"
    assert texts("entity.supports", n=1234) == "1,234 statements on this page"


def test_an_unknown_key_is_an_error():
    with pytest.raises(KeyError, match=r"no\.such"):
        translations.load("en")("no.such")


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        ("division", "divisions"),
        ("agency", "agencies"),
        ("branch", "branches"),
        ("person", "people"),
        ("survey", "surveys"),
    ],
)
def test_the_label_of_a_class_is_pluralized(singular, plural):
    assert translations.plural(singular) == plural


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        ("sector", "sectores"),
        ("división", "divisiones"),
        ("ley", "leyes"),
        ("lápiz", "lápices"),
        ("Comité asesor", "Comités asesores"),
        ("centro de intercambio de información", "centros de intercambio de información"),
        ("orden ejecutiva", "órdenes ejecutivas"),
        ("lunes", "lunes"),
        ("GPS", "GPS"),
    ],
)
def test_a_spanish_label_is_pluralized_by_spanish_rules(singular, plural):
    assert translations.plural(singular, "es-MX") == plural


def test_a_label_of_another_language_stays_as_it_is():
    assert translations.plural("Stadt", "de") == "Stadt"


def unnamed_relations(ontology: ox.Store, language: str) -> set[str]:
    """Return the properties that lack a label, or an inverse label, in a language."""
    properties = {
        quad.subject
        for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
        for quad in ontology.quads_for_pattern(
            None, ox.NamedNode(RDF + "type"), ox.NamedNode(OWL + kind)
        )
    }
    assert properties
    missing = set()
    for predicate in (ox.NamedNode(RDFS + "label"), ox.NamedNode(IP + "incomingLabel")):
        for name in properties:
            labels = ontology.quads_for_pattern(name, predicate, None)
            languages = {label.object.language for label in labels}
            if "en" in languages and language not in languages:
                missing.add(f"{name} {predicate}")
    return missing


@pytest.mark.parametrize("language", translations.languages())
def test_every_relation_of_the_ontology_has_a_name_in_every_language(language):
    ontology = ox.Store()
    ontology.load(path=str(folder("ontology") / "ip.ttl"), format=ox.RdfFormat.TURTLE)
    assert unnamed_relations(ontology, language) == set()


def test_a_relation_without_a_name_in_a_language_is_reported():
    ontology = ox.Store()
    ontology.load(
        b"""@prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        <http://example.org/a> a owl:ObjectProperty ; rdfs:label "a"@en, "b"@es .
        <http://example.org/c> a owl:ObjectProperty ; rdfs:label "c"@en .""",
        ox.RdfFormat.TURTLE,
    )
    (found,) = unnamed_relations(ontology, "es")
    assert found.startswith("<http://example.org/c>")
