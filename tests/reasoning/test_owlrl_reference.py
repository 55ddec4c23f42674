"""The reference reasoner's closure is what we call a closure: nothing trivial, nothing illegal."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph import reasoning
from ipgraph.errors import UsageError

ORGANIZATIONS = """
PREFIX : <http://example.org/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
:partOf a owl:TransitiveProperty ; rdfs:domain :Organization ; rdfs:range :Organization .
:Branch a owl:Class ; rdfs:subClassOf :Organization .
:b a :Branch ; :partOf :d ; :name "B\\nb" .
:name rdfs:range :Name .
:d :partOf :o .
"""


def graph_of(turtle: str) -> ox.Store:
    engine = ox.Store()
    engine.load(turtle, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("urn:stated"))
    return engine


def test_the_reference_closure_is_what_follows_and_is_not_stated() -> None:
    closure = reasoning.infer(graph_of(ORGANIZATIONS), reasoner="owlrl")
    short = {str(each).replace("http://example.org/", ":") for each in closure.triples}
    types = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <:Organization>"
    assert short == {"<:b> <:partOf> <:o>", f"<:b> {types}", f"<:d> {types}", f"<:o> {types}"}
    assert len(closure) == 4


def test_storing_a_closure_keeps_the_blank_nodes_of_the_graph() -> None:
    engine = graph_of("""
        PREFIX : <http://example.org/>
        [] a :A .
        :A <http://www.w3.org/2000/01/rdf-schema#subClassOf> :B .
    """)
    reasoning.infer(engine, reasoner="owlrl").store(engine, ox.NamedNode("urn:inferred"))
    shared = """
        PREFIX : <http://example.org/>
        ASK { GRAPH <urn:stated> { ?x a :A } GRAPH <urn:inferred> { ?x a :B } }
    """
    assert engine.query(shared)


def test_an_unknown_reasoner_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="Unknown reasoner 'magic'"):
        reasoning.infer(ox.Store(), reasoner="magic")
