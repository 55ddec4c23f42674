from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipgraph.errors import BadQuery, IpGraphError, Refused
from ipgraph.federation.service_clauses import find
from ipgraph.sparql.guard import inspect
from ipgraph.sparql.query import Query


def clauses(text: str):
    return find(Query(text), inspect(text))


def test_the_request_is_the_body_with_the_declarations_of_the_query():
    prologue = "PREFIX e: <http://e/> # a comment\n"
    text = prologue + "SELECT * { ?s e:p ?o . SERVICE <http://h/q> { ?s a e:T } }"
    (clause,) = clauses(text)
    assert clause.endpoint == "http://h/q"
    assert text[clause.start : clause.end] == "SERVICE <http://h/q> { ?s a e:T }"
    assert clause.request.endswith(
        "PREFIX e: <http://e/> # a comment\n\nSELECT * WHERE { ?s a e:T }"
    )


@pytest.mark.parametrize(
    ("text", "endpoint", "silent"),
    [
        ("PREFIX h: <http://h/> ASK { service silent h:q {} }", "http://h/q", True),
        ("BASE <http://h/a/> ASK { SERVICE<../q>{} }", "http://h/q", False),
        ("ASK { FILTER EXISTS { SERVICE <http://h/q> { {} UNION {} } } }", "http://h/q", False),
    ],
)
def test_an_endpoint_is_read_in_any_notation(text, endpoint, silent):
    (clause,) = clauses(text)
    assert (clause.endpoint, clause.silent, clause.nested) == (endpoint, silent, False)


def test_a_nested_service_is_a_separate_clause():
    found = clauses("ASK { SERVICE <http://a/> { SERVICE <http://b/> {} } SERVICE <http://c/> {} }")
    assert [(item.endpoint, item.nested) for item in found] == [
        ("http://a/", False), ("http://b/", True), ("http://c/", False),
    ]  # fmt: skip


def test_a_variable_endpoint_is_refused():
    with pytest.raises(Refused, match=r"SERVICE \?u at line 1, column 32"):
        clauses("ASK { VALUES ?u { <http://h/>} SERVICE ?u {} }")


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX : <http://h/> ASK { SERVICE:x {} }",
        "PREFIX : <http://h/> ASK { SERVICESILENT:x {} }",
        "ASK { servicesilent<http://h/>{} }",
        "ASK { SERVICE <http://h/> }",
        "ASK { SERVICE { } }",
        "ASK { SERVICE <http://h/> { ",
        "ASK { SERVICE <http://h/> {} UNION {} }",
    ],
)
def test_an_ambiguous_service_clause_is_an_error(text):
    with pytest.raises(BadQuery, match="SERVICE"):
        clauses(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "SERVICE ",
                "SILENT ",
                "<http://h/> ",
                "{ ",
                "} ",
                "?s ",
                "'SERVICE' ",
                "#SERVICE\n",
                "<SERVICE> ",
                "UNION ",
                "a ",
                "service.",
                "-SERVICE",
                "SERVICE:x ",
                "x:SERVICE ",
            ]
        ),
        max_size=12,
    )
)
def test_every_service_that_the_guard_sees_is_extracted_or_the_query_is_refused(parts):
    text = "ASK { " + "".join(parts) + " }"
    try:
        found = inspect(text)
        cut = find(Query(text), found)
    except IpGraphError:
        return
    assert len(cut) == len(found.services)
    left = text
    for clause in reversed([item for item in cut if not item.nested]):
        left = left[: clause.start] + "{}" + left[clause.end :]
    assert not inspect(left).services
