"""The title of a graph: from its metadata, else from its file, folder or host."""

from __future__ import annotations

import pytest

import ipgraph
from ipgraph.dataset import titles
from ipgraph.settings import Settings

HEAD = """
@prefix : <http://e.org/> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix void: <http://rdfs.org/ns/void#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def opened(tmp_path, turtle, name="sea-birds.2024.ttl"):
    (tmp_path / name).write_text(HEAD + turtle, encoding="utf-8")
    return ipgraph.open(tmp_path / name, settings=Settings(cache=str(tmp_path / "cache")))


def test_title_and_description_come_from_the_dataset(tmp_path):
    kg = opened(
        tmp_path,
        ':d a void:Dataset ; dct:title "Vögel"@de, "Birds"@en ; dct:description "Of the sea." .',
    )
    assert (kg.title, kg.description) == ("Birds", "Of the sea.")


def test_concept_scheme_or_ontology_gives_the_title_without_a_dataset(tmp_path):
    kg = opened(tmp_path, ':s a skos:ConceptScheme ; skos:prefLabel "Waders"@en-GB .')
    assert kg.title == "Waders"
    (tmp_path / "o").mkdir()
    assert opened(tmp_path / "o", ':o a owl:Ontology ; rdfs:label "Nests" .').title == "Nests"


def test_graph_with_several_datasets_is_named_after_its_file(tmp_path):
    kg = opened(tmp_path, ':a a void:Dataset ; dct:title "A" . :b a void:Dataset ; dct:title "B" .')
    assert kg.title == "Sea birds.2024"


@pytest.mark.parametrize(
    ("origin", "title"),
    [
        ("/data/sea-birds.ttl", "Sea birds"),
        ("/data/people_2024.nt.gz", "People 2024"),
        ("/data/one.ttl\n/data/two.rdf\n/data/three.nq", "One, Two +1"),
        ("/data/store", "Store"),
        ("https://query.example.org/sparql", "query.example.org"),
        ("", titles.DEFAULT_TITLE),
    ],
)
def test_graph_without_metadata_is_named_after_its_origin(origin, title, tmp_path):
    from ipgraph.store.local import LocalStore

    (tmp_path / "empty.nq").write_text("", encoding="utf-8")
    assert titles.title_and_description(LocalStore.in_memory(tmp_path / "empty.nq"), origin) == (
        title,
        "",
    )


def test_long_title_is_shortened(tmp_path):
    kg = opened(tmp_path, f':d a void:Dataset ; dct:title "{"bird " * 60}" .')
    assert len(kg.title) == titles.MAX_CHARS
    assert kg.title.endswith("…")


def test_project_has_its_own_title(project):
    assert project.title == "Infrastructure Protection Graph"
    assert project.is_bundled
