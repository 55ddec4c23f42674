"""Three implementations of the rules agree: ours, owlrl, and the rules as SPARQL updates."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipgraph import reasoning
from ipgraph.namespaces import INFERRED_GRAPH
from ipgraph.reasoning import sparql_rules
from ipgraph.reasoning.closure.reasoner import Reasoner
from ipgraph.reasoning.trivia import is_trivial
from support.ontologies import (
    LUBM,
    PREFIXES,
    RULES,
    closed,
    difference,
    explainer_of,
    graph_of,
    needs_lubm,
    project_graph,
)
from support.proof_checker import accept

CLASSES = [f":C{each}" for each in range(4)]
PROPERTIES = [f":p{each}" for each in range(4)]
INVERSES = [f"[ owl:inverseOf {each} ]" for each in PROPERTIES[:2]]
THINGS = [f":i{each}" for each in range(5)]
OF_VALUES = [":v0", ":v1"]
VALUES = ["1", "2", '"a"', '"a"@en']
KINDS = ("Transitive", "Symmetric", "Functional", "InverseFunctional")


def from_(names: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(names)


def restriction(draw: st.DrawFn) -> str:
    prop, class_ = draw(from_([*PROPERTIES, *INVERSES])), draw(from_([*CLASSES, "owl:Thing"]))
    kind = draw(st.sampled_from(["some", "all", "value", "max", "qualified"]))
    said = {
        "some": f"owl:someValuesFrom {class_}",
        "all": f"owl:allValuesFrom {class_}",
        "value": f"owl:hasValue {draw(from_(THINGS))}",
        "max": "owl:maxCardinality 1",
        "qualified": f"owl:maxQualifiedCardinality 1 ; owl:onClass {class_}",
    }[kind]
    return f"[ owl:onProperty {prop} ; {said} ]"


@st.composite
def class_axioms(draw: st.DrawFn) -> str:
    one, two, three = (draw(from_(CLASSES)) for _ in range(3))
    expression = restriction(draw)
    return draw(
        st.sampled_from(
            [
                f"{one} rdfs:subClassOf {two} .",
                f"{one} owl:equivalentClass {two} .",
                f"{one} a owl:Class .",
                f"{one} rdfs:subClassOf {expression} .",
                f"{expression} rdfs:subClassOf {one} .",
                f"{one} owl:equivalentClass {expression} .",
                f"{one} owl:intersectionOf ( {two} {three} ) .",
                f"{one} owl:unionOf ( {two} {expression} ) .",
                f"{one} owl:oneOf ( {draw(from_(THINGS))} {draw(from_(THINGS))} ) .",
                f"owl:Thing rdfs:subClassOf {one} .",
            ]
        )
    )


@st.composite
def property_axioms(draw: st.DrawFn) -> str:
    one, two, three = (draw(from_(PROPERTIES)) for _ in range(3))
    class_ = draw(from_(CLASSES))
    return draw(
        st.sampled_from(
            [
                f"{one} rdfs:subPropertyOf {two} .",
                f"{one} owl:equivalentProperty {two} .",
                f"{one} owl:inverseOf {two} .",
                f"{one} a owl:ObjectProperty .",
                f"{one} a owl:{draw(st.sampled_from(KINDS))}Property .",
                f"{one} rdfs:domain {class_} .",
                f"{one} rdfs:range {class_} .",
                f"{one} owl:propertyChainAxiom ( {two} {three} ) .",
                f"{one} owl:propertyChainAxiom ( {draw(from_(INVERSES))} {three} ) .",
                f"{draw(from_(INVERSES))} rdfs:subPropertyOf {two} .",
                f"{one} owl:propertyChainAxiom ( {two} {three} {one} ) .",
            ]
        )
    )


@st.composite
def facts(draw: st.DrawFn) -> str:
    one, two = draw(from_(THINGS)), draw(from_(THINGS))
    return draw(
        st.sampled_from(
            [
                f"{one} {draw(from_(PROPERTIES))} {two} .",
                f"{one} {draw(from_(PROPERTIES))} {two} .",
                f"{one} a {draw(from_(CLASSES))} .",
                f"{one} owl:sameAs {two} .",
            ]
        )
    )


@st.composite
def values(draw: st.DrawFn) -> str:
    """Draw something about values; a property that had things and values would be no OWL DL."""
    one, two, class_ = draw(from_(OF_VALUES)), draw(from_(OF_VALUES)), draw(from_(CLASSES))
    thing, value = draw(from_(THINGS)), draw(from_(VALUES))
    return draw(
        st.sampled_from(
            [
                f"{thing} {one} {value} .",
                f"{thing} {one} {value} .",
                f"{one} rdfs:subPropertyOf {two} .",
                f"{one} rdfs:domain {class_} .",
                f"{one} a owl:FunctionalProperty .",
                f"{one} a owl:InverseFunctionalProperty .",
                f"{class_} owl:equivalentClass [ owl:onProperty {one} ; owl:hasValue {value} ] .",
                (
                    f"[ owl:onProperty {one} ; owl:someValuesFrom xsd:integer ]"
                    f" rdfs:subClassOf {class_} ."
                ),
            ]
        )
    )


ONTOLOGIES = st.tuples(
    st.lists(class_axioms(), max_size=5),
    st.lists(property_axioms(), max_size=5),
    st.lists(facts(), min_size=1, max_size=8),
).map(lambda parts: "\n".join(line for part in parts for line in part))
WITH_VALUES = st.tuples(ONTOLOGIES, st.lists(values(), max_size=6)).map(
    lambda parts: "\n".join((parts[0], *parts[1]))
)
# Without declarations owlrl misses what follows from a class being within itself (scm-sco).
DECLARED = "\n".join(
    (
        "",
        *(f"{each} a owl:Class ." for each in CLASSES),
        *(f"{each} a owl:ObjectProperty ." for each in PROPERTIES),
        *(f"{each} a owl:DatatypeProperty ." for each in OF_VALUES),
    )
)
KEYS = "\n:C0 owl:hasKey ( :p0 :p1 ) . :C1 owl:hasKey ( :p2 ) ."


def closed_by_updates(engine: ox.Store) -> set[str]:
    """Return what the SPARQL rules add to the graph of `engine`, less what says nothing."""
    store = ox.Store()
    store.extend(ox.Quad(each.subject, each.predicate, each.object) for each in engine)
    stated = {str(each.triple) for each in store}
    lengths: dict[str, set[int]] = {}
    for predicate, length in store.query(sparql_rules.LIST_LENGTHS):
        lengths.setdefault(str(predicate), set()).add(int(length.value))
    assert sparql_rules.close(store.update, lambda: len(store), lengths) > 0
    added = {
        str(each.triple)
        for each in store
        if not is_trivial(str(each.subject), str(each.predicate), str(each.object))
    }
    return added - stated


def ours(engine: ox.Store) -> set[str]:
    return {str(each) for each in reasoning.infer(engine).triples}


RANDOM = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@RANDOM
@given(WITH_VALUES)
def test_no_random_ontology_is_closed_otherwise_by_owlrl(ontology: str) -> None:
    assert difference(graph_of(ontology + DECLARED)) == (set(), set())


@RANDOM
@given(ONTOLOGIES)
def test_no_random_ontology_is_closed_otherwise_by_the_sparql_rules(ontology: str) -> None:
    engine = graph_of(ontology + KEYS)
    assert ours(engine) == closed_by_updates(engine)


@RANDOM
@given(
    ONTOLOGIES,
    st.lists(st.one_of(facts(), class_axioms(), property_axioms()), min_size=1, max_size=4),
)
def test_additions_closed_incrementally_give_the_closure_of_the_whole(
    first: str, more: list[str]
) -> None:
    whole = graph_of(first + "\n".join(more))
    begun = graph_of(first)
    before = {str(each) for each in begun}
    reasoner = Reasoner()
    reasoner.add(begun.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode("urn:stated")))
    reasoner.close()
    begun.load(
        PREFIXES + "\n".join(more), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("urn:stated")
    )
    added = [each for each in begun if str(each) not in before]
    lines = "".join(f"{each.triple} .\n" for each in added).encode()
    reasoner.add(lines)
    found = {str(each) for each in reasoner.close().triples}
    assert found == ours(begun)
    assert len(ours(whole)) == len(found)


@RANDOM
@given(ONTOLOGIES)
def test_all_that_follows_from_a_random_ontology_has_an_accepted_proof(ontology: str) -> None:
    engine = closed(graph_of(ontology + KEYS))
    quads = {
        (*(str(each) for each in quad.triple), quad.graph_name.value)
        for quad in engine.quads_for_pattern(None, None, None, ox.NamedNode("urn:stated"))
    }
    explainer = explainer_of(engine)
    for quad in engine.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED_GRAPH)):
        goal = (str(each) for each in quad.triple)
        accept(explainer.explain(*goal).data(), quads)


@pytest.mark.parametrize("rule", RULES)
def test_each_sparql_rule_concludes_what_the_closure_does(rule: str) -> None:
    engine = graph_of(RULES[rule][0])
    assert ours(engine) == closed_by_updates(engine)


def test_all_rules_have_an_update_and_are_named_in_it() -> None:
    lengths = {each: {2} for each in sparql_rules.LIST_PROPERTIES}
    texts = sparql_rules.updates(lengths)
    assert {text.split("\n")[0].removeprefix("# ") for text in texts[1:]} >= set(RULES)


@needs_lubm
def test_the_sparql_rules_close_a_graph_of_every_rule_family_alike() -> None:
    engine = ox.Store()
    engine.load(path=LUBM / "curated-2504.ttl", to_graph=ox.NamedNode("urn:stated"))
    assert ours(engine) == closed_by_updates(engine)


def test_the_projects_graph_is_closed_alike_by_the_sparql_rules() -> None:
    engine = project_graph()
    assert ours(engine) == closed_by_updates(engine)


@pytest.mark.slow
def test_the_projects_graph_is_closed_alike_by_owlrl() -> None:
    assert difference(project_graph()) == (set(), set())
