"""The closure equals owlrl's, less the triples that say nothing."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph import reasoning
from ipgraph.reasoning.closure.reasoner import Reasoner
from support.ontologies import LUBM, RULES, difference, graph_of, needs_lubm


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


def test_an_axiom_with_a_number_may_be_added_later() -> None:
    reasoner = Reasoner()
    reasoner.add(b"<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:p> <urn:c> .\n")
    assert reasoner.close().count == 0
    owl = "http://www.w3.org/2002/07/owl#"
    reasoner.add(
        f'<urn:C> <{owl}maxCardinality> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
        f"<urn:C> <{owl}onProperty> <urn:p> .\n"
        "<urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:C> .\n".encode()
    )
    assert f"<urn:b> <{owl}sameAs> <urn:c>" in {str(each) for each in reasoner.close().triples}
