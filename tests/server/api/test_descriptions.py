from __future__ import annotations

import json
import re
from urllib.robotparser import RobotFileParser

import pyoxigraph as ox

VOID = "http://rdfs.org/ns/void#"


def store_of(reply) -> ox.Store:
    store = ox.Store()
    store.load(reply.body, format=ox.RdfFormat.from_media_type(reply.type))
    return store


def test_the_counts_of_void_match_the_endpoint(running):
    store = store_of(running.ask("/void.ttl"))
    (row,) = store.query(f"SELECT ?n {{ ?d a <{VOID}Dataset> ; <{VOID}triples> ?n }}")
    counted = running.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", format="csv").body.split()
    assert row["n"].value == counted[1].decode()
    for part, iri, number in (
        ("property", "http://www.w3.org/ns/org#unitOf", "triples"),
        ("class", "https://w3id.org/ipgraph/ontology/Division", "entities"),
    ):
        (row,) = store.query(
            f"SELECT ?n {{ ?d <{VOID}{part}Partition> [ <{VOID}{part}> <{iri}> ; "
            f"<{VOID}{number}> ?n ] }}"
        )
        pattern = f"?s <{iri}> ?o" if part == "property" else f"?s a <{iri}>"
        text = f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"
        assert row["n"].value == running.query(text, format="csv").body.split()[1].decode()


def test_home_returns_the_description_if_an_rdf_format_is_requested(running):
    assert running.ask("/", Accept="text/turtle").type == "text/turtle"
    assert running.ask("/", Accept="text/html, text/turtle").type == "text/turtle"
    assert running.ask("/", Accept="*/*").type == "text/html"
    assert running.ask("/.well-known/void").headers["Location"] == "/void.ttl"


def test_every_dump_of_the_description_exists(running):
    store = store_of(running.ask("/dcat.ttl"))
    dumps = [row["d"].value for row in store.query(f"SELECT ?d {{ ?x <{VOID}dataDump> ?d }}")]
    assert len(dumps) == 6
    for dump in dumps:
        assert dump.startswith(running.address)
        assert running.ask(dump.removeprefix(running.address), "HEAD").status == 200


def test_data_json_has_the_fields_that_dcat_us_requires(running):
    found = running.ask("/data.json").json()
    assert found["conformsTo"] == "https://project-open-data.cio.gov/v1.1/schema"
    (dataset,) = found["dataset"]
    assert {
        "title", "description", "keyword", "modified", "publisher", "contactPoint",
        "identifier", "accessLevel",
    } <= dataset.keys()  # fmt: skip
    assert dataset["publisher"]["name"]
    assert dataset["contactPoint"]["fn"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", dataset["modified"])
    for distribution in dataset["distribution"]:
        (key,) = {"downloadURL", "accessURL"} & distribution.keys()
        assert "mediaType" in distribution or "format" in distribution
        assert running.ask(distribution[key].removeprefix(running.address), "HEAD").status == 200


def test_data_json_has_an_email_address_only_if_a_contact_is_configured(running, small, serve):
    (own,) = running.ask("/data.json").json()["dataset"]
    assert "hasEmail" not in own["contactPoint"]
    with serve(small, contact="mailto:a@example.org") as other:
        (foreign,) = other.ask("/data.json").json()["dataset"]
    assert foreign["contactPoint"]["hasEmail"] == "mailto:a@example.org"


def test_dcat_and_data_json_agree(running):
    (dataset,) = running.ask("/data.json").json()["dataset"]
    store = store_of(running.ask("/dcat.ttl"))
    text = """PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
    PREFIX dcat: <http://www.w3.org/ns/dcat#>
    SELECT ?title ?modified ?publisher ?identifier ?license (GROUP_CONCAT(?word) AS ?words) {
      ?d dcterms:title ?title ; dcterms:modified ?modified ; dcterms:identifier ?identifier ;
        dcterms:publisher [ foaf:name ?publisher ] ; dcterms:license ?license ; dcat:keyword ?word
    } GROUP BY ?title ?modified ?publisher ?identifier ?license"""
    (row,) = store.query(text)
    assert [row[name].value for name in ("title", "modified", "identifier", "license")] == [
        dataset[name] for name in ("title", "modified", "identifier", "license")
    ]
    assert row["publisher"].value == dataset["publisher"]["name"]
    assert all(word in row["words"].value for word in dataset["keyword"])


def test_the_example_resource_of_the_description_can_be_looked_up(running):
    store = store_of(running.ask("/void.ttl"))
    pattern = f"?d <{VOID}exampleResource> ?x ; <{VOID}uriLookupEndpoint> ?e"
    (row,) = store.query(f"SELECT ?x ?e {{ {pattern} }}")
    address = row["e"].value.removeprefix(running.address) + row["x"].value
    assert running.ask(address, Accept="text/turtle").status == 200


def test_another_graph_is_not_described_under_the_name_of_the_project(small, serve):
    with serve(small) as other:
        (dataset,) = other.ask("/data.json").json()["dataset"]
        store = store_of(other.ask("/void.ttl"))
        (row,) = store.query(f"SELECT ?d {{ ?d a <{VOID}Dataset> }}")
        assert row["d"].value == dataset["identifier"] == f"{other.address}/void.ttl#dataset"
    assert not bool(store.query(f"ASK {{ ?d <{VOID}uriSpace> ?x }}"))


def test_the_sitemap_lists_pages_that_exist(running):
    body = running.ask("/sitemap.xml").body.decode()
    addresses = re.findall(r"<loc>([^<]*)</loc>", body)
    assert len(addresses) > 500
    assert f"{running.address}/page/ip" in addresses
    for address in (*addresses[:8], *addresses[8::97]):
        assert running.ask(address.removeprefix(running.address)).status == 200, address


def test_crawlers_may_read_search_and_the_query_form_but_run_no_query(running):
    rules = RobotFileParser()
    rules.parse(running.ask("/robots.txt").body.decode().splitlines())
    for path in ("/", "/page/ip", "/search?q=dams", "/sparql", "/questions"):
        assert rules.can_fetch("*", running.address + path), path
    for path in ("/sparql?query=ASK%7B%7D", "/suggest?q=dams", "/complete?q=d"):
        assert not rules.can_fetch("*", running.address + path), path


def test_robots_txt_has_the_sitemap_and_llms_txt_has_the_endpoint(running):
    assert f"Sitemap: {running.address}/sitemap.xml" in running.ask("/robots.txt").body.decode()
    text = running.ask("/llms.txt").body.decode()
    assert f"({running.address}/sparql)" in text
    assert "PREFIX ip:" in text


def test_prefixes_are_available_as_json_and_as_turtle(running):
    assert running.ask("/prefixes").json()["ip"] == "https://w3id.org/ipgraph/ontology/"
    assert b"@prefix ip:" in running.ask("/prefixes", Accept="text/turtle").body


def test_security_txt_exists_if_a_contact_is_configured(small, serve):
    with serve(small, contact="mailto:a@example.org") as running:
        text = running.ask("/.well-known/security.txt").body.decode()
    assert "Contact: mailto:a@example.org\nExpires: 20" in text


def test_without_a_contact_there_is_no_security_txt(running):
    assert running.ask("/.well-known/security.txt").status == 404


def test_the_openapi_document_lists_the_endpoint_and_its_parameters(running):
    found = json.loads(running.ask("/openapi.json").body)
    names = {parameter["name"] for parameter in found["paths"]["/sparql"]["get"]["parameters"]}
    assert {"query", "default-graph-uri", "named-graph-uri", "timeout", "infer"} <= names
