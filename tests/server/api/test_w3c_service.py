"""W3C SERVICE tests, with endpoints that serve the data of the suite."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from ipgraph.errors import Refused, StoreUnavailable
from ipgraph.federation.client import Federation, FederationSettings
from ipgraph.federation.fetcher import FetchRequest, Table
from ipgraph.sparql.guard import inspect
from ipgraph.sparql.query import Query
from ipgraph.sparql.service_values import inline
from support import w3c_suite
from support.w3c_suite import MF, QT

ALLOWED = "example.org example1.org example2.org invalid.endpoint.org"
NAMES = ["service1", "service2", "service3", "service4a", "service6", "service7"]


@pytest.fixture(scope="module")
def manifest() -> rdflib.Graph:
    root = w3c_suite.root()
    if root is None:
        pytest.skip("the W3C suites are missing: set W3C_TESTS")
    return rdflib.Graph().parse(root / "sparql11/service/manifest.ttl")


class Case:
    """A test case: its query, its data and its endpoints."""

    def __init__(self, manifest: rdflib.Graph, name: str) -> None:
        (test,) = [
            subject
            for subject in manifest.subjects(rdflib.RDF.type)
            if str(subject).endswith("#" + name)
        ]
        action = manifest.value(test, MF.action)
        self.text = path(manifest.value(action, QT.query)).read_text(encoding="utf-8")
        self.result = path(manifest.value(test, MF.result))
        self.data = [path(node) for node in manifest.objects(action, QT.data)]
        self.endpoints = {
            str(manifest.value(node, QT.endpoint)): path(manifest.value(node, QT.data))
            for node in manifest.objects(action, QT.serviceData)
        }
        self.federation = Federation(FederationSettings(allowed=ALLOWED), self.ask)

    def ask(self, request: FetchRequest, alive: object) -> Table:
        """Respond like the endpoint, which queries other endpoints in the same way."""
        if request.endpoint not in self.endpoints:
            raise StoreUnavailable("There is no such endpoint.")
        result = self.answer(request.query, [self.endpoints[request.endpoint]])
        body = result.serialize(format=ox.QueryResultsFormat.JSON)
        return Table("json", body.decode())

    def answer(self, text: str, data: list[Path]) -> ox.QuerySolutions:
        query, functions = Query(text), {}
        found = inspect(text)
        if found.services:
            query, _ = self.federation.resolve_services(query, found)
            text, functions = inline(query)
        store = ox.Store()
        for file in data:
            store.load(path=str(file), format=ox.RdfFormat.TURTLE)
        return store.query(text, custom_functions=functions)


def path(node: object) -> Path:
    return Path(str(node).removeprefix("file://"))


@pytest.mark.parametrize("name", NAMES)
def test_a_query_with_service_returns_the_expected_result(manifest, name):
    case = Case(manifest, name)
    expected = ox.parse_query_results(path=str(case.result), format=ox.QueryResultsFormat.XML)
    result = case.answer(case.text, case.data)
    assert w3c_suite.canonical(result) == w3c_suite.canonical(expected)


def test_a_variable_endpoint_is_refused(manifest):
    case = Case(manifest, "service5")
    with pytest.raises(Refused, match="is a variable"):
        case.answer(case.text, case.data)
