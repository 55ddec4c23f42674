"""Descriptions of entities: names, groups, sources, inferred statements."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.dataset.config import reader
from ipgraph.dataset.config.file import DatasetFile
from ipgraph.entities.entity import Entities
from ipgraph.entities.labels import label_from_iri
from ipgraph.errors import NotFound
from ipgraph.namespaces import ENTITY, INFERRED_GRAPH, IP, ORG, PREFIXES
from ipgraph.namespaces.prefixes import Prefixes
from ipgraph.snapshots import loading
from ipgraph.store.local import LocalStore, merge

HEAD = """
@prefix : <http://example.org/> .
@prefix id: <https://w3id.org/ipgraph/id/> .
@prefix ip: <https://w3id.org/ipgraph/ontology/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix skosxl: <http://www.w3.org/2008/05/skos-xl#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
"""


def entities_of(**graphs: str) -> Entities:
    """Return the entities of a graph with these named graphs, in Turtle."""
    engine = ox.Store()
    for name, text in graphs.items():
        graph = INFERRED_GRAPH if name == "inferred" else f"http://example.org/{name}"
        engine.load(HEAD + text, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
    merge(engine)
    store = LocalStore(
        engine,
        description=loading.bundled_dataset(),
        prefixes=Prefixes(PREFIXES),
        languages=("de",),
    )
    return Entities(store)


def test_english_label_is_preferred_then_no_language_then_any():
    entities = entities_of(
        one=':a rdfs:label "eins"@de, "one"@en-GB, "1" . :b rdfs:label "zwei"@de, "2" .'
        ':c rdfs:label "drei"@de . :d skos:prefLabel "four"@en .'
    )
    names = [entities.labels.name(f"http://example.org/{letter}") for letter in "abcd"]
    assert [(name.label, name.language) for name in names] == [
        ("one", "en-gb"),
        ("2", ""),
        ("drei", "de"),
        ("four", "en"),
    ]


@pytest.mark.parametrize(
    ("iri", "text"),
    [
        ("http://example.org/id/VAV_C180", "VAV_C180"),
        ("http://example.org/ns#partOf", "partOf"),
        ("http://example.org/caf%C3%A9/", "café"),
        ("urn:isbn:123", "123"),
        ("http://example.org/a%0Ab", "a%0Ab"),
        ("http://example.org/a%E2%80%AEb", "a%E2%80%AEb"),
        ("http://example.org/%3Cscript%3E", "<script>"),
    ],
)
def test_a_thing_without_a_label_is_the_last_part_of_its_iri_as_written(iri, text):
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
    assert values == {"b": (1, 2), "c": (2,)}


def test_statement_without_a_source_is_marked_as_inferred():
    entities = entities_of(one="id:a org:unitOf id:b .", inferred="id:a ip:partOf id:b, id:c .")
    groups = entities.describe(ENTITY + "a").outgoing
    assert {
        (group.relation.iri, value.text, value.inferred)
        for group in groups
        for value in group.values
    } == {
        (ORG + "unitOf", "b", False),
        (IP + "partOf", "b", True),
        (IP + "partOf", "c", True),
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
    assert inferred == ["c"]


def test_parts_are_grouped_by_class():
    entities = entities_of(
        one="id:x org:unitOf id:b ; a ip:Division . id:y org:unitOf id:b ; a ip:Center ."
        ' ip:Division rdfs:label "division"@en . ip:Center rdfs:label "center"@en .'
    )
    groups = entities.describe(ENTITY + "b").incoming
    assert [
        (group.kind.label, [value.text for value in group.values]) for group in groups if group.kind
    ] == [
        ("center", ["y"]),
        ("division", ["x"]),
    ]


def test_breadcrumb_starts_at_the_top_and_ends_in_a_cycle():
    entities = entities_of(one="id:a org:unitOf id:b . id:b ip:partOf id:c . id:c ip:partOf id:a .")
    assert [name.label for name in entities.breadcrumb(ENTITY + "a")] == ["c", "b"]


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
        ("city", ["Berlin"]),
        ("zip", ["10115"]),
    ]


@pytest.mark.parametrize(
    "name", ["PSCD", "pscd", "id:pscd", "<" + ENTITY + "pscd>", "Protective Security"]
)
def test_name_in_any_form_finds_its_entity(name):
    entities = entities_of(one='id:pscd ip:acronym "PSCD" ; rdfs:label "Protective Security"@en .')
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


NAMED = """
:a rdfs:label "cat"@en, "chat"@fr, "Katze"@de ; skos:definition "An animal."@en, "Ein Tier."@de ;
  skos:altLabel "puss"@en, "Kater"@de, "K1" .
:xl skosxl:prefLabel [ skosxl:literalForm "dog"@en, "chien"@fr ] .
:notation skos:notation "C.1" .
:person foaf:givenName "Ada" ; foaf:familyName "Lovelace" .
:schema <http://schema.org/name> "shop"@en ; foaf:name "store"@en .
:blank rdfs:label "  " .
"""


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("a", "cat"),
        ("xl", "dog"),
        ("notation", "C.1"),
        ("person", "Ada Lovelace"),
        ("schema", "shop"),
        ("blank", "blank"),
    ],
)
def test_the_label_is_the_first_kind_of_name_that_a_thing_has(name, label):
    entities = entities_of(one=NAMED)
    assert entities.labels.name(f"http://example.org/{name}").label == label


def test_texts_are_in_the_preferred_language_and_the_others_are_translations():
    german = entities_of(one=NAMED).in_languages("de").describe("http://example.org/a")
    assert german.name.label == "Katze"
    assert [value.text for value in german.definitions] == ["Ein Tier."]
    assert [value.text for value in german.other_names] == ["K1", "Kater"]
    assert [(item.language, item.label) for item in german.translations] == [
        ("en", "cat"),
        ("fr", "chat"),
    ]
    english = german.translations[0]
    assert [value.text for value in english.definitions] == ["An animal."]
    assert [value.text for value in english.other_names] == ["puss"]


def test_a_language_that_a_thing_lacks_falls_back_for_each_text():
    french = entities_of(one=NAMED).in_languages("fr").describe("http://example.org/a")
    assert french.name.label == "chat"
    assert [value.text for value in french.definitions] == ["An animal."]


def test_prefixes_distinguish_entities_and_relations_with_the_same_label():
    description = entities_of(
        one="""
        :a :kind foaf:Person, <http://xmlns.com/foaf/0.1/person>, id:Person, :other ;
          foaf:topic :x ; id:topic :y .
        foaf:Person rdfs:label "person" . id:Person rdfs:label "Person" .
        <http://xmlns.com/foaf/0.1/person> rdfs:label "person" . :other rdfs:label "other" .
        foaf:topic rdfs:label "topic" . id:topic rdfs:label "topic" .
        """
    ).describe("http://example.org/a")
    groups = {group.label: group for group in description.outgoing}
    assert set(groups) == {"kind", "topic (foaf)", "topic (id)"}
    marks = {value.iri: value.qualifier for value in groups["kind"].values}
    assert marks == {
        "http://xmlns.com/foaf/0.1/Person": "foaf:Person",
        "http://xmlns.com/foaf/0.1/person": "foaf:person",
        ENTITY + "Person": "id",
        "http://example.org/other": "",
    }


def test_a_dataset_file_says_which_properties_name_things():
    config = reader.from_table(
        {
            "prefixes": {"e": "http://example.org/"},
            "roles": {"label": ["e:title/e:text", "..."], "short": ["^e:abbreviates/e:text"]},
        }
    )
    engine = ox.Store()
    text = """:a :title [ :text "The title" ] . :s :abbreviates :a ; :text "TT" .
      :b rdfs:label "other" ."""
    engine.load(HEAD + text, format=ox.RdfFormat.TURTLE)
    labels = Entities(LocalStore(engine, description=DatasetFile.of(config))).labels
    assert labels.name("http://example.org/a").label == "The title"
    assert labels.name("http://example.org/a").acronym == "TT"
    assert labels.name("http://example.org/b").label == "other"
