"""Small ontologies for tests, and the paths of the large ones."""

from __future__ import annotations

import os
from pathlib import Path

import pyoxigraph as ox
import pytest

from ipgraph import reasoning
from ipgraph.namespaces import INFERRED_GRAPH
from ipgraph.snapshots import loading
from ipgraph.store.local import LocalStore

ROOT = Path(__file__).parents[2]
_SHARED = ROOT.parent / "shared"
LUBM = Path(os.environ.get("LUBM", _SHARED / "lubm"))
W3C = Path(os.environ.get("W3C_TESTS", _SHARED / "w3c"))
needs_lubm = pytest.mark.skipif(
    not LUBM.is_dir(), reason="the LUBM files are neither at $LUBM nor at ../shared/lubm"
)
needs_w3c = pytest.mark.skipif(
    not W3C.is_dir(), reason="the W3C tests are neither at $W3C_TESTS nor at ../shared/w3c"
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


def project_graph() -> ox.Store:
    """Return the stated graph of this project, with one named graph for each file."""
    engine = loading.load(loading.project_inputs())
    assert len(engine) > 1000
    return engine


def difference(engine: ox.Store) -> tuple[set[str], set[str]]:
    """Return the triples that only owlrl infers, and those that only our reasoner infers."""
    theirs = {str(triple) for triple in reasoning.infer(engine, reasoner="owlrl").triples}
    ours = {str(triple) for triple in reasoning.infer(engine).triples}
    return theirs - ours, ours - theirs


def explainer_of(engine: ox.Store) -> reasoning.Explainer:
    """Return an explainer for the triples of a closed engine."""
    return reasoning.Explainer(LocalStore(engine))


def closed(engine: ox.Store) -> ox.Store:
    """Add its closure and the merge of all graphs to `engine`, as in a snapshot."""
    reasoning.infer(engine).store(engine, ox.NamedNode(INFERRED_GRAPH))
    engine.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
    return engine


# By rule that concludes a triple: its premises and one of its conclusions.
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
