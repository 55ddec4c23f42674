"""Every inferred triple has a proof that a checker without code of the reasoner accepts."""

from __future__ import annotations

import copy
import json

import pyoxigraph as ox
import pytest

from ipgraph.errors import NotEntailed, UsageError
from ipgraph.namespaces import INFERRED_GRAPH, OWL, RDF, RDFS
from support.ontologies import LUBM, RULES, closed, explainer_of, graph_of, needs_lubm
from support.proof_checker import Rejected, accept

EX = "http://example.org/"


def stated(engine: ox.Store) -> set[tuple[str, str, str, str]]:
    return {
        (str(quad.subject), str(quad.predicate), str(quad.object), quad.graph_name.value)
        for quad in engine
        if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value != INFERRED_GRAPH
    }


def inferred(engine: ox.Store) -> list[tuple[str, str, str]]:
    return [
        (str(quad.subject), str(quad.predicate), str(quad.object))
        for quad in engine.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED_GRAPH))
    ]


def explain(turtle: str, subject: str, predicate: str, object_: str):
    explainer = explainer_of(closed(graph_of(turtle)))
    return explainer.explain(*(f"<{EX}{name}>" for name in (subject, predicate, object_)))


def assert_all_proved(engine: ox.Store) -> None:
    quads, explainer = stated(engine), explainer_of(engine)
    goals = inferred(engine)
    assert goals
    for goal in goals:
        proof = explainer.explain(*goal)
        assert proof.cost > 0
        accept(proof.data(), quads)


@pytest.mark.parametrize("rule", RULES)
def test_the_conclusions_of_every_rule_have_accepted_proofs(rule: str) -> None:
    assert_all_proved(closed(graph_of(RULES[rule][0])))


def test_every_inferred_statement_of_the_project_graph_has_an_accepted_proof(project) -> None:
    quads = stated(project.built.store().engine)
    goals = inferred(project.built.store().engine)
    assert goals
    for goal in goals:
        accept(project.explain(*goal).data(), quads)


def test_the_project_ontology_has_no_construct_beyond_owl_2_rl(project) -> None:
    assert project.built.manifest["unsupported_axioms"] == []


@needs_lubm
def test_every_inferred_statement_of_a_graph_of_every_rule_family_has_an_accepted_proof() -> None:
    engine = ox.Store()
    engine.load(path=LUBM / "curated-2504.ttl", to_graph=ox.NamedNode("urn:stated"))
    assert_all_proved(closed(engine))


CHAIN = """
:p a owl:TransitiveProperty . :q rdfs:subPropertyOf :p .
:a :p :b . :b :p :c . :c :p :d . :a :q :c .
"""


def test_the_shortest_of_several_proofs_is_returned() -> None:
    assert explain(CHAIN.replace(":a :q :c .", ""), "a", "p", "d").cost == 2
    assert explain(CHAIN.replace(":a :q :c .", ":a :q :d ."), "a", "p", "d").cost == 1


def test_a_proof_puts_premises_first_and_is_never_circular() -> None:
    both_ways = ":p owl:inverseOf :q . :q owl:inverseOf :p . :r rdfs:subPropertyOf :p . :a :r :b ."
    proof = explain(both_ways, "b", "q", "a")
    assert all(premise < step.number for step in proof.steps for premise in step.premises)
    assert len({step.triple for step in proof.steps}) == len(proof.steps)


def test_the_explanation_of_a_stated_triple_has_its_sources() -> None:
    proof = explain(CHAIN, "a", "p", "b")
    assert proof.is_stated
    assert proof.cost == 0
    assert proof.conclusion.sources == ("urn:stated",)


def test_the_error_for_a_false_statement_names_the_missing_statement() -> None:
    with pytest.raises(NotEntailed, match="by rule prp-trp if this held") as refusal:
        explain(":p a owl:TransitiveProperty . :a :p :b . :c :q :d .", "a", "p", "c")
    assert f"held: <{EX}b> <{EX}p> <{EX}c>" in str(refusal.value)


def test_the_error_for_a_false_statement_says_if_no_rule_comes_close() -> None:
    with pytest.raises(
        NotEntailed, match=r"neither stated nor inferred\. No rule comes close to concluding it\."
    ):
        explain(":a :p :b .", "a", "q", "b")


def test_a_term_that_does_not_parse_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="not an RDF term"):
        explainer_of(graph_of("")).explain("a b", "<urn:p>", "<urn:o>")


def test_the_text_has_labels_and_class_expressions_in_words() -> None:
    engine = closed(
        graph_of("""
        :Parent owl:equivalentClass [ owl:onProperty :child ; owl:someValuesFrom :Person ] ;
          rdfs:label "parent"@en . :child rdfs:label "child"@en . :Person rdfs:label "person"@en .
        :ada :child :byron . :byron a :Person ; rdfs:label "Byron"@en .
    """)
    )
    explainer = explainer_of(engine)
    text = explainer.explain(f"<{EX}ada>", f"<{RDF}type>", f"<{EX}Parent>").text(explainer.name)
    assert "thing with a “child” that is a “person”" in text
    assert "“Byron” is a “person”\n   stated in <urn:stated>" in text
    assert text.splitlines()[-1].endswith("(cax-eqc2 from 1, 6)")


def plain(text: str) -> str:
    return text.replace(f"<{EX}", ":").replace(">", "")


# For some rules: a conclusion from their graph in `RULES`, its sentence and its reason.
SENTENCES = {
    "eq-rep-s": (
        ("b", EX + "p", "o"),
        ":b :p :o",
        ":a and :b are the same, so a statement about one holds for the other",
    ),
    "prp-dom": (
        ("a", RDF + "type", "C"),
        ":a is a :C",
        "the subject of every :p statement is a :C",
    ),
    "prp-rng": (
        ("b", RDF + "type", "C"),
        ":b is a :C",
        "the object of every :p statement is a :C",
    ),
    "prp-ifp": (
        ("a", OWL + "sameAs", "b"),
        ":a is the same as :b",
        "at most one subject has the :p :c",
    ),
    "prp-trp": (
        ("a", EX + "p", "c"),
        ":a :p :c",
        ":p is transitive, so it leads from :a through :b to :c",
    ),
    "prp-spo1": (("a", EX + "q", "b"), ":a :q :b", ":p implies :q"),
    "prp-spo2": (
        ("a", EX + "p", "d"),
        ":a :p :d",
        "the chain of statements from :a to :d implies :p",
    ),
    "prp-inv1": (("b", EX + "q", "a"), ":b :q :a", ":q is the inverse of :p"),
    "prp-key": (
        ("a", OWL + "sameAs", "b"),
        ":a is the same as :b",
        ":a and :b have the same values for every property that identifies a :C",
    ),
    "cls-int1": (
        ("a", RDF + "type", "C"),
        ":a is a :C",
        ":C is an intersection of classes, and :a belongs to all of them",
    ),
    "cls-uni": (
        ("a", RDF + "type", "C"),
        ":a is a :C",
        ":C is the union of :E and other classes",
    ),
    "cls-oo": (
        ("b", RDF + "type", "C"),
        ":b is a :C",
        ":b is in the list of members of :C",
    ),
    "cax-sco": (("a", RDF + "type", "D"), ":a is a :D", "every :C is a :D"),
}


@pytest.mark.parametrize("rule", SENTENCES)
def test_the_text_of_a_step_is_a_sentence_with_its_reason(rule: str) -> None:
    (subject, predicate, object_), sentence, reason = SENTENCES[rule]
    explainer = explainer_of(closed(graph_of(RULES[rule][0])))
    proof = explainer.explain(f"<{EX}{subject}>", f"<{predicate}>", f"<{EX}{object_}>")
    *_, conclusion, why = plain(proof.text()).splitlines()
    assert conclusion.partition(". ")[2] == sentence
    assert why.startswith(f"   {reason} ({rule} from 1")


@pytest.mark.parametrize(
    ("axiom", "predicate", "sentence"),
    [
        (":C rdfs:subClassOf :D .", RDFS + "subClassOf", ":C is a kind of :D"),
        (":C rdfs:subPropertyOf :D .", RDFS + "subPropertyOf", ":C implies :D"),
        (":C rdfs:domain :D .", RDFS + "domain", ":C has only subjects of type :D"),
        (":C rdfs:range :D .", RDFS + "range", ":C has only objects of type :D"),
        (":C owl:inverseOf :D .", OWL + "inverseOf", ":C is the inverse of :D"),
    ],
)
def test_the_text_of_an_axiom_is_a_sentence(axiom: str, predicate: str, sentence: str) -> None:
    explainer = explainer_of(closed(graph_of(axiom)))
    proof = explainer.explain(f"<{EX}C>", f"<{predicate}>", f"<{EX}D>")
    assert plain(proof.text()) == f"1. {sentence}\n   stated in <urn:stated"


def test_json_and_turtle_have_the_same_steps() -> None:
    proof = explain(CHAIN, "a", "p", "c")
    assert json.loads(proof.json()) == proof.data()
    written = ox.Store()
    written.load(proof.turtle(), format=ox.RdfFormat.TURTLE)
    statements = written.query(
        f"PREFIX rdf: <{RDF}>"
        "SELECT ?s ?p ?o WHERE { ?t rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }"
    )
    found = {tuple(str(term) for term in row) for row in statements}
    assert found == {tuple(step["triple"]) for step in proof.data()["steps"]}


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
    ids=["missing premise", "other rule", "reversed", "wrong source", "circular", "other goal"],
)
def test_the_checker_rejects_a_damaged_proof(damage) -> None:
    engine = closed(graph_of(CHAIN))
    proof = explainer_of(engine).explain(f"<{EX}a>", f"<{EX}p>", f"<{EX}c>").data()
    accept(proof, stated(engine))
    broken = copy.deepcopy(proof)
    damage(broken)
    with pytest.raises(Rejected):
        accept(broken, stated(engine))
