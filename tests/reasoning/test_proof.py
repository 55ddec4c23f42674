"""Every inferred triple has a proof, and a checker that shares no code with the reasoner agrees."""

from __future__ import annotations

import copy
import json

import pyoxigraph as ox
import pytest

from ipgraph.errors import NotEntailed, UsageError
from ipgraph.namespaces import INFERRED_GRAPH
from support.ontologies import LUBM, RULES, closed, explainer_of, graph_of, needs_lubm
from support.proof_checker import Rejected, accept

EX = "http://example.org/"


def stated(engine: ox.Store) -> set[tuple[str, str, str, str]]:
    return {
        (str(each.subject), str(each.predicate), str(each.object), each.graph_name.value)
        for each in engine
        if isinstance(each.graph_name, ox.NamedNode) and each.graph_name.value != INFERRED_GRAPH
    }


def inferred(engine: ox.Store) -> list[tuple[str, str, str]]:
    return [
        (str(each.subject), str(each.predicate), str(each.object))
        for each in engine.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED_GRAPH))
    ]


def explain(turtle: str, subject: str, predicate: str, object_: str):
    explainer = explainer_of(closed(graph_of(turtle)))
    return explainer.explain(*(f"<{EX}{each}>" for each in (subject, predicate, object_)))


def assert_all_proved(engine: ox.Store) -> None:
    quads, explainer = stated(engine), explainer_of(engine)
    goals = inferred(engine)
    assert goals
    for goal in goals:
        proof = explainer.explain(*goal)
        assert proof.cost > 0
        accept(proof.data(), quads)


@pytest.mark.parametrize("rule", RULES)
def test_what_each_rule_concludes_has_a_proof_that_the_checker_accepts(rule: str) -> None:
    assert_all_proved(closed(graph_of(RULES[rule][0])))


def test_every_inferred_statement_of_the_projects_graph_has_an_accepted_proof(project) -> None:
    quads = stated(project.built.store().engine)
    goals = inferred(project.built.store().engine)
    assert goals
    for goal in goals:
        accept(project.explain(*goal).data(), quads)


def test_the_projects_ontology_says_nothing_beyond_owl_2_rl(project) -> None:
    assert project.built.manifest["outside_owl_rl"] == []


@needs_lubm
def test_every_inferred_statement_of_a_graph_of_every_rule_family_has_an_accepted_proof() -> None:
    engine = ox.Store()
    engine.load(path=LUBM / "curated-2504.ttl", to_graph=ox.NamedNode("urn:stated"))
    assert_all_proved(closed(engine))


CHAIN = """
:p a owl:TransitiveProperty . :q rdfs:subPropertyOf :p .
:a :p :b . :b :p :c . :c :p :d . :a :q :c .
"""


def test_the_shortest_proof_is_given_though_longer_ones_exist() -> None:
    assert explain(CHAIN.replace(":a :q :c .", ""), "a", "p", "d").cost == 2
    assert explain(CHAIN.replace(":a :q :c .", ":a :q :d ."), "a", "p", "d").cost == 1


def test_a_proof_puts_premises_first_and_is_never_circular() -> None:
    both_ways = ":p owl:inverseOf :q . :q owl:inverseOf :p . :r rdfs:subPropertyOf :p . :a :r :b ."
    proof = explain(both_ways, "b", "q", "a")
    assert all(one < each.number for each in proof.steps for one in each.premises)
    assert len({each.triple for each in proof.steps}) == len(proof.steps)


def test_a_stated_triple_says_so_with_its_sources() -> None:
    proof = explain(CHAIN, "a", "p", "b")
    assert proof.is_stated
    assert proof.cost == 0
    assert proof.conclusion.sources == ("urn:stated",)


def test_what_is_not_entailed_is_refused_with_what_the_nearest_rule_lacks() -> None:
    with pytest.raises(NotEntailed, match="by rule prp-trp if this held") as refusal:
        explain(":p a owl:TransitiveProperty . :a :p :b . :c :q :d .", "a", "p", "c")
    assert f"held: <{EX}b> <{EX}p> <{EX}c>" in str(refusal.value)


def test_what_no_rule_comes_near_is_refused_too() -> None:
    with pytest.raises(NotEntailed, match="No rule comes close"):
        explain(":a :p :b .", "a", "q", "b")


def test_a_term_that_does_not_parse_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="not an RDF term"):
        explainer_of(graph_of("")).explain("a b", "<urn:p>", "<urn:o>")


def test_text_names_things_by_their_labels_and_class_expressions_in_words() -> None:
    engine = closed(
        graph_of("""
        :Parent owl:equivalentClass [ owl:onProperty :child ; owl:someValuesFrom :Person ] ;
          rdfs:label "parent"@en . :child rdfs:label "child"@en . :Person rdfs:label "person"@en .
        :ada :child :byron . :byron a :Person ; rdfs:label "Byron"@en .
    """)
    )
    explainer = explainer_of(engine)
    type_ = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    text = explainer.explain(f"<{EX}ada>", type_, f"<{EX}Parent>").text(explainer.name)
    assert "thing with a “child” that is a “person”" in text
    assert "“Byron” is a “person”\n   stated in <urn:stated>" in text
    assert text.splitlines()[-1].endswith("(cax-eqc2 from 1, 6)")


def test_json_and_turtle_hold_the_same_steps() -> None:
    proof = explain(CHAIN, "a", "p", "c")
    assert json.loads(proof.json()) == proof.data()
    written = ox.Store()
    written.load(proof.turtle(), format=ox.RdfFormat.TURTLE)
    statements = written.query(
        "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>"
        "SELECT ?s ?p ?o WHERE { ?t rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }"
    )
    found = {tuple(str(each) for each in row) for row in statements}
    assert found == {tuple(each["triple"]) for each in proof.data()["steps"]}


@pytest.mark.parametrize(
    "damage",
    [
        lambda proof: proof["steps"][-1]["premises"].pop(),
        lambda proof: proof["steps"][-1].update(rule="prp-symp"),
        lambda proof: proof["steps"][-1]["triple"].reverse(),
        lambda proof: proof["steps"][0].update(sources=["urn:elsewhere"]),
        lambda proof: proof["steps"][-1]["premises"].append(proof["steps"][-1]["number"]),
        lambda proof: proof.update(object="<urn:other>"),
    ],
    ids=["premise lost", "other rule", "reversed", "wrong source", "circular", "other goal"],
)
def test_the_checker_rejects_a_damaged_proof(damage) -> None:
    engine = closed(graph_of(CHAIN))
    proof = explainer_of(engine).explain(f"<{EX}a>", f"<{EX}p>", f"<{EX}c>").data()
    accept(proof, stated(engine))
    broken = copy.deepcopy(proof)
    damage(broken)
    with pytest.raises(Rejected):
        accept(broken, stated(engine))
