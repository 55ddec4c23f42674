"""Three implementations of the rules agree: ours, owlrl, and the rules as SPARQL updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipgraph import reasoning
from ipgraph.namespaces import INFERRED_GRAPH
from ipgraph.reasoning import sparql_rules
from ipgraph.reasoning.closure import fixpoint, transitive
from ipgraph.reasoning.closure.compilation import redundancy
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

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASSES = [f":C{number}" for number in range(4)]
PROPERTIES = [f":p{number}" for number in range(4)]
INVERSES = [f"[ owl:inverseOf {name} ]" for name in PROPERTIES[:2]]
INDIVIDUALS = [f":i{number}" for number in range(5)]
DATA_PROPERTIES = [":v0", ":v1"]
VALUES = ["1", "2", '"a"', '"a"@en']
CHARACTERISTICS = ("Transitive", "Symmetric", "Functional", "InverseFunctional")


def from_(names: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(names)


def restriction(draw: st.DrawFn) -> str:
    property_, class_ = draw(from_([*PROPERTIES, *INVERSES])), draw(from_([*CLASSES, "owl:Thing"]))
    kind = draw(st.sampled_from(["some", "all", "value", "max", "qualified"]))
    constraint = {
        "some": f"owl:someValuesFrom {class_}",
        "all": f"owl:allValuesFrom {class_}",
        "value": f"owl:hasValue {draw(from_(INDIVIDUALS))}",
        "max": "owl:maxCardinality 1",
        "qualified": f"owl:maxQualifiedCardinality 1 ; owl:onClass {class_}",
    }[kind]
    return f"[ owl:onProperty {property_} ; {constraint} ]"


@st.composite
def class_axioms(draw: st.DrawFn) -> str:
    first, second, third = (draw(from_(CLASSES)) for _ in range(3))
    expression = restriction(draw)
    return draw(
        st.sampled_from(
            [
                f"{first} rdfs:subClassOf {second} .",
                f"{first} owl:equivalentClass {second} .",
                f"{first} a owl:Class .",
                f"{first} rdfs:subClassOf {expression} .",
                f"{expression} rdfs:subClassOf {first} .",
                f"{first} owl:equivalentClass {expression} .",
                f"{first} owl:intersectionOf ( {second} {third} ) .",
                f"{first} owl:unionOf ( {second} {expression} ) .",
                f"{first} owl:oneOf ( {draw(from_(INDIVIDUALS))} {draw(from_(INDIVIDUALS))} ) .",
                f"owl:Thing rdfs:subClassOf {first} .",
            ]
        )
    )


@st.composite
def property_axioms(draw: st.DrawFn) -> str:
    first, second, third = (draw(from_(PROPERTIES)) for _ in range(3))
    class_ = draw(from_(CLASSES))
    return draw(
        st.sampled_from(
            [
                f"{first} rdfs:subPropertyOf {second} .",
                f"{first} owl:equivalentProperty {second} .",
                f"{first} owl:inverseOf {second} .",
                f"{first} a owl:ObjectProperty .",
                f"{first} a owl:{draw(st.sampled_from(CHARACTERISTICS))}Property .",
                f"{first} rdfs:domain {class_} .",
                f"{first} rdfs:range {class_} .",
                f"{first} owl:propertyChainAxiom ( {second} {third} ) .",
                f"{first} owl:propertyChainAxiom ( {draw(from_(INVERSES))} {third} ) .",
                f"{draw(from_(INVERSES))} rdfs:subPropertyOf {second} .",
                f"{first} owl:propertyChainAxiom ( {second} {third} {first} ) .",
            ]
        )
    )


@st.composite
def facts(draw: st.DrawFn) -> str:
    first, second = draw(from_(INDIVIDUALS)), draw(from_(INDIVIDUALS))
    return draw(
        st.sampled_from(
            [
                f"{first} {draw(from_(PROPERTIES))} {second} .",
                f"{first} {draw(from_(PROPERTIES))} {second} .",
                f"{first} a {draw(from_(CLASSES))} .",
                f"{first} owl:sameAs {second} .",
            ]
        )
    )


@st.composite
def data_axioms(draw: st.DrawFn) -> str:
    """Draw an axiom or fact with literals; OWL DL separates object and data properties."""
    first, second, class_ = (
        draw(from_(DATA_PROPERTIES)),
        draw(from_(DATA_PROPERTIES)),
        draw(from_(CLASSES)),
    )
    individual, value = draw(from_(INDIVIDUALS)), draw(from_(VALUES))
    return draw(
        st.sampled_from(
            [
                f"{individual} {first} {value} .",
                f"{individual} {first} {value} .",
                f"{first} rdfs:subPropertyOf {second} .",
                f"{first} rdfs:domain {class_} .",
                f"{first} a owl:FunctionalProperty .",
                f"{first} a owl:InverseFunctionalProperty .",
                f"{class_} owl:equivalentClass [ owl:onProperty {first} ; owl:hasValue {value} ] .",
                (
                    f"[ owl:onProperty {first} ; owl:someValuesFrom xsd:integer ]"
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
WITH_LITERALS = st.tuples(ONTOLOGIES, st.lists(data_axioms(), max_size=6)).map(
    lambda parts: "\n".join((parts[0], *parts[1]))
)
# Without declarations owlrl misses what follows from a class being its own subclass (scm-sco).
DECLARED = "\n".join(
    (
        "",
        *(f"{name} a owl:Class ." for name in CLASSES),
        *(f"{name} a owl:ObjectProperty ." for name in PROPERTIES),
        *(f"{name} a owl:DatatypeProperty ." for name in DATA_PROPERTIES),
    )
)
KEYS = "\n:C0 owl:hasKey ( :p0 :p1 ) . :C1 owl:hasKey ( :p2 ) ."


def closed_by_updates(engine: ox.Store) -> set[str]:
    """Return the triples that the SPARQL rules add to `engine`, except trivial ones."""
    store = ox.Store()
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in engine)
    stated = {str(quad.triple) for quad in store}
    lengths: dict[str, set[int]] = {}
    for predicate, length in store.query(sparql_rules.LIST_LENGTHS):
        lengths.setdefault(str(predicate), set()).add(int(length.value))
    assert sparql_rules.close(store.update, lambda: len(store), lengths) > 0
    added = {
        str(quad.triple)
        for quad in store
        if not is_trivial(str(quad.subject), str(quad.predicate), str(quad.object))
    }
    return added - stated


def ours(engine: ox.Store) -> set[str]:
    return {str(triple) for triple in reasoning.infer(engine).triples}


RANDOM = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@RANDOM
@given(WITH_LITERALS)
def test_random_ontologies_have_the_same_closure_as_with_owlrl(ontology: str) -> None:
    assert difference(graph_of(ontology + DECLARED)) == (set(), set())


@RANDOM
@given(ONTOLOGIES)
def test_random_ontologies_have_the_same_closure_as_with_the_sparql_rules(ontology: str) -> None:
    engine = graph_of(ontology + KEYS)
    assert ours(engine) == closed_by_updates(engine)


@RANDOM
@given(
    ONTOLOGIES,
    st.lists(st.one_of(facts(), class_axioms(), property_axioms()), min_size=1, max_size=4),
)
def test_incremental_additions_give_the_closure_of_the_whole(first: str, more: list[str]) -> None:
    whole = graph_of(first + "\n".join(more))
    grown = graph_of(first)
    before = {str(quad) for quad in grown}
    reasoner = Reasoner()
    reasoner.add(grown.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode("urn:stated")))
    reasoner.close()
    grown.load(
        PREFIXES + "\n".join(more), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("urn:stated")
    )
    added = [quad for quad in grown if str(quad) not in before]
    lines = "".join(f"{quad.triple} .\n" for quad in added).encode()
    reasoner.add(lines)
    found = {str(triple) for triple in reasoner.close().triples}
    assert found == ours(grown)
    assert len(ours(whole)) == len(found)


@pytest.fixture(scope="module")
def tiny_limits() -> Iterator[None]:
    """Make every graph large: condense relations, cut joins, look through all edges one by one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fixpoint, "SMALL_ROWS", 0)
        patch.setattr(fixpoint, "MAX_ROWS", 3)
        patch.setattr(transitive, "CHUNK_ROWS", 2)
        patch.setattr(transitive, "MARKED_ROWS", 2)
        patch.setattr(redundancy, "_MANY_EDGES", 1)
        patch.setattr(redundancy, "_MAX_DIRECT", 1)
        yield


@RANDOM
@given(ontology=WITH_LITERALS)
def test_the_paths_for_large_graphs_give_the_closure_of_owlrl(
    tiny_limits: None, ontology: str
) -> None:
    assert difference(graph_of(ontology + DECLARED)) == (set(), set())


@RANDOM
@given(
    st.lists(st.tuples(from_(CLASSES), from_(CLASSES)), max_size=8),
    st.lists(st.tuples(from_(PROPERTIES), from_(PROPERTIES)), max_size=6),
    st.lists(st.tuples(from_(PROPERTIES), from_(CLASSES)), max_size=6),
    st.lists(facts(), min_size=1, max_size=8),
)
def test_random_hierarchies_have_the_closure_of_owlrl_in_large_graphs_too(
    tiny_limits: None,
    classes: list[tuple[str, str]],
    properties: list[tuple[str, str]],
    domains: list[tuple[str, str]],
    statements: list[str],
) -> None:
    lines = [f"{lower} rdfs:subClassOf {higher} ." for lower, higher in classes]
    lines += [f"{lower} rdfs:subPropertyOf {higher} ." for lower, higher in properties]
    for number, (property_, class_) in enumerate(domains):
        lines.append(f"{property_} {('rdfs:domain', 'rdfs:range')[number % 2]} {class_} .")
    graph = graph_of("\n".join((*lines, *statements)) + DECLARED)
    assert difference(graph) == (set(), set())


@RANDOM
@given(ONTOLOGIES)
def test_every_conclusion_from_a_random_ontology_has_an_accepted_proof(ontology: str) -> None:
    engine = closed(graph_of(ontology + KEYS))
    quads = {
        (*(str(term) for term in quad.triple), quad.graph_name.value)
        for quad in engine.quads_for_pattern(None, None, None, ox.NamedNode("urn:stated"))
    }
    explainer = explainer_of(engine)
    for quad in engine.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED_GRAPH)):
        goal = (str(term) for term in quad.triple)
        accept(explainer.explain(*goal).data(), quads)


@pytest.mark.parametrize("rule", RULES)
def test_every_sparql_rule_concludes_what_the_closure_does(rule: str) -> None:
    engine = graph_of(RULES[rule][0])
    assert ours(engine) == closed_by_updates(engine)


def test_every_rule_has_an_update_with_its_name() -> None:
    lengths = {name: {2} for name in sparql_rules.LIST_PROPERTIES}
    texts = sparql_rules.updates(lengths)
    assert {text.split("\n")[0].removeprefix("# ") for text in texts[1:]} >= set(RULES)


@needs_lubm
def test_a_graph_of_every_rule_family_has_the_same_closure_with_the_sparql_rules() -> None:
    engine = ox.Store()
    engine.load(path=LUBM / "curated-2504.ttl", to_graph=ox.NamedNode("urn:stated"))
    assert ours(engine) == closed_by_updates(engine)


def test_the_project_graph_has_the_same_closure_with_the_sparql_rules() -> None:
    engine = project_graph()
    assert ours(engine) == closed_by_updates(engine)


@pytest.mark.slow
def test_the_project_graph_has_the_same_closure_with_owlrl() -> None:
    assert difference(project_graph()) == (set(), set())
