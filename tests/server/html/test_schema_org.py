"""The JSON-LD in pages: terms that schema.org has, statements that the graph has."""

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


def told(running, path: str) -> dict:
    (block,) = BLOCK.findall(running.ask(path, Accept="text/html").body.decode())
    return json.loads(block)


def nodes(value: object):
    """Yield every object of a document."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            yield from nodes(item)


@pytest.mark.parametrize("path", PAGES)
def test_every_type_and_property_is_one_of_schema_org(running, path):
    document = told(running, path)
    assert document.pop("@context") == "https://schema.org"
    for node in nodes(document):
        types = node["@type"]
        names = {*([types] if isinstance(types, str) else types), *node} - {"@type", "@id"}
        assert [name for name in names if rdflib.URIRef(SDO[name]) not in SDO] == []
        assert node["name" if "name" in node else "contentUrl"]


def test_a_page_says_of_its_thing_what_the_graph_says(running, project):
    document = told(running, "/page/pscd")
    assert document["@id"] == ID + "pscd"
    assert document["@type"] == "Organization"
    assert document["name"] == "Protective Security Coordination Division"
    assert document["alternateName"] == "PSCD"
    assert document["parentOrganization"]["@id"] == ID + "ip"
    assert document["mainEntityOfPage"] == running.address + "/page/pscd"
    assert told(running, "/page/pscd?lang=es")["mainEntityOfPage"] == document["mainEntityOfPage"]
    said = ox.NamedNode("http://www.w3.org/2004/02/skos/core#definition")
    (definition,) = project.store.quads(
        ox.NamedNode(document["@id"]), said, None, ox.DefaultGraph()
    )
    assert document["description"] == definition.object.value


def test_the_types_and_the_same_things_are_those_of_the_graph(running, project):
    document = told(running, "/page/dhs")
    assert document["@type"] == "GovernmentOrganization"
    same = ox.NamedNode("https://schema.org/sameAs")
    stated = project.store.quads(ox.NamedNode(ID + "dhs"), same, None, ox.DefaultGraph())
    known = {item.object.value for item in stated}
    assert known
    given = document["sameAs"]
    assert set([given] if isinstance(given, str) else given) <= known


def test_a_source_says_who_published_it_and_where_it_is(running):
    document = told(running, "/source/more-about-ip")
    assert document["@type"] == "CreativeWork"
    assert document["publisher"]["name"] == "Department of Homeland Security"
    assert document["url"] == "http://www.dhs.gov/more-about-office-infrastructure-protection"


def test_home_describes_the_dataset_with_files_that_are_there(running, project):
    document = told(running, "/")
    assert document["@type"] == "Dataset"
    assert document["version"] == project.snapshot.content_hash
    assert document["license"] == "https://creativecommons.org/licenses/by/4.0/"
    for item in document["distribution"]:
        reply = running.ask(item["contentUrl"].removeprefix(running.address), "HEAD")
        assert (reply.status, reply.type) == (200, item["encodingFormat"])


def test_no_value_ends_the_element_and_another_graph_has_no_licence_of_ours(serve, tmp_path):
    name = "</script><script>alert(1)</script>"
    file = tmp_path / "a.ttl"
    file.write_text(
        f'<http://e/a> a <http://e/C> ; <http://www.w3.org/2000/01/rdf-schema#label> "{name}" .'
    )
    kg = ipgraph.open(file, settings=Settings(cache=str(tmp_path / "cache")))
    with serve(kg) as running:
        assert told(running, "/describe?uri=http://e/a")["name"] == name
        assert "license" not in told(running, "/")
