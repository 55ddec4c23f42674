"""The Reconciliation Service API 0.2, as OpenRefine uses it."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

ID = "https://w3id.org/ipgraph/id/"
ONTOLOGY = "https://w3id.org/ipgraph/ontology/"
UNIT_OF = "http://www.w3.org/ns/org#unitOf"
FORM = "application/x-www-form-urlencoded"


def asked(running, *, method: str = "POST", **fields: object):
    text = urlencode({name: json.dumps(value) for name, value in fields.items()})
    if method == "GET":
        return running.ask(f"/reconcile?{text}")
    return running.ask("/reconcile", "POST", text, Content_Type=FORM)


def found(running, **query: object) -> list[dict]:
    return asked(running, queries={"q0": query}).json()["q0"]["result"]


def test_the_manifest_names_addresses_that_are_there(running):
    manifest = running.ask("/reconcile").json()
    assert manifest["versions"] == ["0.2"]
    assert manifest["identifierSpace"] == ID
    for name, key in (("entity", "dams"), ("type", "divi"), ("property", "unit")):
        place = manifest["suggest"][name]
        path = place["service_path"]
        assert place["service_url"] == running.address
        assert running.ask(f"{path}?prefix={key}").json()["result"]
    view = manifest["view"]["url"].replace("{{id}}", ID + "ip").removeprefix(running.address)
    assert running.ask(view, Accept="text/html").status == 200
    assert all(item["id"] and item["name"] for item in manifest["defaultTypes"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_names_and_acronyms_are_matched_in_a_batch(running, method):
    queries = {
        "a": {"query": "Protective Security Coordination Division"},
        "b": {"query": "iicd"},
        "c": {"query": "Protective Security Co-ordination Division"},
        "d": {"query": "nothing of the kind zzz"},
    }
    answer = asked(running, method=method, queries=queries).json()
    assert answer.keys() == queries.keys()
    for name, thing in (("a", "pscd"), ("b", "iicd")):
        best = answer[name]["result"][0]
        assert (best["id"], best["match"], best["score"]) == (ID + thing, True, 100)
        assert best["type"][0]["id"] == ONTOLOGY + "Division"
    near = answer["c"]["result"][0]
    assert (near["id"], near["match"]) == (ID + "pscd", False)
    assert 80 < near["score"] < 100
    assert answer["d"]["result"] == []


def test_a_type_leaves_out_things_of_others_and_counts_what_is_inferred(running):
    everything = found(running, query="infrastructure protection", limit=20)
    units = found(running, query="infrastructure protection", limit=20, type=ONTOLOGY + "Office")
    above = found(running, query="infrastructure protection", limit=20,
                  type=[ONTOLOGY + "Organization"])  # fmt: skip
    assert 0 < len(units) < len(everything)
    assert {unit["id"] for unit in units} <= {item["id"] for item in above}
    assert found(running, query="infrastructure protection", type="urn:none") == []


def test_a_property_that_is_given_too_counts(running):
    name = "Protective Security Coordination Division"
    right = {"pid": UNIT_OF, "v": {"id": ID + "ip"}}
    by_name = {"pid": UNIT_OF, "v": "Office of Infrastructure Protection"}
    wrong = {"pid": UNIT_OF, "v": "Department of Agriculture"}
    scores = [found(running, query=name, properties=[item])[0]["score"]
              for item in (right, by_name, wrong)]  # fmt: skip
    assert scores[0] == scores[1] == 100
    assert scores[2] == 70


def test_things_are_extended_by_their_properties(running, project):
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    extend = {"ids": [ID + "pscd", "urn:none"], "properties": [{"id": UNIT_OF}, {"id": label}]}
    answer = asked(running, extend=extend).json()
    assert [item["id"] for item in answer["meta"]] == [UNIT_OF, label]
    row = answer["rows"][ID + "pscd"]
    assert {"id": ID + "ip", "name": "Office of Infrastructure Protection"} in row[UNIT_OF]
    assert row[label] == [{"str": "Protective Security Coordination Division"}]
    assert answer["rows"]["urn:none"] == {UNIT_OF: [], label: []}


def test_properties_of_a_type_are_proposed(running):
    proposed = running.ask(f"/reconcile/properties?type={ONTOLOGY}Division").json()
    assert UNIT_OF in {item["id"] for item in proposed["properties"]}


def test_a_preview_may_stand_in_a_frame_and_nothing_else_may(running):
    shown = running.ask(f"/reconcile/preview?id={ID}pscd")
    assert (shown.status, shown.type) == (200, "text/html")
    assert b"Protective Security Coordination Division" in shown.body
    assert "frame-ancestors *" in shown.headers["Content-Security-Policy"]
    other = running.ask("/reconcile").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in other
    assert running.ask("/reconcile/preview?id=urn:none").status == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"queries": "{"},
        {"queries": "[" * 100_000},
        {"queries": "[]"},
        {"queries": '{"a": 1}'},
        {"queries": '{"a": {"query": 7}}'},
        {"queries": json.dumps({str(n): {"query": "x"} for n in range(11)})},
        {"extend": json.dumps({"ids": [f"urn:{n}" for n in range(201)], "properties": []})},
    ],
)
def test_what_is_no_batch_is_a_bad_request(running, fields):
    reply = running.ask("/reconcile", "POST", urlencode(fields), Content_Type=FORM)
    assert (reply.status, reply.type) == (400, "application/problem+json")


def test_odd_members_of_a_batch_are_passed_over(running):
    assert found(running, query="dams", limit=-1, type=[7, None], properties=[1, {"pid": 3}])
    assert asked(running, extend={"ids": [1, "a b"], "properties": 5}).json()["rows"] == {"a b": {}}


def test_other_methods_and_types_are_refused(running):
    assert running.ask("/reconcile", "PUT", "x").status == 405
    assert running.ask("/reconcile", "POST", "{}", Content_Type="application/json").status == 415
    assert running.ask("/reconcile/preview", "POST", "").status == 405
    assert "POST" in running.ask("/reconcile", "OPTIONS").headers["Access-Control-Allow-Methods"]
