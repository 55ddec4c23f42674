"""What is told about one thing: names, groups, sources, what is inferred."""

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


def told(**graphs: str) -> Entities:
    """Make a graph of Turtle texts; the name of each is that of its named graph."""
    engine = ox.Store()
    for name, text in graphs.items():
        graph = INFERRED_GRAPH if name == "inferred" else f"http://example.org/{name}"
        engine.load(HEAD + text, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
    merge(engine)
    return Entities(LocalStore(engine))


def test_a_label_in_english_is_preferred_then_one_without_a_language_then_any():
    entities = told(
        one=':a rdfs:label "eins"@de, "one"@en-GB, "1" . :b rdfs:label "zwei"@de, "2" .'
        ':c rdfs:label "drei"@de . :d skos:prefLabel "four"@en .'
    )
    names = [entities.labels.name(f"http://example.org/{each}") for each in "abcd"]
    assert [(each.label, each.language) for each in names] == [
        ("one", ""),
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
def test_a_thing_without_a_label_is_called_by_the_last_part_of_its_iri(iri, text):
    assert label_from_iri(iri) == text


def test_every_statement_names_the_sources_that_state_it():
    view = told(one=":a :knows :b .", two=":a :knows :b, :c .").describe("http://example.org/a")
    assert [source.iri for source in view.sources] == [
        "http://example.org/one",
        "http://example.org/two",
    ]
    values = {each.text: each.sources for each in view.outgoing[0].values}
    assert values == {"B": (1, 2), "C": (2,)}


def test_what_no_source_states_is_marked_as_inferred():
    entities = told(one="id:a org:unitOf id:b .", inferred="id:a ip:partOf id:b, id:c .")
    groups = entities.describe(ENTITY + "a").outgoing
    assert {
        (each.relation.iri, value.text, value.inferred) for each in groups for value in each.values
    } == {
        (ORG + "unitOf", "B", False),
        (IP + "partOf", "B", True),
        (IP + "partOf", "C", True),
    }


def test_an_inferred_statement_that_a_narrower_one_says_is_left_out():
    entities = told(
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


def test_parts_are_divided_by_their_class():
    entities = told(
        one="id:x org:unitOf id:b ; a ip:Division . id:y org:unitOf id:b ; a ip:Center ."
        ' ip:Division rdfs:label "division"@en . ip:Center rdfs:label "center"@en .'
    )
    groups = entities.describe(ENTITY + "b").incoming
    assert [(each.kind.label, [v.text for v in each.values]) for each in groups if each.kind] == [
        ("center", ["Y"]),
        ("division", ["X"]),
    ]


def test_the_breadcrumb_leads_from_the_top_and_survives_a_circle():
    entities = told(one="id:a org:unitOf id:b . id:b ip:partOf id:c . id:c ip:partOf id:a .")
    assert [each.label for each in entities.breadcrumb(ENTITY + "a")] == ["C", "B"]


def test_a_hub_is_told_within_bounds():
    many = "".join(f":s{n} :points :hub . :s{n} a :Spoke ." for n in range(6000))
    view = told(one=many).describe("http://example.org/hub")
    (group,) = view.incoming
    assert len(group.values) == 60
    assert group.total >= 4000
    assert not group.complete


def test_a_dated_membership_is_told_as_an_episode_and_not_as_a_relation():
    entities = told(
        one="id:m a org:Membership ; org:member id:ann ; ip:post id:chief ; org:organization id:o ;"
        ' ip:validFrom "2007"^^<http://www.w3.org/2001/XMLSchema#gYear> . id:chief ip:headOf id:o .'
    )
    for thing in ("ann", "chief", "o"):
        view = entities.describe(ENTITY + thing)
        assert [each.since for each in view.episodes] == ["2007"], thing
        relations = {group.relation.iri for group in view.groups}
        assert not relations & {ORG + "member", IP + "post", ORG + "organization"}


def test_a_node_without_a_name_is_told_by_its_parts():
    view = told(one=':a :address [ :city "Berlin" ; :zip "10115" ] .').describe(
        "http://example.org/a"
    )
    ((value,),) = (group.values for group in view.outgoing)
    assert [(name.label, [each.text for each in parts]) for name, parts in value.parts] == [
        ("City", ["Berlin"]),
        ("Zip", ["10115"]),
    ]


@pytest.mark.parametrize(
    "name", ["PSCD", "pscd", "id:pscd", "<" + ENTITY + "pscd>", "Protective Security"]
)
def test_a_name_in_any_form_finds_its_thing(name):
    entities = told(one='id:pscd ip:acronym "PSCD"@en ; rdfs:label "Protective Security"@en .')
    assert entities.resolve(name) == ENTITY + "pscd"


def test_an_unknown_name_is_answered_with_the_nearest_ones():
    entities = told(one='id:dams rdfs:label "Dams Sector"@en .')
    with pytest.raises(NotFound, match="Did you mean “Dams Sector”"):
        entities.resolve("Dam Sector")


def test_nothing_is_told_of_what_the_graph_does_not_mention():
    with pytest.raises(NotFound, match="example\\.org/none"):
        told(one=":a :b :c .").describe("http://example.org/none")


def test_the_project_tells_of_each_division_with_a_definition_and_its_source(project):
    for acronym in ("IASD", "IICD", "ISCD", "PSCD", "SOPD"):
        view = project.describe(acronym)
        assert view.name.acronym == acronym
        assert view.kind.label == "division"
        assert view.definitions
        assert view.definitions[0].sources
        assert view.breadcrumb[-1].acronym == "IP"
