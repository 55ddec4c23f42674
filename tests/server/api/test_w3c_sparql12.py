"""The SPARQL 1.2 suite of the W3C, run against the server over HTTP."""

from __future__ import annotations

from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.settings import Settings
from ipgraph.store.local import LocalStore
from support import w3c_suite

MF = w3c_suite.MF
FORM = "application/x-www-form-urlencoded"
CASES = w3c_suite.cases(versions="2")
VALID = w3c_suite.texts(MF.PositiveSyntaxTest, versions="2")
BROKEN = w3c_suite.texts(MF.NegativeSyntaxTest, versions="2")
# Tests on which Oxigraph 0.5.13 itself differs: what an expression in SELECT may use, and a graph
# that is grouped by nothing.
ENGINE_DIFFERS = frozenset({"grouping/group01", "grouping/select-variable-reuse"})
# Accepted by it: a triple term as a subject, and an aggregate in an aggregate.
ENGINE_ACCEPTS = frozenset(
    {
        "sparql12/syntax-triple-terms-negative/tripleterm-subject-03.rq",
        "sparql12/syntax-triple-terms-negative/tripleterm-subject-06.rq",
        "sparql12/syntax/nested-aggregate-functions.rq",
    }
)
RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "tsv": ox.QueryResultsFormat.TSV,
}

pytestmark = [
    pytest.mark.skipif(not CASES, reason="the W3C suites are missing: set W3C_TESTS"),
    pytest.mark.slow_without_fast_path,
]


@pytest.fixture(scope="module")
def suite(serve_session):
    engine = w3c_suite.load({path for case in CASES for path in case.files})
    with serve_session(KnowledgeGraph(Settings(), external=LocalStore(engine))) as running:
        yield running


def ask(suite, case, form):
    default = [("default-graph-uri", w3c_suite.iri(path)) for path in case.data]
    graphs = [name for path in case.data for name in w3c_suite.graphs_in(path)]
    graphs += [w3c_suite.iri(path) for path in case.named]
    named = [("named-graph-uri", name) for name in graphs]
    fields = [("query", case.text), ("format", form)]
    fields += default or [("default-graph-uri", "urn:empty")]
    return suite.ask("/sparql", "POST", urlencode([*fields, *named]), Content_Type=FORM)


def test_the_list_has_exactly_the_tests_on_which_the_engine_differs():
    assert len(CASES) >= 63
    differing = {case.name for case in CASES
                 if w3c_suite.engine_answer(case) != w3c_suite.expected(case)}  # fmt: skip
    assert differing == ENGINE_DIFFERS


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name not in ENGINE_DIFFERS], ids=lambda case: case.name
)
def test_the_result_over_http_matches_the_suite(suite, case):
    form = case.text.upper().split("WHERE")[0]
    if "CONSTRUCT" in form:
        reply = ask(suite, case, "nt")
        assert reply.status == 200, reply.body
        found = [quad.triple for quad in ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES)]
        assert w3c_suite.canonical(found) == w3c_suite.expected(case)
        return
    for name, parser in RESULTS.items():
        reply = ask(suite, case, name)
        assert reply.status == 200, reply.body
        if name == "tsv" and "ASK" in form:
            continue  # a Boolean is not part of the format
        found = ox.parse_query_results(reply.body, format=parser)
        assert w3c_suite.canonical(found) == w3c_suite.expected(case), name


def test_the_server_answers_valid_queries_and_rejects_others_with_400(suite):
    assert len(VALID) >= 98
    assert len(BROKEN) >= 81
    statuses = {
        name: suite.ask("/sparql", "POST", urlencode({"query": text}), Content_Type=FORM).status
        for name, text in {**VALID, **BROKEN}.items()
    }
    assert {name for name in VALID if statuses[name] != 200} <= {
        "sparql12/grouping/select-variable-reuse.rq"
    }
    assert {name for name in BROKEN if statuses[name] != 400} == ENGINE_ACCEPTS
