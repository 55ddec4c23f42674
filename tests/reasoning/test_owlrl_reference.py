"""The reference reasoner's closure is what we call a closure: nothing trivial, nothing illegal."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph import reasoning
from ipgraph.errors import UsageError
from ipgraph.namespaces import RDF

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


def test_the_reference_closure_has_inferred_triples_only() -> None:
    closure = reasoning.infer(graph_of(ORGANIZATIONS), reasoner="owlrl")
    found = {str(triple).replace("http://example.org/", ":") for triple in closure.triples}
    types = f"<{RDF}type> <:Organization>"
    assert found == {"<:b> <:partOf> <:o>", f"<:b> {types}", f"<:d> {types}", f"<:o> {types}"}
    assert len(closure) == 4


def test_storing_a_closure_does_not_rename_blank_nodes() -> None:
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


def test_an_unknown_reasoner_is_an_error_that_lists_the_reasoners() -> None:
    message = r"Unknown reasoner 'magic'\. Choose one of: rl, owlrl, none\."
    with pytest.raises(UsageError, match=message):
        reasoning.infer(ox.Store(), reasoner="magic")
