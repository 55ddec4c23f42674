"""W3C syntax tests: valid SPARQL 1.1 passes the guard, invalid SPARQL gets 400."""

from __future__ import annotations

from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from ipgraph.errors import IpGraphError
from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.settings import Settings
from ipgraph.sparql.guard import admit, inspect
from ipgraph.store.local import LocalStore
from support import w3c_suite

MF = w3c_suite.MF
QUERIES = w3c_suite.texts(
    MF.PositiveSyntaxTest, MF.PositiveSyntaxTest11, MF.QueryEvaluationTest, MF.CSVResultFormatTest
)
UPDATES = w3c_suite.texts(MF.PositiveUpdateSyntaxTest11, MF.UpdateEvaluationTest)
BROKEN = w3c_suite.texts(MF.NegativeSyntaxTest, MF.NegativeSyntaxTest11)
FORM = {"Content_Type": "application/x-www-form-urlencoded"}
# Rejected by Oxigraph 0.5.13: functions it does not know, and a keyword in its old case.
ENGINE_REJECTS = frozenset(
    {
        "sparql10/expr-builtin/case-insensitive-booleans.rq",
        "sparql10/syntax-sparql1/syntax-expr-05.rq",
        "sparql10/syntax-sparql1/syntax-order-05.rq",
        "sparql10/syntax-sparql1/syntax-order-06.rq",
        "sparql10/syntax-sparql2/syntax-function-01.rq",
        "sparql10/syntax-sparql2/syntax-function-02.rq",
        "sparql10/syntax-sparql2/syntax-function-03.rq",
        "sparql10/syntax-sparql2/syntax-function-04.rq",
        "sparql11/syntax-query/syntax-select-expr-04.rq",
    }
)
# Accepted by it although SPARQL 1.0 forbids it: one blank node label in two basic patterns.
ENGINE_ACCEPTS = frozenset({"sparql10/syntax-sparql3/syn-bad-26.rq"})

pytestmark = [
    pytest.mark.skipif(not QUERIES, reason="the W3C suites are missing: set W3C_TESTS"),
    pytest.mark.slow_without_fast_path,
]


@pytest.fixture(scope="module")
def target(serve_session):
    """A server with an empty graph: only the query texts matter."""
    with serve_session(KnowledgeGraph(Settings(), external=LocalStore(ox.Store()))) as running:
        yield running


def statuses(target, texts):
    found = {}
    for name, text in texts.items():
        reply = target.ask("/sparql", "POST", urlencode({"query": text}), **FORM)
        found[name] = reply.status
    return found


def test_the_suites_have_at_least_the_known_number_of_texts():
    assert len(QUERIES) >= 786
    assert len(UPDATES) >= 128
    assert len(BROKEN) >= 97


def test_the_guard_admits_every_query():
    refused = {}
    for name, text in QUERIES.items():
        try:
            admit(text)
        except IpGraphError as error:
            refused[name] = str(error)
    assert refused == {}


def test_the_guard_recognizes_every_update():
    forms = {name: inspect(text) for name, text in UPDATES.items()}
    assert {
        name: form.form for name, form in forms.items() if form.form and not form.is_update
    } == {}
    assert sum(form.is_update for form in forms.values()) >= 125  # three are only a prologue


def test_the_server_answers_every_query_without_external_data(target):
    external = {
        name
        for name, text in QUERIES.items()
        if (found := inspect(text)).services or found.default_graphs or found.named_graphs
    }
    assert 10 < len(external) < 100
    found = statuses(target, QUERIES)
    unexpected = {name: status for name, status in found.items() if status not in (200, 403)}
    assert unexpected == dict.fromkeys(ENGINE_REJECTS, 400)
    assert {name for name in found if found[name] == 403} <= external


def test_the_server_rejects_invalid_sparql_with_400(target):
    found = statuses(target, BROKEN)
    assert {name for name in found if found[name] != 400} == ENGINE_ACCEPTS
