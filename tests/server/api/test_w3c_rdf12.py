"""The RDF 1.2 suites of the W3C: files through the loader, over HTTP in every format, and back."""

from __future__ import annotations

import io
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Namespace

from ipgraph.errors import InvalidData
from ipgraph.inputs.syntaxes import by_suffix
from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.serialization.formats import by_name
from ipgraph.serialization.results import write_statements
from ipgraph.settings import Settings
from ipgraph.snapshots.loading import Input, load
from ipgraph.store.local import LocalStore
from support import w3c_suite

RDFT = Namespace("http://www.w3.org/ns/rdftest#")
MF = w3c_suite.MF
BASE = "https://w3c.github.io/rdf-tests/rdf/rdf12/"
FOLDER = (w3c_suite.root() or w3c_suite.Path("/nowhere")).parent / "rdf" / "rdf12"
EVALUATED = (RDFT.TestTurtleEval, RDFT.TestXMLEval)
QUADS = (RDFT.TestTrigEval,)
CANONICAL = (RDFT.TestNTriplesPositiveC14N, RDFT.TestNQuadsPositiveC14N)
VALID = (RDFT.TestTurtlePositiveSyntax, RDFT.TestTrigPositiveSyntax,
         RDFT.TestNTriplesPositiveSyntax, RDFT.TestNQuadsPositiveSyntax)  # fmt: skip
BROKEN = (RDFT.TestTurtleNegativeSyntax, RDFT.TestTrigNegativeSyntax, RDFT.TestXMLNegativeSyntax,
          RDFT.TestNTriplesNegativeSyntax, RDFT.TestNQuadsNegativeSyntax)  # fmt: skip
# Annotations with rdf:annotation and rdf:annotationNodeID, which Oxigraph 0.5.13 does not read.
ENGINE_DIFFERS = frozenset({"rdf-xml/eval/rdf12-xml-an-13", "rdf-xml/eval/rdf12-xml-an-14"})
FORMATS = ("ttl", "nt", "rdf", "jsonld", "trig", "nq")
FORM = "application/x-www-form-urlencoded"


class Case:
    """A test: its name, its file, and the file of its result, if it has one."""

    def __init__(self, graph, test):
        self.action = w3c_suite._path(graph.value(test, MF.action))
        result = graph.value(test, MF.result)
        self.result = w3c_suite._path(result) if result else None
        folder = self.action.parent.relative_to(FOLDER).as_posix()
        self.name = f"{folder}/{str(test).rpartition('#')[2]}"

    @property
    def iri(self):
        return BASE + self.action.relative_to(FOLDER).as_posix()

    @property
    def input(self):
        syntax = by_suffix(self.action.name)
        assert syntax is not None
        return Input(self.action, self.iri, syntax.key)  # else N-Triples may be read as Turtle


def cases(*kinds):
    found = []
    for manifest in sorted(FOLDER.glob("*/*/manifest.ttl")):
        graph = Graph().parse(manifest)
        tests = sorted({test for kind in kinds for test in graph.subjects(RDF.type, kind)})
        found += [Case(graph, test) for test in tests]
    return [case for case in found if case.name not in ENGINE_DIFFERS]


EVALUATION = cases(*EVALUATED)

pytestmark = [
    pytest.mark.skipif(not EVALUATION, reason="the W3C suites are missing: set W3C_TESTS"),
    pytest.mark.slow_without_fast_path,
]


def named(case):
    return case.name


def dataset(quads, default=None):
    """Return a canonical form; `default` is the graph that stands for the default graph."""
    graph = ox.NamedNode(default) if default else None
    moved = (ox.Quad(*quad.triple) if quad.graph_name == graph else quad for quad in quads)
    return w3c_suite.canonical_quads(moved)


def parsed(data, name, base=None):
    return ox.parse(data, format=ox.RdfFormat.from_media_type(by_name(name).media_type),
                    base_iri=base)  # fmt: skip


def expected(case):
    return dataset(ox.parse(path=str(case.result), base_iri=case.iri))


@pytest.fixture(scope="module")
def suite(serve_session):
    engine = load([case.input for case in EVALUATION])
    with serve_session(KnowledgeGraph(Settings(), external=LocalStore(engine))) as running:
        yield running


def test_the_suites_have_at_least_the_known_number_of_tests():
    assert len(EVALUATION) >= 56
    assert len(cases(*QUADS)) >= 25
    assert len(cases(*VALID)) >= 79
    assert len(cases(*BROKEN)) >= 88


@pytest.mark.parametrize("case", EVALUATION, ids=named)
def test_a_file_is_served_as_it_is_in_every_format_that_can_hold_it(suite, case):
    text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{case.iri}> {{ ?s ?p ?o }} }}"
    triples = list(ox.parse(path=str(case.result), base_iri=case.iri))
    has_terms = any(isinstance(quad.object, ox.Triple) for quad in triples)
    for name in FORMATS:
        form = by_name(name)
        fields = urlencode({"query": text, "format": name})
        reply = suite.ask("/sparql", "POST", fields, Content_Type=FORM)
        if name == "jsonld" and has_terms:
            assert reply.status == 406
            continue
        assert (reply.status, reply.type) == (200, form.media_type), (name, reply.body)
        assert dataset(parsed(reply.body, name)) == expected(case), name


@pytest.mark.parametrize("case", EVALUATION, ids=named)
def test_the_basic_encoding_has_no_triple_terms(suite, case):
    text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{case.iri}> {{ ?s ?p ?o }} }}"
    reply = suite.ask(f"/sparql?query={quote(text)}&format=jsonld-basic")
    assert (reply.status, reply.type) == (200, "application/ld+json"), reply.body
    quads = list(parsed(reply.body, "jsonld"))
    assert not any(isinstance(quad.object, ox.Triple) for quad in quads)
    assert w3c_suite.canonical_quads(quads, is_encoded=True) == expected(case)


@pytest.mark.parametrize("case", cases(*QUADS), ids=named)
@pytest.mark.parametrize("name", ["trig", "nq"])
def test_a_file_with_graphs_is_loaded_and_written(case, name):
    engine = load([case.input])
    out = io.BytesIO()
    quads = (ox.Quad(*quad.triple) if quad.graph_name == ox.NamedNode(case.iri) else quad
             for quad in engine)  # fmt: skip
    write_statements(quads, by_name(name), out)
    assert dataset(parsed(out.getvalue(), name)) == expected(case)


@pytest.mark.parametrize("case", cases(*VALID), ids=named)
def test_a_valid_file_is_loaded(case):
    load([case.input])


@pytest.mark.parametrize("case", cases(*BROKEN), ids=named)
def test_a_broken_file_is_refused(case):
    with pytest.raises(InvalidData):
        load([case.input])
