"""The OpenAPI document is true: all addresses stand in it, and what it says of each holds."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ipgraph.server.api import operations
from ipgraph.server.http.routes import ADDRESSES, CONTACT, OWN, PARAMETERS, SNAPSHOT
from ipgraph.server.pages import home

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
VALID, INVALID = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
EXAMPLES = 20  # of each mode and address: 1,600 requests in 20 s

IP = "https://w3id.org/ipgraph/id/ip"
SAMPLES = {
    "name": "ip",
    "suffix": "ttl",
    "table": "csv",
    "uri": IP,
    "q": "bomb",
    "kind": "class",
    "page": "1",
    "s": "id:nicc",
    "p": "ip:partOf",
    "o": "id:dhs",
    "relation": "org:unitOf",
    "property": "http://www.w3.org/ns/org#unitOf",
    "subject": "ip:Division",
    "face": "json",
    "join": "org:unitOf",
    "object": "ip:Office",
    "thing": IP,
    "query": "SELECT ?s { ?s a ?o } LIMIT 1",
}
NAMES = {"/ontology/{name}": "Office", "/source/{name}": "more-about-ip", "/sectors/{name}": "dams",
         "/questions/{name}": "units-of"}  # fmt: skip


@pytest.fixture(scope="module")
def schema(running):
    return schemathesis.openapi.from_url(running.address + "/openapi.json")


def shape(path: str) -> str:
    """Return a path with its parameters unnamed, as Flask or OpenAPI write them."""
    return re.sub(r"<[^>]*>|\{[^}]*\}", "{}", path)


def test_every_address_of_the_service_is_in_the_directory(project, running):
    app = Flask("pages")
    app.register_blueprint(home.blueprint(project, running.front.pages._run))
    served = {shape(str(rule)) for rule in app.url_map.iter_rules()} - {"/static/{}"}
    served |= set(operations.MAKERS)
    beside = {"/id/{}", "/data/{}.{}", "/ontology.{}"}  # what `linked_data` answers itself
    listed = {shape(each.path) for each in ADDRESSES}
    assert len(listed) == len(ADDRESSES)
    assert served | beside == listed | {"/sparql"}


def test_an_address_is_listed_only_where_the_graph_has_what_it_needs(running, small, serve):
    mine = running.ask("/openapi.json").json()["paths"].keys()
    with serve(small, contact="mailto:a@example.org") as other:
        theirs = other.ask("/openapi.json").json()["paths"].keys()
    needing = {need: {each.path for each in ADDRESSES if each.needs == need}
               for need in (OWN, SNAPSHOT, CONTACT)}  # fmt: skip
    assert all(needing.values())
    assert mine & needing[CONTACT] == theirs & needing[OWN] == set()
    assert mine >= needing[OWN] | needing[SNAPSHOT]
    assert theirs >= needing[CONTACT] | needing[SNAPSHOT]


@pytest.mark.parametrize(
    "address", [each for each in ADDRESSES if each.needs != CONTACT], ids=lambda each: each.path
)
def test_every_address_answers_as_the_directory_says(running, address):
    path, given_ = address.path, []
    for key in address.parameters:
        parameter = PARAMETERS[key]
        place = "{" + parameter.name + "}"
        if key == "file":
            listed = running.ask("/downloads/SHA256SUMS").body.decode().split()
            path = path.replace(place, listed[1])
        elif place in path:
            path = path.replace(place, NAMES.get(address.path, SAMPLES[key]))
        elif key in address.required:
            given_.append((parameter.name, SAMPLES[key]))
    reply = running.ask(path + ("?" + urlencode(given_) if given_ else ""))
    assert reply.status == address.status, reply.body[:500]
    assert not address.types or reply.type in address.types


@pytest.mark.parametrize(
    ("address", "media_type"),
    [(each, media_type) for each in ADDRESSES for media_type in each.types
     if each.needs != CONTACT and not {"suffix", "table", "file"} & set(each.parameters)],
    ids=lambda each: getattr(each, "path", each),
)  # fmt: skip
def test_every_type_that_an_address_has_can_be_asked_for(running, address, media_type):
    names = {"name": NAMES.get(address.path, "ip"), "relation": "org:unitOf"}
    path = address.path.format_map(names)
    asked = [(PARAMETERS[key].name, SAMPLES[key]) for key in address.required]
    reply = running.ask(path + ("?" + urlencode(asked) if asked else ""), Accept=media_type)
    if reply.status == 503:  # only while the checks run, which nobody has asked for before
        assert (address.path, reply.json()["type"]) == ("/quality", "store-unavailable")
    else:
        assert (reply.status, reply.type) == (200, media_type)


def test_a_proof_is_turtle_for_who_accepts_that(running):
    asked = urlencode({"s": "id:nicc", "p": "ip:partOf", "o": "id:dhs"})
    reply = running.ask(f"/why?{asked}", Accept="text/turtle")
    assert (reply.status, reply.type) == (200, "text/turtle")
    assert list(ox.parse(reply.body, format=ox.RdfFormat.TURTLE))


@pytest.mark.parametrize(
    ("path", "method"),
    [("/sparql", "GET"), ("/sparql", "POST"), ("/reconcile", "POST"),
     *((each.path, "GET") for each in ADDRESSES if each.needs != CONTACT)],
)  # fmt: skip
def test_nothing_that_is_sent_to_an_address_makes_it_fail_or_answer_in_another_way_than_it_says(
    schema, path, method
):
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
            case.validate_response(case.call(timeout=60), checks=CHECKS)

        check()
