"""The reference reasoner: the `owlrl` package, its closure without the trivial triples.

It is 100 to 700 times slower than ours. Tests compare with it, and `--reasoner owlrl` selects it.
It deviates from OWL 2 RL in ways that our tests list: keys lose their last property (prp-key), the
last member of an `owl:AllDifferent` list is not compared, plain strings are not typed (dt-type2),
and undeclared classes and properties are never made subclasses or subproperties of themselves
through others (scm-sco, scm-spo).
"""

from __future__ import annotations

import time
import warnings
from importlib import metadata

import owlrl
import pyoxigraph as ox
import rdflib

from ipgraph.reasoning.inference import Closure, Inconsistency
from ipgraph.reasoning.trivia import is_trivial

_MESSAGES = "http://www.daml.org/2002/03/agents/agent-ont#"  # owlrl adds its errors as triples


def infer(engine: ox.Store) -> Closure:
    """Return the closure of the RDF merge of all graphs of `engine` by owlrl."""
    start = time.perf_counter()
    graph = rdflib.Graph()
    stated = set()
    for quad in engine:
        terms = (quad.subject, quad.predicate, quad.object)
        stated.add(" ".join(map(str, terms)))
        graph.add(tuple(map(_to_rdflib, terms)))  # type: ignore[arg-type]
    loaded = time.perf_counter()
    with warnings.catch_warnings():
        # rdflib 7.6 warns about its own deprecated calls inside owlrl 7.6.2.
        warnings.simplefilter("ignore")
        semantics = owlrl.OWLRL_Semantics(graph, axioms=False, daxioms=False)
        semantics.closure()
    closed = time.perf_counter()
    lines = sorted(line for triple in graph if (line := _line(triple)) and line not in stated)
    return Closure(
        reasoner=f"owlrl {metadata.version('owlrl')}",
        chunks=("".join(f"{line} .\n" for line in lines).encode(),),
        count=len(lines),
        inconsistencies=tuple(
            Inconsistency("owlrl", message, ()) for message in semantics.error_messages
        ),
        timings={"load": (loaded - start) * 1000, "close": (closed - loaded) * 1000},
    )


def _line(triple: tuple[rdflib.term.Node, ...]) -> str:
    """Return a triple as N-Triples, or nothing if it is trivial, illegal or an error message."""
    subject, predicate, object_ = triple
    if not isinstance(predicate, rdflib.URIRef) or isinstance(subject, rdflib.Literal):
        return ""
    if predicate.startswith(_MESSAGES) or str(object_).startswith(_MESSAGES):
        return ""
    terms = [str(_to_oxigraph(term)) for term in triple]
    return "" if is_trivial(*terms) else " ".join(terms)


def _to_rdflib(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> rdflib.term.Node:
    """Return a term of rdflib; lexical forms do not change."""
    if isinstance(term, ox.Triple):
        raise TypeError("owlrl does not support triple terms")
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype == _STRING:
        return rdflib.Literal(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)


def _to_oxigraph(term: rdflib.term.Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(term)
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(term)
    if not isinstance(term, rdflib.Literal):
        raise TypeError(f"{term!r} is not an RDF term")
    if term.language:
        return ox.Literal(str(term), language=term.language)
    datatype = ox.NamedNode(term.datatype) if term.datatype else None
    return ox.Literal(str(term), datatype=datatype)


_STRING = ox.NamedNode(str(rdflib.XSD.string))
