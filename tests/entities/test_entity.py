"""Descriptions of entities: names, groups, sources, inferred statements."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.entities.entity import Entities
from ipgraph.entities.labels import label_from_iri
from ipgraph.errors import NotFound
from ipgraph.namespaces import ENTITY, INFERRED_GRAPH, IP, ORG
from ipgraph.store.local import LocalStore, merge

HEAD = """
@prefix : <http://example.org/> .
@prefix id: <https://w3id.org/ipgraph/id/> .
@prefix ip: <https://w3id.org/ipgraph/ontology/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def entities_of(**graphs: str) -> Entities:
    """Return the entities of a graph with these named graphs, in Turtle."""
    engine = ox.Store()
    for name, text in graphs.items():
        graph = INFERRED_GRAPH if name == "inferred" else f"http://example.org/{name}"
        engine.load(HEAD + text, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
    merge(engine)
    return Entities(LocalStore(engine))


def test_english_label_is_preferred_then_no_language_then_any():
    entities = entities_of(
        one=':a rdfs:label "eins"@de, "one"@en-GB, "1" . :b rdfs:label "zwei"@de, "2" .'
        ':c rdfs:label "drei"@de . :d skos:prefLabel "four"@en .'
    )
    names = [entities.labels.name(f"http://example.org/{letter}") for letter in "abcd"]
    assert [(name.label, name.language) for name in names] == [
        ("one", "en"),
        ("2", ""),
        ("drei", "de"),
        ("four", ""),
    ]


@pytest.mark.parametrize(
    ("iri", "text"),
    [
        ("http://example.org/id/dams-sector", "Dams sector"),
        ("http://example.org/ns#partOf", "Part of"),
        ("http://example.org/caf%C3%A9/", "Café"),
        ("urn:isbn:123", "123"),
    ],
)
def test_label_from_iri_is_the_last_part_as_words(iri, text):
    assert label_from_iri(iri) == text


def test_every_statement_has_its_sources():
    description = entities_of(one=":a :knows :b .", two=":a :knows :b, :c .").describe(
        "http://example.org/a"
    )
    assert [source.iri for source in description.sources] == [
        "http://example.org/one",
        "http://example.org/two",
    ]
    values = {value.text: value.sources for value in description.outgoing[0].values}
    assert values == {"B": (1, 2), "C": (2,)}


def test_statement_without_a_source_is_marked_as_inferred():
    entities = entities_of(one="id:a org:unitOf id:b .", inferred="id:a ip:partOf id:b, id:c .")
    groups = entities.describe(ENTITY + "a").outgoing
    assert {
        (group.relation.iri, value.text, value.inferred)
        for group in groups
        for value in group.values
    } == {
        (ORG + "unitOf", "B", False),
        (IP + "partOf", "B", True),
        (IP + "partOf", "C", True),
    }


def test_inferred_statement_is_left_out_if_a_narrower_one_implies_it():
    entities = entities_of(
        ontology="org:unitOf rdfs:subPropertyOf ip:partOf .",
        one="id:a org:unitOf id:b .",
        inferred="id:a ip:partOf id:b, id:c .",
    )
    inferred = [
        value.text
        for group in entities.describe(ENTITY + "a").outgoing
        for value in group.values
        if value.inferred
    ]
    assert inferred == ["C"]


def test_parts_are_grouped_by_class():
    entities = entities_of(
        one="id:x org:unitOf id:b ; a ip:Division . id:y org:unitOf id:b ; a ip:Center ."
        ' ip:Division rdfs:label "division"@en . ip:Center rdfs:label "center"@en .'
    )
    groups = entities.describe(ENTITY + "b").incoming
    assert [
        (group.kind.label, [value.text for value in group.values]) for group in groups if group.kind
    ] == [
        ("center", ["Y"]),
        ("division", ["X"]),
    ]


def test_breadcrumb_starts_at_the_top_and_ends_in_a_cycle():
    entities = entities_of(one="id:a org:unitOf id:b . id:b ip:partOf id:c . id:c ip:partOf id:a .")
    assert [name.label for name in entities.breadcrumb(ENTITY + "a")] == ["C", "B"]


def test_description_of_a_hub_is_limited():
    many = "".join(f":s{n} :points :hub . :s{n} a :Spoke ." for n in range(6000))
    description = entities_of(one=many).describe("http://example.org/hub")
    (group,) = description.incoming
    assert len(group.values) == 60
    assert group.total >= 4000
    assert not group.complete


def test_dated_membership_is_history_and_not_a_relation():
    entities = entities_of(
        one="id:m a org:Membership ; org:member id:ann ; ip:post id:chief ; org:organization id:o ;"
        ' ip:validFrom "2007"^^<http://www.w3.org/2001/XMLSchema#gYear> . id:chief ip:headOf id:o .'
    )
    for name in ("ann", "chief", "o"):
        description = entities.describe(ENTITY + name)
        assert [entry.since for entry in description.history] == ["2007"], name
        relations = {group.relation.iri for group in description.groups}
        assert not relations & {ORG + "member", IP + "post", ORG + "organization"}


def test_blank_node_is_described_by_its_contents():
    description = entities_of(one=':a :address [ :city "Berlin" ; :zip "10115" ] .').describe(
        "http://example.org/a"
    )
    ((value,),) = (group.values for group in description.outgoing)
    assert [(name.label, [part.text for part in parts]) for name, parts in value.parts] == [
        ("City", ["Berlin"]),
        ("Zip", ["10115"]),
    ]


@pytest.mark.parametrize(
    "name", ["PSCD", "pscd", "id:pscd", "<" + ENTITY + "pscd>", "Protective Security"]
)
def test_name_in_any_form_finds_its_entity(name):
    entities = entities_of(
        one='id:pscd ip:acronym "PSCD"@en ; rdfs:label "Protective Security"@en .'
    )
    assert entities.resolve(name) == ENTITY + "pscd"


def test_unknown_name_suggests_similar_names():
    entities = entities_of(one='id:dams rdfs:label "Dams Sector"@en .')
    with pytest.raises(NotFound, match="Did you mean “Dams Sector”"):
        entities.resolve("Dam Sector")


def test_describing_an_unknown_iri_is_an_error():
    with pytest.raises(NotFound, match="example\\.org/none"):
        entities_of(one=":a :b :c .").describe("http://example.org/none")


def test_every_division_of_the_project_has_a_definition_with_a_source(project):
    for acronym in ("IASD", "IICD", "ISCD", "PSCD", "SOPD"):
        description = project.describe(acronym)
        assert description.name.acronym == acronym
        assert description.kind.label == "division"
        assert description.definitions
        assert description.definitions[0].sources
        assert description.breadcrumb[-1].acronym == "IP"
