"""JSON-LD in pages: only terms of schema.org, only statements of the graph."""

from __future__ import annotations

import json
import re

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import SDO

import ipgraph
from ipgraph.settings import Settings

ID = "https://w3id.org/ipgraph/id/"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
PAGES = ["/", "/page/ip", "/page/dhs", "/page/pscd", "/page/hspd-7", "/page/dams",
         "/source/more-about-ip", "/page/pscd?lang=es"]  # fmt: skip


def json_ld(running, path: str) -> dict:
    (block,) = BLOCK.findall(running.ask(path, Accept="text/html").body.decode())
    return json.loads(block)


def nodes(value: object):
    """Yield every object of a JSON-LD document."""
    if isinstance(value, dict):
        yield value
    for member in value.values() if isinstance(value, dict) else value:
        if isinstance(member, dict | list):
            yield from nodes(member)


@pytest.mark.parametrize("path", PAGES)
def test_every_type_and_property_is_a_schema_org_term(running, path):
    document = json_ld(running, path)
    assert document.pop("@context") == "https://schema.org"
    for node in nodes(document):
        types = node["@type"]
        names = {*([types] if isinstance(types, str) else types), *node} - {"@type", "@id"}
        assert [name for name in names if rdflib.URIRef(SDO[name]) not in SDO] == []
        assert node["name" if "name" in node else "contentUrl"]


def test_the_json_ld_of_an_entity_page_matches_the_graph(running, project):
    document = json_ld(running, "/page/pscd")
    assert document["@id"] == ID + "pscd"
    assert document["@type"] == "Organization"
    assert document["name"] == "Protective Security Coordination Division"
    assert document["alternateName"] == "PSCD"
    assert document["parentOrganization"]["@id"] == ID + "ip"
    assert document["mainEntityOfPage"] == running.address + "/page/pscd"
    assert (
        json_ld(running, "/page/pscd?lang=es")["mainEntityOfPage"] == document["mainEntityOfPage"]
    )
    property_ = ox.NamedNode("http://www.w3.org/2004/02/skos/core#definition")
    (definition,) = project.store.quads(
        ox.NamedNode(document["@id"]), property_, None, ox.DefaultGraph()
    )
    assert document["description"] == definition.object.value


def test_the_type_and_same_as_values_match_the_graph(running, project):
    document = json_ld(running, "/page/dhs")
    assert document["@type"] == "GovernmentOrganization"
    same = ox.NamedNode("https://schema.org/sameAs")
    stated = project.store.quads(ox.NamedNode(ID + "dhs"), same, None, ox.DefaultGraph())
    known = {quad.object.value for quad in stated}
    assert known
    given = document["sameAs"]
    assert set([given] if isinstance(given, str) else given) <= known


def test_a_source_has_its_publisher_and_its_url(running):
    document = json_ld(running, "/source/more-about-ip")
    assert document["@type"] == "CreativeWork"
    assert document["publisher"]["name"] == "Department of Homeland Security"
    assert document["url"] == "http://www.dhs.gov/more-about-office-infrastructure-protection"


def test_the_home_page_describes_the_dataset_and_its_downloads_exist(running, project):
    document = json_ld(running, "/")
    assert document["@type"] == "Dataset"
    assert document["version"] == project.snapshot.content_hash
    assert document["license"] == "https://creativecommons.org/licenses/by/4.0/"
    for download in document["distribution"]:
        reply = running.ask(download["contentUrl"].removeprefix(running.address), "HEAD")
        assert (reply.status, reply.type) == (200, download["encodingFormat"])


def test_markup_in_values_is_escaped_and_another_graph_has_no_project_license(serve, tmp_path):
    name = "</script><script>alert(1)</script>"
    file = tmp_path / "a.ttl"
    file.write_text(
        f'<http://e/a> a <http://e/C> ; <http://www.w3.org/2000/01/rdf-schema#label> "{name}" .'
    )
    kg = ipgraph.open(file, settings=Settings(cache=str(tmp_path / "cache")))
    with serve(kg) as running:
        assert json_ld(running, "/describe?uri=http://e/a")["name"] == name
        assert "license" not in json_ld(running, "/")
