"""The closure equals owlrl's, less the triples that say nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pyoxigraph as ox
import pytest

from ipgraph import reasoning

BESIDE = Path(__file__).parents[2].parent / "shared" / "lubm"
LUBM = Path(os.environ.get("LUBM", BESIDE))
needs_lubm = pytest.mark.skipif(
    not LUBM.is_dir(), reason=f"the LUBM files are neither at $LUBM nor at {BESIDE}"
)

PREFIXES = """
PREFIX : <http://example.org/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


def graph_of(turtle: str) -> ox.Store:
    engine = ox.Store()
    engine.load(PREFIXES + turtle, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("urn:stated"))
    return engine


def difference(engine: ox.Store) -> tuple[set[str], set[str]]:
    """Return what our closure lacks of owlrl's and what it has beyond it."""
    theirs = {str(each) for each in reasoning.infer(engine, reasoner="owlrl").triples}
    ours = {str(each) for each in reasoning.infer(engine).triples}
    return theirs - ours, ours - theirs


def entailed(turtle: str) -> set[str]:
    closure = reasoning.infer(graph_of(turtle))
    return {
        str(each)
        .replace("http://example.org/", ":")
        .replace("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "a")
        .replace("http://www.w3.org/2002/07/owl#", "owl:")
        .replace("<", "")
        .replace(">", "")
        for each in closure.triples
    }


# For each rule that concludes a triple: what it needs, and one thing that it adds.
RULES = {
    "eq-sym": (":a owl:sameAs :b .", ":b owl:sameAs :a"),
    "eq-trans": (":a owl:sameAs :b . :b owl:sameAs :c .", ":a owl:sameAs :c"),
    "eq-rep-s": (":a owl:sameAs :b . :a :p :o .", ":b :p :o"),
    "eq-rep-p": (":p owl:sameAs :q . :a :p :o .", ":a :q :o"),
    "eq-rep-o": (":a owl:sameAs :b . :s :p :a .", ":s :p :b"),
    "prp-dom": (":p rdfs:domain :C . :a :p :b .", ":a a :C"),
    "prp-rng": (":p rdfs:range :C . :a :p :b .", ":b a :C"),
    "prp-fp": (":p a owl:FunctionalProperty . :a :p :b , :c .", ":b owl:sameAs :c"),
    "prp-ifp": (":p a owl:InverseFunctionalProperty . :a :p :c . :b :p :c .", ":a owl:sameAs :b"),
    "prp-symp": (":p a owl:SymmetricProperty . :a :p :b .", ":b :p :a"),
    "prp-trp": (":p a owl:TransitiveProperty . :a :p :b . :b :p :c .", ":a :p :c"),
    "prp-spo1": (":p rdfs:subPropertyOf :q . :a :p :b .", ":a :q :b"),
    "prp-spo2": (
        ":p owl:propertyChainAxiom ( :q :r :s ) . :a :q :b . :b :r :c . :c :s :d .",
        ":a :p :d",
    ),
    "prp-eqp1": (":p owl:equivalentProperty :q . :a :p :b .", ":a :q :b"),
    "prp-eqp2": (":p owl:equivalentProperty :q . :a :q :b .", ":a :p :b"),
    "prp-inv1": (":p owl:inverseOf :q . :a :p :b .", ":b :q :a"),
    "prp-inv2": (":p owl:inverseOf :q . :a :q :b .", ":b :p :a"),
    "prp-key": (
        ':C owl:hasKey ( :p :q ) . :a a :C ; :p 1 ; :q "x" . :b a :C ; :p 1 ; :q "x" .',
        ":a owl:sameAs :b",
    ),
    "cls-int1": (":C owl:intersectionOf ( :D :E ) . :a a :D , :E .", ":a a :C"),
    "cls-int2": (":C owl:intersectionOf ( :D :E ) . :a a :C .", ":a a :E"),
    "cls-uni": (":C owl:unionOf ( :D :E ) . :a a :E .", ":a a :C"),
    "cls-svf1": (
        ":C owl:someValuesFrom :D ; owl:onProperty :p . :a :p :b . :b a :D .",
        ":a a :C",
    ),
    "cls-svf2": (":C owl:someValuesFrom owl:Thing ; owl:onProperty :p . :a :p :b .", ":a a :C"),
    "cls-avf": (
        ":C owl:allValuesFrom :D ; owl:onProperty :p . :a a :C ; :p :b .",
        ":b a :D",
    ),
    "cls-hv1": (":C owl:hasValue :v ; owl:onProperty :p . :a a :C .", ":a :p :v"),
    "cls-hv2": (":C owl:hasValue :v ; owl:onProperty :p . :a :p :v .", ":a a :C"),
    "cls-maxc2": (
        ":C owl:maxCardinality 1 ; owl:onProperty :p . :a a :C ; :p :b , :c .",
        ":b owl:sameAs :c",
    ),
    "cls-maxqc3": (
        (
            ":C owl:maxQualifiedCardinality 1 ; owl:onProperty :p ; owl:onClass :D ."
            ":a a :C ; :p :b , :c . :b a :D . :c a :D ."
        ),
        ":b owl:sameAs :c",
    ),
    "cls-maxqc4": (
        (
            ':C owl:maxQualifiedCardinality "1"^^xsd:nonNegativeInteger ;'
            "owl:onProperty :p ; owl:onClass owl:Thing . :a a :C ; :p :b , :c ."
        ),
        ":b owl:sameAs :c",
    ),
    "cls-oo": (":C owl:oneOf ( :a :b ) .", ":b a :C"),
    "cax-sco": (":C rdfs:subClassOf :D . :a a :C .", ":a a :D"),
    "cax-eqc1": (":C owl:equivalentClass :D . :a a :C .", ":a a :D"),
    "cax-eqc2": (":C owl:equivalentClass :D . :a a :D .", ":a a :C"),
    "scm-sco": (":C rdfs:subClassOf :D . :D rdfs:subClassOf :E .", ":C rdfs:subClassOf :E"),
    "scm-eqc1": (":C owl:equivalentClass :D .", ":D rdfs:subClassOf :C"),
    "scm-eqc2": (":C rdfs:subClassOf :D . :D rdfs:subClassOf :C .", ":C owl:equivalentClass :D"),
    "scm-spo": (
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r .",
        ":p rdfs:subPropertyOf :r",
    ),
    "scm-eqp1": (":p owl:equivalentProperty :q .", ":q rdfs:subPropertyOf :p"),
    "scm-eqp2": (
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .",
        ":p owl:equivalentProperty :q",
    ),
    "scm-dom1": (":p rdfs:domain :C . :C rdfs:subClassOf :D .", ":p rdfs:domain :D"),
    "scm-dom2": (":q rdfs:domain :C . :p rdfs:subPropertyOf :q .", ":p rdfs:domain :C"),
    "scm-rng1": (":p rdfs:range :C . :C rdfs:subClassOf :D .", ":p rdfs:range :D"),
    "scm-rng2": (":q rdfs:range :C . :p rdfs:subPropertyOf :q .", ":p rdfs:range :C"),
    "scm-hv": (
        (
            ":C owl:hasValue :v ; owl:onProperty :p . :D owl:hasValue :v ; owl:onProperty :q ."
            ":p rdfs:subPropertyOf :q ."
        ),
        ":C rdfs:subClassOf :D",
    ),
    "scm-svf1": (
        (
            ":C owl:someValuesFrom :E ; owl:onProperty :p . :D owl:someValuesFrom :F ;"
            "owl:onProperty :p . :E rdfs:subClassOf :F ."
        ),
        ":C rdfs:subClassOf :D",
    ),
    "scm-svf2": (
        (
            ":C owl:someValuesFrom :E ; owl:onProperty :p . :D owl:someValuesFrom :E ;"
            "owl:onProperty :q . :p rdfs:subPropertyOf :q ."
        ),
        ":C rdfs:subClassOf :D",
    ),
    "scm-avf1": (
        (
            ":C owl:allValuesFrom :E ; owl:onProperty :p . :D owl:allValuesFrom :F ;"
            "owl:onProperty :p . :E rdfs:subClassOf :F ."
        ),
        ":C rdfs:subClassOf :D",
    ),
    "scm-avf2": (
        (
            ":C owl:allValuesFrom :E ; owl:onProperty :p . :D owl:allValuesFrom :E ;"
            "owl:onProperty :q . :p rdfs:subPropertyOf :q ."
        ),
        ":D rdfs:subClassOf :C",
    ),
    "scm-int": (":C owl:intersectionOf ( :D :E ) .", ":C rdfs:subClassOf :E"),
    "scm-uni": (":C owl:unionOf ( :D :E ) .", ":E rdfs:subClassOf :C"),
}
# Where owlrl departs from the rules, and how.
OWLRL_DEPARTS = {"prp-key": "it compares all properties of a key but the last"}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_concludes_what_owl_2_rl_says(rule: str) -> None:
    premises, conclusion = RULES[rule]
    found = {
        each.replace("http://www.w3.org/2000/01/rdf-schema#", "rdfs:")
        for each in entailed(premises)
    }
    assert conclusion in found
    if rule not in OWLRL_DEPARTS:
        assert difference(graph_of(premises)) == (set(), set())


def test_all_rules_together_conclude_what_owlrl_concludes() -> None:
    together = "".join(
        premises.replace(":", f":{rule}-")
        .replace(f"owl:{rule}-", "owl:")
        .replace(f"rdfs:{rule}-", "rdfs:")
        .replace(f"xsd:{rule}-", "xsd:")
        for rule, (premises, _) in RULES.items()
        if rule not in OWLRL_DEPARTS
    )
    assert difference(graph_of(together)) == (set(), set())


def test_two_restrictions_that_say_the_same_are_equal_though_nothing_reflexive_is_kept() -> None:
    same = """
        :E a owl:Class . :C owl:someValuesFrom :E ; owl:onProperty :p .
        :D owl:someValuesFrom :E ; owl:onProperty :p .
    """
    assert ":C owl:equivalentClass :D" in entailed(same)
    assert difference(graph_of(same)) == (set(), set())


def test_conclusions_through_literals_are_made_and_no_literal_is_a_subject() -> None:
    found = entailed("""
        :Adult owl:someValuesFrom xsd:integer ; owl:onProperty :age .
        :age rdfs:range :Number . :a :age 41 . :b :age "unknown" .
    """)
    assert ":a a :Adult" in found
    assert ":b a :Adult" not in found
    assert not [each for each in found if each.startswith('"')]


def test_an_axiom_that_is_itself_inferred_is_followed() -> None:
    found = entailed("""
        :isA rdfs:subPropertyOf rdfs:subClassOf . :C :isA :D . :x a :C .
        :q owl:sameAs :p . :p a owl:TransitiveProperty . :a :q :b . :b :q :c .
    """)
    assert {":x a :D", ":a :q :c", ":a :p :c"} <= found


def test_a_property_below_rdf_type_makes_types() -> None:
    assert ":a a :C" in entailed(":kind rdfs:subPropertyOf rdf:type . :a :kind :C .")


def test_nothing_stated_is_inferred_and_nothing_is_inferred_twice() -> None:
    engine = graph_of(":C rdfs:subClassOf :D . :a a :C , :D . :b a :C .")
    lines = b"".join(reasoning.infer(engine).chunks).splitlines()
    assert len(lines) == len(set(lines)) == 1


def test_the_same_graph_gives_the_same_bytes() -> None:
    engine = graph_of("".join(premises for premises, _ in RULES.values()))
    first, second = (b"".join(reasoning.infer(engine).chunks) for _ in range(2))
    assert first
    assert first == second


def test_the_full_closure_has_the_triples_that_say_nothing() -> None:
    full = reasoning.infer(graph_of(":C a owl:Class . :a a :C ."), full=True)
    found = {str(each) for each in full.triples}
    type_ = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    owl = "http://www.w3.org/2002/07/owl#"
    assert f"<http://example.org/a> <{owl}sameAs> <http://example.org/a>" in found
    assert f"<http://example.org/a> {type_} <{owl}Thing>" in found
    assert f"<{owl}Nothing> {type_} <{owl}Class>" in found
    assert reasoning.infer(graph_of(":C a owl:Class . :a a :C .")).count == 0


@needs_lubm
def test_the_closure_of_a_graph_of_every_rule_family_equals_owlrls() -> None:
    engine = ox.Store()
    engine.load(path=LUBM / "curated-2504.ttl", to_graph=ox.NamedNode("urn:stated"))
    assert reasoning.infer(engine).count == 4856
    assert difference(engine) == (set(), set())
