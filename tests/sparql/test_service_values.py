from __future__ import annotations

import json

import pyoxigraph as ox
import pytest

from ipgraph.errors import StoreUnavailable
from ipgraph.sparql.query import Query, ServiceResult
from ipgraph.sparql.service_values import inline

CLAUSE = "SERVICE <http://h/> { ?s ?p ?o }"


def table(
    variables: list[str], *rows: dict, kind: str = "json", silent: bool = False
) -> ServiceResult:
    body = {"head": {"vars": variables}, "results": {"bindings": rows}}
    return service_result(json.dumps(body), kind, silent=silent)


def service_result(body: str, kind: str = "json", *, silent: bool = False) -> ServiceResult:
    return ServiceResult(0, 0, "http://h/", silent, kind, body)


def solutions(text: str, *tables: ServiceResult, data: str = "") -> list[dict[str, object]]:
    """Evaluate a query whose SERVICE clauses get the given tables, in order."""
    results, offset = [], 0
    for result in tables:
        start = text.index(CLAUSE, offset)
        offset = start + len(CLAUSE)
        results.append(
            ServiceResult(start, offset, result.endpoint, result.silent, result.kind, result.text)
        )
    inlined, functions = inline(Query(text, tables=tuple(results)))
    store = ox.Store()
    store.load(data.encode(), format=ox.RdfFormat.TURTLE)
    found = store.query(inlined, custom_functions=functions)
    names = [variable.value for variable in found.variables]
    return [{name: row[name] for name in names} for row in found]


def literal(value: str, **extra: str) -> dict[str, str]:
    return {"type": "literal", "value": value} | extra


def test_solutions_are_joined_with_the_graph_and_unbound_values_are_compatible():
    data = '<urn:a> <urn:p> "1" . <urn:b> <urn:p> "2" .'
    found = solutions(
        f"SELECT ?s ?v ?w {{ ?s <urn:p> ?v {CLAUSE} }} ORDER BY ?s ?w",
        table(["v", "w"], {"v": literal("1"), "w": literal("one")}, {"w": literal("any")}),
        data=data,
    )
    assert [(row["s"].value, row["w"].value) for row in found] == [
        ("urn:a", "any"), ("urn:a", "one"), ("urn:b", "any"),
    ]  # fmt: skip


def test_a_blank_node_is_shared_by_the_rows_of_a_result_and_differs_between_results():
    node = {"type": "bnode", "value": "b0"}
    first = table(["x", "n"], {"x": node, "n": literal("1")}, {"x": node, "n": literal("2")})
    second = table(["y"], {"y": node})
    found = solutions(f"SELECT ?x ?n ?y {{ {CLAUSE} {CLAUSE} }}", first, second)
    assert len(found) == 2
    assert len({row["x"] for row in found}) == 1
    assert {type(row["x"]) for row in found} == {ox.BlankNode}
    assert {row["x"] for row in found}.isdisjoint(row["y"] for row in found)


def test_a_column_can_mix_blank_nodes_other_terms_and_unbound_values():
    rows = ({"x": {"type": "bnode", "value": "b"}}, {"x": literal("1")}, {})
    found = solutions(f"SELECT ?x ?x_ {{ {CLAUSE} }}", table(["x", "x_"], *rows))
    assert {type(row["x"]) for row in found} == {ox.BlankNode, ox.Literal, type(None)}


def test_every_term_is_preserved():
    terms = [
        literal('quote " backslash \\ line\nend\t\r'),
        literal("chat", **{"xml:lang": "fr-CA"}),
        literal("2007", datatype="http://www.w3.org/2001/XMLSchema#gYear"),
        {"type": "uri", "value": "http://e/ü?a=1&b=2#c"},
    ]
    found = solutions(f"SELECT ?x {{ {CLAUSE} }}", table(["x"], *({"x": term} for term in terms)))
    assert [row["x"] for row in found] == [
        ox.Literal(terms[0]["value"]),
        ox.Literal("chat", language="fr-ca"),
        ox.Literal("2007", datatype=ox.NamedNode(terms[2]["datatype"])),
        ox.NamedNode(terms[3]["value"]),
    ]


def test_the_number_of_empty_solutions_is_preserved():
    assert len(solutions(f"SELECT * {{ {CLAUSE} }}", table([], {}, {}, {}))) == 3
    assert solutions(f"SELECT * {{ {CLAUSE} }}", table(["x"])) == []


def test_an_xml_result_is_read():
    body = (
        '<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head>'
        "<results><result><binding name='x'><uri>urn:a</uri></binding></result></results></sparql>"
    )
    (row,) = solutions(f"SELECT ?x {{ {CLAUSE} }}", service_result(body, "xml"))
    assert row["x"] == ox.NamedNode("urn:a")


HOSTILE = [
    "{",
    '{"head":{},"boolean":true}',
    '{"head":{"vars":["x) {} } #"]},"results":{"bindings":[]}}',
    json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [
        {"x": {"type": "uri", "value": "urn:a> ) } } #"}}]}}),
    json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [
        {"x": {"type": "literal", "value": "", "xml:lang": "en } } #"}}]}}),
    json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [
        {"x": {"type": "literal", "value": "", "datatype": "a> } } #"}}]}}),
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE)
def test_a_result_that_injects_syntax_is_rejected(body):
    with pytest.raises(StoreUnavailable, match="did not respond with SPARQL results"):
        solutions(f"SELECT * {{ {CLAUSE} }}", service_result(body))
    assert len(solutions(f"SELECT * {{ {CLAUSE} }}", service_result(body, silent=True))) == 1


def test_a_failure_that_silent_hides_is_one_solution_without_bindings():
    assert solutions(f"SELECT * {{ {CLAUSE} }}", service_result("", "")) == [{}]


def test_lines_after_a_service_keep_their_numbers():
    text = "SELECT * {\n SERVICE <http://h/> {\n ?s\n ?p ?o\n }\n ?broken }"
    start, end = text.index("SERVICE"), text.index(" ?broken") - 1
    body = '{"head":{"vars":["s"]},"results":{"bindings":[]}}'
    query = Query(text, tables=(ServiceResult(start, end, "http://h/", False, "json", body),))
    inlined, _ = inline(query)
    assert inlined.split("\n")[5] == text.split("\n")[5]
