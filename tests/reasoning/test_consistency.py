"""Every rule that concludes `false` is checked, and says what contradicts what, and who says so."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph import reasoning
from ipgraph.reasoning.rules import RULE_NAMES, unroll
from support.ontologies import PREFIXES, graph_of

# For each rule: a graph that breaks it and nothing else.
FAULTS = {
    "eq-diff1": ":a owl:sameAs :b . :a owl:differentFrom :b .",
    "eq-diff2": ":d a owl:AllDifferent ; owl:members ( :a :b :c ) . :b owl:sameAs :c .",
    "eq-diff3": ":d a owl:AllDifferent ; owl:distinctMembers ( :a :b ) . :a owl:sameAs :b .",
    "prp-irp": ":p a owl:IrreflexiveProperty . :a :p :a .",
    "prp-asyp": ":p a owl:AsymmetricProperty . :a :p :b . :b :p :a .",
    "prp-pdw": ":p owl:propertyDisjointWith :q . :a :p :b ; :q :b .",
    "prp-adp": ":d a owl:AllDisjointProperties ; owl:members ( :p :q :r ) . :a :p :b ; :r :b .",
    "prp-npa1": (
        "[] owl:sourceIndividual :a ; owl:assertionProperty :p ; owl:targetIndividual :b ."
        ":a :p :b ."
    ),
    "prp-npa2": (
        "[] owl:sourceIndividual :a ; owl:assertionProperty :p ; owl:targetValue 1 . :a :p 1 ."
    ),
    "cls-nothing2": ":a a owl:Nothing .",
    "cls-com": ":C owl:complementOf :D . :a a :C , :D .",
    "cls-maxc1": ":C owl:maxCardinality 0 ; owl:onProperty :p . :a a :C ; :p :b .",
    "cls-maxqc1": (
        ":C owl:maxQualifiedCardinality 0 ; owl:onProperty :p ; owl:onClass :D ."
        ":a a :C ; :p :b . :b a :D ."
    ),
    "cls-maxqc2": (
        ":C owl:maxQualifiedCardinality 0 ; owl:onProperty :p ; owl:onClass owl:Thing ."
        ":a a :C ; :p :b ."
    ),
    "cax-dw": ":C owl:disjointWith :D . :a a :C , :D .",
    "cax-adc": ":d a owl:AllDisjointClasses ; owl:members ( :C :D :E ) . :a a :C , :E .",
    "dt-not-type": ":p rdfs:range xsd:date . :a :p '2007'^^xsd:gYear .",
    "dt-diff": ":p a owl:FunctionalProperty . :a :p 'one' , 'two' .",
}


def test_every_rule_that_concludes_false_has_a_fault() -> None:
    false_rules = {each.name for each in unroll({}) if each.head is None}
    assert false_rules == {each for each in FAULTS if not each.startswith("dt-")}
    assert false_rules < set(RULE_NAMES)


@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault_is_found_by_its_rule_and_no_other(rule: str) -> None:
    found = reasoning.infer(graph_of(FAULTS[rule])).inconsistencies
    assert {each.rule for each in found} == {rule}
    assert all(each.premises for each in found)


@pytest.mark.parametrize("rule", FAULTS)
def test_without_one_of_its_premises_the_fault_is_gone(rule: str) -> None:
    engine = graph_of(FAULTS[rule])
    premise = reasoning.infer(engine).inconsistencies[0].premises[-1]
    line = f"{premise.subject} {premise.predicate} {premise.object} ."
    if not line.startswith('"'):
        triple = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES)))
        engine.remove(
            ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode("urn:stated"))
        )
    assert not reasoning.infer(engine).inconsistencies


def test_an_inconsistency_names_its_premises_and_the_graphs_that_state_them() -> None:
    engine = graph_of(":Agency owl:disjointWith :Person . :Office rdfs:subClassOf :Agency .")
    for name, text in (("urn:one", ":x a :Office ."), ("urn:two", ":x a :Person .")):
        engine.load(PREFIXES + text, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(name))
    (found,) = reasoning.infer(engine).inconsistencies
    assert found.rule == "cax-dw"
    assert [each.sources for each in found.premises] == [("urn:stated",), (), ("urn:two",)]
    assert "nothing is both a <http://example.org/Agency> and a <http://example.org/Person>" in str(
        found
    )
    assert "[inferred]" in str(found)
    assert "[urn:two]" in str(found)


def test_a_consistent_graph_has_no_inconsistencies() -> None:
    fine = """
        :C owl:disjointWith :D . :a a :C . :b a :D . :p a owl:AsymmetricProperty . :a :p :b .
        :q a owl:FunctionalProperty ; rdfs:range xsd:decimal . :a :q 1 , 1.0 .
    """
    assert not reasoning.infer(graph_of(fine)).inconsistencies


@pytest.mark.parametrize(
    ("axiom", "word"),
    [
        (":C owl:minCardinality 1 ; owl:onProperty :p .", "owl:minCardinality"),
        (":C owl:maxCardinality 2 ; owl:onProperty :p .", "owl:maxCardinality above 1"),
        (":C owl:hasSelf true ; owl:onProperty :p .", "owl:hasSelf"),
        (":p a owl:ReflexiveProperty .", "owl:ReflexiveProperty"),
        (":C rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :D ] .", "someValuesFrom"),
        (":o owl:imports :elsewhere .", "owl:imports"),
    ],
)
def test_what_is_outside_the_profile_is_reported(axiom: str, word: str) -> None:
    (sentence,) = reasoning.infer(graph_of(axiom)).unsupported
    assert word in sentence


def test_an_ontology_within_the_profile_reports_nothing() -> None:
    within = ":C owl:maxCardinality 1 ; owl:onProperty :p ; rdfs:subClassOf :D ."
    assert reasoning.infer(graph_of(within)).unsupported == ()
