"""The Reconciliation Service API 0.2, as OpenRefine uses it."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

import ipgraph
from ipgraph.settings import Settings

ID = "https://w3id.org/ipgraph/id/"
ONTOLOGY = "https://w3id.org/ipgraph/ontology/"
UNIT_OF = "http://www.w3.org/ns/org#unitOf"
FORM = "application/x-www-form-urlencoded"


def send(running, *, method: str = "POST", **fields: object):
    text = urlencode({name: json.dumps(value) for name, value in fields.items()})
    if method == "GET":
        return running.ask(f"/reconcile?{text}")
    return running.ask("/reconcile", "POST", text, Content_Type=FORM)


def candidates(running, **query: object) -> list[dict]:
    return send(running, queries={"q0": query}).json()["q0"]["result"]


def test_the_addresses_of_the_manifest_exist(running):
    manifest = running.ask("/reconcile").json()
    assert manifest["versions"] == ["0.2"]
    assert manifest["identifierSpace"] == ID
    for name, key in (("entity", "dams"), ("type", "divi"), ("property", "unit")):
        service = manifest["suggest"][name]
        path = service["service_path"]
        assert service["service_url"] == running.address
        assert running.ask(f"{path}?prefix={key}").json()["result"]
    view = manifest["view"]["url"].replace("{{id}}", ID + "ip").removeprefix(running.address)
    assert running.ask(view, Accept="text/html").status == 200
    assert all(type_["id"] and type_["name"] for type_ in manifest["defaultTypes"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_names_and_acronyms_are_matched_in_a_batch(running, method):
    queries = {
        "a": {"query": "Protective Security Coordination Division"},
        "b": {"query": "iicd"},
        "c": {"query": "Protective Security Co-ordination Division"},
        "d": {"query": "nothing of the kind zzz"},
    }
    result = send(running, method=method, queries=queries).json()
    assert result.keys() == queries.keys()
    for name, thing in (("a", "pscd"), ("b", "iicd")):
        best = result[name]["result"][0]
        assert (best["id"], best["match"], best["score"]) == (ID + thing, True, 100)
        assert best["type"][0]["id"] == ONTOLOGY + "Division"
    near = result["c"]["result"][0]
    assert (near["id"], near["match"]) == (ID + "pscd", False)
    assert 80 < near["score"] < 100
    assert result["d"]["result"] == []


def test_a_type_excludes_other_classes_and_includes_inferred_instances(running):
    all_hits = candidates(running, query="infrastructure protection", limit=20)
    units = candidates(
        running, query="infrastructure protection", limit=20, type=ONTOLOGY + "Office"
    )
    organizations = candidates(running, query="infrastructure protection", limit=20,
                  type=[ONTOLOGY + "Organization"])  # fmt: skip
    assert 0 < len(units) < len(all_hits)
    assert {unit["id"] for unit in units} <= {organization["id"] for organization in organizations}
    assert candidates(running, query="infrastructure protection", type="urn:none") == []


def test_a_property_value_affects_the_score(running):
    name = "Protective Security Coordination Division"
    right = {"pid": UNIT_OF, "v": {"id": ID + "ip"}}
    by_name = {"pid": UNIT_OF, "v": "Office of Infrastructure Protection"}
    wrong = {"pid": UNIT_OF, "v": "Department of Agriculture"}
    scores = [candidates(running, query=name, properties=[condition])[0]["score"]
              for condition in (right, by_name, wrong)]  # fmt: skip
    assert scores[0] == scores[1] == 100
    assert scores[2] == 70


def test_entities_are_extended_with_property_values(running, project):
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    extend = {"ids": [ID + "pscd", "urn:none"], "properties": [{"id": UNIT_OF}, {"id": label}]}
    result = send(running, extend=extend).json()
    assert [column["id"] for column in result["meta"]] == [UNIT_OF, label]
    row = result["rows"][ID + "pscd"]
    assert {"id": ID + "ip", "name": "Office of Infrastructure Protection"} in row[UNIT_OF]
    assert row[label] == [{"str": "Protective Security Coordination Division"}]
    assert result["rows"]["urn:none"] == {UNIT_OF: [], label: []}


def test_the_properties_of_a_type_are_proposed(running):
    proposed = running.ask(f"/reconcile/properties?type={ONTOLOGY}Division").json()
    assert UNIT_OF in {entry["id"] for entry in proposed["properties"]}


def test_only_a_preview_can_be_framed(running):
    preview = running.ask(f"/reconcile/preview?id={ID}pscd")
    assert (preview.status, preview.type) == (200, "text/html")
    assert b"Protective Security Coordination Division" in preview.body
    assert "frame-ancestors *" in preview.headers["Content-Security-Policy"]
    other = running.ask("/reconcile").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in other
    assert running.ask("/reconcile/preview?id=urn:none").status == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"queries": "{"},
        {"queries": "[" * 100_000},
        {"queries": "[]"},
        {"queries": json.dumps({str(n): {"query": "x"} for n in range(11)})},
        {"extend": json.dumps({"ids": [f"urn:{n}" for n in range(201)], "properties": []})},
    ],
)
def test_an_invalid_batch_is_a_bad_request(running, fields):
    reply = running.ask("/reconcile", "POST", urlencode(fields), Content_Type=FORM)
    assert (reply.status, reply.type) == (400, "application/problem+json")


@pytest.mark.parametrize("bad", [1, None, "dams", [], {}, {"query": 7}])
def test_a_bad_query_does_not_affect_the_others_of_its_batch(running, bad):
    found = send(running, queries={"a": bad, "b": {"query": "iicd"}}).json()
    assert found["a"]["result"] == []
    assert "query" in found["a"]["error"]
    assert found["b"]["result"][0]["id"] == ID + "iicd"


@pytest.mark.parametrize("text", [ID + "pscd", f"<{ID}pscd>", "id:pscd", "pscd", f" {ID}pscd "])
def test_a_cell_with_an_identifier_is_a_match(running, text):
    best = candidates(running, query=text)[0]
    assert (best["id"], best["match"], best["score"]) == (ID + "pscd", True, 100)
    assert best["type"][0]["id"] == ONTOLOGY + "Division"
    assert candidates(running, query=text, type="urn:none") == []


def test_identifiers_of_other_data_are_matches(serve, tmp_path):
    path = tmp_path / "cities.ttl"
    path.write_text(
        """@prefix d: <http://purl.org/dc/terms/> .
        @prefix s: <http://www.w3.org/2004/02/skos/core#> .
        @prefix : <http://data.example/> . @prefix r: <http://www.w3.org/2000/01/rdf-schema#> .
        :tokyo r:label "Tokyo"@en ; s:exactMatch <http://www.wikidata.org/entity/Q1490> ;
          d:identifier "JP-13" .
        :other r:label "JP-13"@en .""",
        encoding="utf-8",
    )
    graph = ipgraph.open(path, settings=Settings(cache=str(tmp_path / "cache")))
    with serve(graph) as server:
        for text in (
            "http://data.example/tokyo",
            "https://data.example/tokyo",
            "http://data.example/tokyo/",
            "http://www.wikidata.org/entity/Q1490",
            "JP-13",
        ):
            best = candidates(server, query=text)[0]
            assert (best["id"], best["match"]) == ("http://data.example/tokyo", True), text
            assert best["name"] == "Tokyo"
        assert server.ask("/reconcile/").json() == server.ask("/reconcile").json()
        for text in ("http://data.example/a b", "<", "x:", ":", "_:a", "\x00"):
            assert not any(item["match"] for item in candidates(server, query=text))


def test_invalid_members_of_a_batch_are_ignored(running):
    assert candidates(running, query="dams", limit=-1, type=[7, None], properties=[1, {"pid": 3}])
    assert send(running, extend={"ids": [1, "a b"], "properties": 5}).json()["rows"] == {"a b": {}}


def test_other_methods_and_content_types_are_rejected(running):
    assert running.ask("/reconcile", "PUT", "x").status == 405
    assert running.ask("/reconcile", "POST", "{}", Content_Type="application/json").status == 415
    assert running.ask("/reconcile/preview", "POST", "").status == 405
    assert "POST" in running.ask("/reconcile", "OPTIONS").headers["Access-Control-Allow-Methods"]
