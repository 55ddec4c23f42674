"""Vocabularies of SKOS: the tree, and each relation with its inverse."""

from __future__ import annotations

import re

import pytest

import ipgraph
from ipgraph.settings import Settings
from support.running import application, browser

DATA = """
@prefix : <http://birds.example.org/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:scheme a skos:ConceptScheme ; skos:prefLabel "Birds"@en ; skos:hasTopConcept :bird .
:bird a skos:Concept ; skos:prefLabel "Bird"@en .
:auk a skos:Concept ; skos:prefLabel "Auk"@en ; skos:broader :bird ; skos:related :tern .
:gull a skos:Concept ; skos:prefLabel "Gull"@en .
:bird skos:narrower :gull , :auk .
:tern a skos:Concept ; skos:prefLabel "Tern"@en ; skos:notation "T1" ; skos:related :auk .
:sea a skos:Collection ; skos:prefLabel "Sea birds"@en ; skos:member :auk , :tern .
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    path = tmp_path_factory.mktemp("concepts") / "birds.ttl"
    path.write_text(DATA, encoding="utf-8")
    graph = ipgraph.open(path, settings=Settings(cache=str(path.parent / "cache")))
    with application(graph) as app:
        yield browser(app)


def rows(client, name):
    """Return the relations of a concept: each heading with its values."""
    page = client.get(f"/describe?uri=http://birds.example.org/id/{name}").text
    found = {}
    for row in re.findall(r"<dt>(.*?)</dd>", page, re.DOTALL):
        heading, _, values = row.partition("</dt>")
        name = re.sub("<[^>]*>", "", heading).strip()
        found.setdefault(name.rstrip("0123456789").strip(), []).extend(
            re.findall(r'href="/describe[^>]*>([^<]*)</a>', values)
        )
    return found


def test_each_relation_is_shown_once_whichever_direction_is_stated(client):
    assert rows(client, "bird")["Narrower"] == ["Auk", "Gull"]
    assert rows(client, "gull")["Broader"] == ["Bird"]
    assert rows(client, "auk")["Related"] == ["Tern"]
    assert rows(client, "tern")["Related"] == ["Auk"]
    assert "Broader" not in rows(client, "bird")


def test_the_collections_of_a_concept_are_shown(client):
    assert rows(client, "auk")["Member"] == ["Sea birds"]


def test_a_list_of_all_values_has_both_directions(client):
    address = "/related?uri=http://birds.example.org/id/gull&property=skos:broader"
    assert ">Bird<" in client.get(address).text


def test_browsing_opens_with_the_tree_and_leads_to_the_alphabet(client):
    tree = client.get("/browse").text.partition('id="concepts"')[2].partition("</section")[0]
    tops = re.findall(r"<a[^>]*>([^<]*)</a>\s*<details>", tree)
    assert tops == ["Bird"]
    assert ">Auk<" in tree
    assert ">Gull<" in tree
    assert ">Tern<" not in tree
    assert "/browse?type=skos%3AConcept" in tree
    index = client.get("/browse?type=skos:Concept").text
    assert index.index(">Auk<") < index.index(">Bird<") < index.index(">Tern<")
