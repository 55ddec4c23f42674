"""Every rule that concludes `false` finds contradictions, with their premises and sources."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph import reasoning
from ipgraph.reasoning.rules import RULE_NAMES, unroll
from support.ontologies import PREFIXES, graph_of

# A graph that violates only the rule, by rule.
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
    false_rules = {rule.name for rule in unroll({}) if rule.head is None}
    assert false_rules == {rule for rule in FAULTS if not rule.startswith("dt-")}
    assert false_rules < set(RULE_NAMES)


@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault_is_found_by_its_rule_only(rule: str) -> None:
    found = reasoning.infer(graph_of(FAULTS[rule])).inconsistencies
    assert {inconsistency.rule for inconsistency in found} == {rule}
    assert all(inconsistency.premises for inconsistency in found)


@pytest.mark.parametrize("rule", FAULTS)
def test_removing_a_premise_removes_the_fault(rule: str) -> None:
    engine = graph_of(FAULTS[rule])
    premise = reasoning.infer(engine).inconsistencies[0].premises[-1]
    line = f"{premise.subject} {premise.predicate} {premise.object} ."
    if not line.startswith('"'):
        triple = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES)))
        engine.remove(
            ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode("urn:stated"))
        )
    assert not reasoning.infer(engine).inconsistencies


def test_an_inconsistency_lists_its_premises_and_the_graphs_that_state_them() -> None:
    engine = graph_of(":Agency owl:disjointWith :Person . :Office rdfs:subClassOf :Agency .")
    for name, text in (("urn:first", ":x a :Office ."), ("urn:second", ":x a :Person .")):
        engine.load(PREFIXES + text, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(name))
    (found,) = reasoning.infer(engine).inconsistencies
    assert found.rule == "cax-dw"
    assert [premise.sources for premise in found.premises] == [
        ("urn:stated",),
        (),
        ("urn:second",),
    ]
    assert "nothing is both a <http://example.org/Agency> and a <http://example.org/Person>" in str(
        found
    )
    assert "[inferred]" in str(found)
    assert "[urn:second]" in str(found)


def test_a_consistent_graph_has_no_inconsistencies() -> None:
    consistent = """
        :C owl:disjointWith :D . :a a :C . :b a :D . :p a owl:AsymmetricProperty . :a :p :b .
        :q a owl:FunctionalProperty ; rdfs:range xsd:decimal . :a :q 1 , 1.0 .
    """
    assert not reasoning.infer(graph_of(consistent)).inconsistencies


# For each rule that concludes `false`: how it tells a reader what is wrong.
MESSAGES = {
    "eq-diff1": "{a} and {b} are both the same and different",
    "eq-diff2": "{b} and {c} are the same, but they are listed as all different",
    "eq-diff3": "{a} and {b} are the same, but they are listed as all different",
    "prp-irp": "nothing has itself as {p}, but {a} does",
    "prp-asyp": "{p} never holds in both directions, but it does between {a} and {b}",
    "prp-pdw": "{p} and {q} never hold between the same two, but they do between {a} and {b}",
    "prp-adp": "{p} and {r} never hold between the same two, but they do between {a} and {b}",
    "prp-npa1": "another statement denies that {a} has the {p} {b}",
    "prp-npa2": 'another statement denies that {a} has the {p} "1"^^xsd:integer',
    "cls-nothing2": "{a} belongs to owl:Nothing, the class without members",
    "cls-com": "{C} is the complement of {D}, but {a} belongs to both",
    "cls-maxc1": "a {C} has no {p}, but {a} has {b}",
    "cls-maxqc1": "a {C} has no {p} that is a {D}, but {a} has {b}",
    "cls-maxqc2": "a {C} has no {p}, but {a} has {b}",
    "cax-dw": "nothing is both a {C} and a {D}, but {a} is",
    "cax-adc": "nothing is both a {C} and a {E}, but {a} is",
    "dt-not-type": '"2007"^^xsd:gYear is not a value of xsd:date',
    "dt-diff": '"one" and "two" are both the same and different values',
}


@pytest.mark.parametrize("rule", FAULTS)
def test_an_inconsistency_says_in_words_what_is_wrong(rule: str) -> None:
    names = {name: f"<http://example.org/{name}>" for name in "abcpqrCDE"}
    expected = MESSAGES[rule].format(**names)
    found = {problem.message for problem in reasoning.infer(graph_of(FAULTS[rule])).inconsistencies}
    assert expected in found


@pytest.mark.parametrize(
    ("axiom", "sentence"),
    [
        (
            ":C owl:minCardinality 1 ; owl:onProperty :p .",
            "owl:minCardinality (once): nothing is inferred from a minimum cardinality.",
        ),
        (
            ":C owl:maxCardinality 2 ; owl:onProperty :p .",
            "owl:maxCardinality above 1 (once): only 0 and 1 have rules.",
        ),
        (
            ":C owl:hasSelf true ; owl:onProperty :p . :D owl:hasSelf true .",
            "owl:hasSelf (2 times): relations of a resource to itself are not inferred.",
        ),
        (
            ":p a owl:ReflexiveProperty .",
            "owl:ReflexiveProperty (once): that everything is related to itself is not inferred.",
        ),
        (
            ":C rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :D ] .",
            "owl:someValuesFrom as a superclass (once): that a value exists is not inferred.",
        ),
        (
            ":o owl:imports :elsewhere .",
            ("owl:imports (once): imported ontologies are not fetched; load them with the graph."),
        ),
    ],
)
def test_an_unsupported_construct_is_reported(axiom: str, sentence: str) -> None:
    assert reasoning.infer(graph_of(axiom)).unsupported == (sentence,)


def test_an_ontology_within_the_profile_reports_nothing() -> None:
    within = ":C owl:maxCardinality 1 ; owl:onProperty :p ; rdfs:subClassOf :D ."
    assert reasoning.infer(graph_of(within)).unsupported == ()
