from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.errors import NotAcceptable
from ipgraph.namespaces import RDF
from ipgraph.serialization.basic_encoding import encoded

DATA = """VERSION "1.2"
@prefix : <http://example.org/> .
:a :p <<( :x :y "z"@ar--rtl )>> .
:b :p <<( :x :y "z"@ar--rtl )>> .
:c :p <<( :x :y <<( :k :l 1 )>> )>> .
:d :p "plain" .
"""
# The reverse transformation of the note, as SPARQL Update; twice, for nested terms.
DECODE = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
DELETE { ?s ?p ?node . ?node ?q ?part } INSERT { ?s ?p ?term } WHERE {
  ?node a rdf:PropositionForm ; rdf:propositionFormSubject ?x ; rdf:propositionFormPredicate ?y ;
    rdf:propositionFormObject ?z ; ?q ?part .
  FILTER NOT EXISTS { ?z a rdf:PropositionForm }
  ?s ?p ?node BIND(TRIPLE(?x, ?y, ?z) AS ?term)
}"""


def parsed(text=DATA, form=ox.RdfFormat.TURTLE):
    return list(ox.parse(text, format=form))


def test_the_encoding_has_no_triple_terms_and_can_be_reversed():
    triples = list(encoded(quad.triple for quad in parsed()))
    assert not any(isinstance(triple.object, ox.Triple) for triple in triples)
    assert len(triples) == len(set(triples)) == 4 + 3 * 4
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in triples)
    store.update(DECODE)
    store.update(DECODE)
    assert {quad.triple for quad in store} == {quad.triple for quad in parsed()}


def test_the_nodes_are_the_same_every_time():
    first, second = (list(encoded(quad.triple for quad in parsed())) for _ in range(2))
    assert first == second


def test_each_graph_gets_its_own_definitions():
    graphs = [ox.NamedNode("http://example.org/g1"), ox.NamedNode("http://example.org/g2")]
    (quad, *_) = parsed()
    quads = [ox.Quad(*quad.triple, graph) for graph in graphs]
    found = list(encoded(quads))
    assert [item.graph_name for item in found] == [graphs[0]] * 5 + [graphs[1]] * 5


def test_a_graph_without_triple_terms_stays_the_same():
    quads = parsed("<a:s> a <http://www.w3.org/1999/02/22-rdf-syntax-ns#PropositionForm> . [] a "
                   "<http://www.w3.org/1999/02/22-rdf-syntax-ns#PropositionForm> .")  # fmt: skip
    assert list(encoded(quads)) == quads


@pytest.mark.parametrize("is_first", [True, False])
def test_encoded_nodes_together_with_triple_terms_are_refused(is_first):
    encoded_node = f"[] a <{RDF}PropositionForm> .\n"
    body = "<a:s> <a:p> <<( <a:x> <a:y> <a:z> )>> .\n"
    text = encoded_node + body if is_first else body + encoded_node
    with pytest.raises(NotAcceptable, match="PropositionForm"):
        list(encoded(parsed(text)))
