"""The OpenAPI document lists every address, and every address behaves as documented."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ipgraph.server.application import MODULES
from ipgraph.server.edition import has_contact, has_questions, has_snapshot
from ipgraph.server.http.routes import RouteTable

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
VALID, INVALID = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
EXAMPLES = 20  # per mode and address: 1,600 requests in 20 s

ROUTES = [route for route in RouteTable(module.routes for module in MODULES) if route.summary]
AVAILABLE = [route for route in ROUTES if route.needs is not has_contact]
IP = "https://w3id.org/ipgraph/id/ip"
SAMPLES = {
    "name": "ip",
    "collection": "sectors",
    "suffix": "ttl",
    "uri": IP,
    "q": "bomb",
    "query": "SELECT ?s { ?s a ?o } LIMIT 1",
    "prefix": "bomb",
    "kind": "class",
    "page": "1",
    "s": "id:nicc",
    "p": "ip:partOf",
    "o": "id:dhs",
    "relation": "org:unitOf",
    "property": "http://www.w3.org/ns/org#unitOf",
    "subject": "ip:Division",
    "object": "ip:Office",
    "id": IP,
}
OTHER_SAMPLES = {
    ("/ontology/{name}", "name"): "Office",
    ("/ontology/{name}.{suffix}", "name"): "Office",
    ("/source", "uri"): "https://w3id.org/ipgraph/source/more-about-ip",
    ("/source/{name}", "name"): "more-about-ip",
    ("/source/{name}.{suffix}", "name"): "more-about-ip",
    ("/{collection}/{name}", "name"): "dams-sector",
    ("/questions/{name}", "name"): "units-of",
    ("/sparql/labels.{suffix}", "suffix"): "csv",
    ("/page/{name}/related/{relation}", "relation"): "org:unitOf",
    ("/ask", "relation"): "org:unitOf",
}


@pytest.fixture(scope="module")
def schema(running):
    running.wait_for("/quality")  # 503 while the checks run
    return schemathesis.openapi.from_url(running.address + "/openapi.json", timeout=None)


def shape(path: str) -> str:
    """Return a path of Flask or OpenAPI with anonymous parameters."""
    return re.sub(r"<[^>]*>|\{[^}]*\}", "{}", path)


def address_of(running, route):
    """Return an address of a route at which a resource exists."""
    samples = {
        parameter.name: OTHER_SAMPLES.get((route.path, parameter.name), SAMPLES[parameter.name])
        for parameter in route.parameters
        if parameter.is_required or "{" + parameter.name + "}" in route.path
    }
    if route.path == "/downloads/{name}":
        samples["name"] = running.ask("/downloads/SHA256SUMS").body.decode().split()[1]
    in_query = {name: text for name, text in samples.items() if f"{{{name}}}" not in route.path}
    path = route.path.format_map(samples)
    return path + ("?" + urlencode(in_query) if in_query else "")


def test_every_address_of_the_service_is_in_the_document(running):
    rules = {shape(str(rule)) for rule in running.app.url_map.iter_rules()}
    listed = {shape(path) for path in running.ask("/openapi.json").json()["paths"]}
    without_contact = {route.path for route in ROUTES if route.needs is has_contact}
    assert without_contact
    synonyms = {"/static/{}", "/sparql/", "/query", "/query/", "/reconcile/"}
    assert rules - synonyms == listed | without_contact


def test_an_address_is_listed_only_if_the_graph_supports_it(running, small, serve):
    own_paths = running.ask("/openapi.json").json()["paths"].keys()
    with serve(small, contact="mailto:a@example.org") as other:
        other_paths = other.ask("/openapi.json").json()["paths"].keys()
    needing = {
        need: {route.path for route in ROUTES if route.needs is need}
        for need in (has_questions, has_snapshot, has_contact)
    }
    assert all(needing.values())
    assert own_paths & needing[has_contact] == other_paths & needing[has_questions] == set()
    assert own_paths >= needing[has_questions] | needing[has_snapshot]
    assert other_paths >= needing[has_contact] | needing[has_snapshot]


@pytest.mark.parametrize("route", AVAILABLE, ids=lambda route: route.path)
def test_every_address_responds_as_documented(running, route):
    reply = running.ask(address_of(running, route))
    assert reply.status == route.status, reply.body[:500]
    assert not route.offers or reply.type in {offer.media_type for offer in route.offers}


@pytest.mark.parametrize(
    ("route", "media_type"),
    [
        (route, offer.media_type)
        for route in AVAILABLE
        for offer in route.offers
        if route.negotiates
    ],
    ids=lambda value: getattr(value, "path", value),
)
def test_every_media_type_of_an_address_can_be_requested(running, route, media_type):
    reply = running.ask(address_of(running, route), Accept=media_type)
    if reply.status == 503:  # only while the checks run, because this is their first request
        assert (route.path, reply.json()["type"]) == ("/quality", "store-unavailable")
    else:
        assert (reply.status, reply.type) == (200, media_type)


def test_a_proof_is_available_as_turtle(running):
    statement = urlencode({"s": "id:nicc", "p": "ip:partOf", "o": "id:dhs"})
    reply = running.ask(f"/why?{statement}", Accept="text/turtle")
    assert (reply.status, reply.type) == (200, "text/turtle")
    assert list(ox.parse(reply.body, format=ox.RdfFormat.TURTLE))


@pytest.mark.parametrize(
    ("path", "method"),
    [("/sparql", "GET"), ("/sparql", "POST"), ("/reconcile", "POST"),
     *((route.path, "GET") for route in AVAILABLE if route.path != "/sparql")],
)  # fmt: skip
def test_generated_requests_get_documented_responses(schema, path, method):
    operation = schema[path][method]
    for mode in (VALID, INVALID) if operation.query else (VALID,):

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def check(case):
            case.validate_response(case.call(timeout=None), checks=CHECKS)

        check()
