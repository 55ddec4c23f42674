"""The closure equals owlrl's without the trivial triples."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph import reasoning
from ipgraph.namespaces import OWL, RDF, RDFS, XSD
from ipgraph.reasoning.closure.reasoner import Reasoner
from support.ontologies import LUBM, RULES, difference, graph_of, needs_lubm


def inferred(turtle: str) -> set[str]:
    closure = reasoning.infer(graph_of(turtle))
    return {
        str(triple)
        .replace("http://example.org/", ":")
        .replace(RDF + "type", "a")
        .replace(OWL, "owl:")
        .replace(RDFS, "rdfs:")
        .replace("<", "")
        .replace(">", "")
        for triple in closure.triples
    }


# The rules from which owlrl deviates, and how.
OWLRL_DEVIATIONS = {"prp-key": "it compares all properties of a key but the last"}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_concludes_what_owl_2_rl_says(rule: str) -> None:
    premises, conclusion = RULES[rule]
    assert conclusion in inferred(premises)
    if rule not in OWLRL_DEVIATIONS:
        assert difference(graph_of(premises)) == (set(), set())


def test_all_rules_together_conclude_what_owlrl_concludes() -> None:
    together = "".join(
        premises.replace(":", f":{rule}-")
        .replace(f"owl:{rule}-", "owl:")
        .replace(f"rdfs:{rule}-", "rdfs:")
        .replace(f"xsd:{rule}-", "xsd:")
        for rule, (premises, _) in RULES.items()
        if rule not in OWLRL_DEVIATIONS
    )
    assert difference(graph_of(together)) == (set(), set())


def test_equal_restrictions_are_equivalent_although_reflexive_triples_are_left_out() -> None:
    restrictions = """
        :E a owl:Class . :C owl:someValuesFrom :E ; owl:onProperty :p .
        :D owl:someValuesFrom :E ; owl:onProperty :p .
    """
    assert ":C owl:equivalentClass :D" in inferred(restrictions)
    assert difference(graph_of(restrictions)) == (set(), set())


def test_conclusions_through_literals_are_drawn_without_literals_as_subjects() -> None:
    found = inferred("""
        :Adult owl:someValuesFrom xsd:integer ; owl:onProperty :age .
        :age rdfs:range :Number . :a :age 41 . :b :age "unknown" .
    """)
    assert ":a a :Adult" in found
    assert ":b a :Adult" not in found
    assert not [triple for triple in found if triple.startswith('"')]


def test_an_inferred_axiom_is_applied() -> None:
    found = inferred("""
        :isA rdfs:subPropertyOf rdfs:subClassOf . :C :isA :D . :x a :C .
        :q owl:sameAs :p . :p a owl:TransitiveProperty . :a :q :b . :b :q :c .
    """)
    assert {":x a :D", ":a :q :c", ":a :p :c"} <= found


def test_a_subproperty_of_rdf_type_infers_types() -> None:
    assert ":a a :C" in inferred(":kind rdfs:subPropertyOf rdf:type . :a :kind :C .")


def test_no_triple_is_stated_and_inferred_or_inferred_twice() -> None:
    engine = graph_of(":C rdfs:subClassOf :D . :a a :C , :D . :b a :C .")
    lines = b"".join(reasoning.infer(engine).chunks).splitlines()
    assert len(lines) == len(set(lines)) == 1


def test_the_same_graph_gives_the_same_bytes() -> None:
    engine = graph_of("".join(premises for premises, _ in RULES.values()))
    first, second = (b"".join(reasoning.infer(engine).chunks) for _ in range(2))
    assert first
    assert first == second


def test_the_full_closure_has_the_trivial_triples() -> None:
    full = reasoning.infer(graph_of(":C a owl:Class . :a a :C ."), full=True)
    found = {str(triple) for triple in full.triples}
    assert f"<http://example.org/a> <{OWL}sameAs> <http://example.org/a>" in found
    assert f"<http://example.org/a> <{RDF}type> <{OWL}Thing>" in found
    assert f"<{OWL}Nothing> <{RDF}type> <{OWL}Class>" in found
    assert reasoning.infer(graph_of(":C a owl:Class . :a a :C .")).count == 0


@needs_lubm
def test_a_graph_of_every_rule_family_has_the_same_closure_as_with_owlrl() -> None:
    engine = ox.Store()
    engine.load(path=LUBM / "curated-2504.ttl", to_graph=ox.NamedNode("urn:stated"))
    assert reasoning.infer(engine).count == 4856
    assert difference(engine) == (set(), set())


def test_an_axiom_with_a_number_may_be_added_later() -> None:
    reasoner = Reasoner()
    reasoner.add(b"<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:p> <urn:c> .\n")
    assert reasoner.close().count == 0
    reasoner.add(
        f'<urn:C> <{OWL}maxCardinality> "1"^^<{XSD}integer> .\n'
        f"<urn:C> <{OWL}onProperty> <urn:p> .\n"
        f"<urn:a> <{RDF}type> <urn:C> .\n".encode()
    )
    assert f"<urn:b> <{OWL}sameAs> <urn:c>" in {str(triple) for triple in reasoner.close().triples}
