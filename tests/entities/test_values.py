"""Values of any shape: lists, nodes without an IRI, triple terms, statements about statements."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.entities.entity import Entities
from ipgraph.entities.values import MAX_DEPTH, MAX_NESTED
from ipgraph.store.local import LocalStore

PREFIXES = """
VERSION "1.2"
PREFIX : <http://example.org/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX p: <http://wiki.example.org/prop/>
PREFIX ps: <http://wiki.example.org/prop/statement/>
PREFIX psv: <http://wiki.example.org/prop/statement/value/>
PREFIX pq: <http://wiki.example.org/prop/qualifier/>
PREFIX pr: <http://wiki.example.org/prop/reference/>
PREFIX wdt: <http://wiki.example.org/prop/direct/>
PREFIX wikibase: <http://wikiba.se/ontology#>
PREFIX prov: <http://www.w3.org/ns/prov#>
"""
HERE = "http://example.org/"


def entities(turtle):
    engine = ox.Store()
    engine.load(PREFIXES + turtle, format=ox.RdfFormat.TURTLE)
    return Entities(LocalStore(engine))


def groups(turtle, name="it", **limits):
    return entities(turtle).describe(HERE + name, **limits).groups


def values(turtle, name="it"):
    (group,) = groups(turtle, name)
    return group.values


def listing(members):
    return f""":it :steps ( {" ".join(f"'{member}'" for member in members)} ) ."""


def said(value):
    """Return what a node says, as nested dictionaries and lists of texts."""
    if value.items is not None:
        return [said(item) for item in value.items]
    parts = {name.label: [said(part) for part in found] for name, found in value.parts}
    return parts or value.text


def test_a_list_is_shown_whole_and_in_order():
    members = [f"step {number}" for number in range(40, 0, -1)]
    (value,) = values(listing(members))
    assert [item.text for item in value.items] == members
    assert value.more == 0


def test_a_list_in_a_list_and_an_empty_list():
    (value,) = values(':it :steps ( ( "a" "b" ) ( ) "c" ) .')
    assert said(value) == [["a", "b"], [], "c"]


def test_a_long_list_says_how_many_members_are_not_shown():
    (value,) = values(listing(range(1000)))
    assert len(value.items) == MAX_NESTED
    assert value.more == 1000 - MAX_NESTED


def test_no_limit_hides_fewer_than_three_members():
    (value,) = values(listing(range(MAX_NESTED + 2)))
    assert (len(value.items), value.more) == (MAX_NESTED + 2, 0)


@pytest.mark.parametrize(
    "broken",
    [
        "_:a rdf:first 1 ; rdf:rest _:b . _:b rdf:first 2 ; rdf:rest _:a .",
        "_:a rdf:first 1 , 2 ; rdf:rest ( ) .",
        "_:a rdf:first 1 ; rdf:rest ( ) , ( 3 ) .",
        "_:a rdf:first 1 .",
        '_:a rdf:first 1 ; rdf:rest "end" .',
        "_:a rdf:first 1 ; rdf:rest ( ) ; :note 2 .",
    ],
    ids=["circle", "two members", "two rests", "no rest", "literal rest", "more said"],
)
def test_what_is_no_list_is_shown_as_a_node(broken):
    (value,) = values(f":it :steps _:a . {broken}")
    assert value.items is None
    assert "1" in str(said(value))


def test_nodes_without_an_iri_are_nested_with_their_label_and_class():
    (value,) = values(':it :a [ a :Box ; rdfs:label "Red box" ; :b [ :c [ :d "deep" ] ] ] .')
    assert (value.text, value.kind.iri) == ("Red box", HERE + "Box")
    assert said(value) == {"b": [{"c": [{"d": ["deep"]}]}]}


def test_a_node_with_many_values_says_how_many_are_not_shown():
    many = " ; ".join(f":p{number} {number}" for number in range(400))
    (value,) = values(f":it :a [ {many} ] .")
    shown = sum(len(found) for _, found in value.parts)
    assert (shown, value.more) == (MAX_NESTED, 400 - MAX_NESTED)


def test_circles_of_nodes_and_deep_nests_end():
    (value,) = values("_:a :next _:b . _:b :next _:a . :it :a _:a .")
    assert said(value) == {"next": [{"next": ["…"]}]}
    depth = MAX_DEPTH + 3
    (value,) = values(f":it :a {'[ :a ' * depth} 'end' {']' * depth} .")
    for _ in range(MAX_DEPTH):
        ((_, (value,)),) = value.parts
    assert (value.parts, value.more) == ((), 1)


def test_a_node_without_an_iri_that_refers_to_an_entity_is_shown():
    turtle = ':it a :Thing . [ rdfs:label "Nameless owner" ; :owns :it , :other ] .'
    (value,) = values(turtle)
    assert value.text == "Nameless owner"
    assert said(value) == {"owns": ["other"]}


def test_the_member_of_a_list_is_referred_to_by_what_has_the_list():
    (group,) = groups(":recipe :steps ( :first :second :it ) .")
    assert (group.relation.iri, group.incoming) == (HERE + "steps", True)
    assert [value.iri for value in group.values] == [HERE + "recipe"]


def test_a_triple_term_is_shown_and_links_only_to_what_has_a_page():
    (value,) = values(":it :claims <<( :a :p :b )>> . :a :q 1 .")
    assert [part.text for part in value.triple] == ["a", "p", "b"]
    assert [part.iri for part in value.triple] == [HERE + "a", "", ""]


@pytest.mark.parametrize(
    "about",
    [
        ":it :knows :ada {| :since 1840 |} .",
        ":it :knows :ada . << :it :knows :ada ~ :reifier >> :since 1840 .",
        """:it :knows :ada . [ a rdf:Statement ; rdf:subject :it ; rdf:predicate :knows ;
        rdf:object :ada ; :since 1840 ] .""",
        """:it :knows :ada . [ a owl:Axiom ; owl:annotatedSource :it ;
        owl:annotatedProperty :knows ; owl:annotatedTarget :ada ; :since 1840 ] .""",
    ],
    ids=["annotation", "reifier", "rdf:Statement", "owl:Axiom"],
)
@pytest.mark.parametrize(("name", "shown"), [("it", "ada"), ("ada", "it")])
def test_what_is_said_about_a_statement_is_under_it(about, name, shown):
    (value,) = values(about, name)
    assert value.text == shown
    (note,) = value.annotations
    assert said(note) == {"since": ["1840"]}


def test_a_statement_that_nobody_states_stays_a_thing_of_its_own():
    (group,) = groups(
        "[ a rdf:Statement ; rdf:subject :it ; rdf:predicate :p ; rdf:object 1 ; :by :ada ] ."
    )
    assert group.relation.label == "subject"
    assert said(group.values[0]) == {"by": ["ada"], "predicate": ["p"], "object": ["1"]}


WIKI = """
:it p:P31 :s1 , :s2 ; wdt:P31 :city .
:s1 ps:P31 :city ; pq:P580 "1812" ; wikibase:rank wikibase:NormalRank ; psv:P31 :v ;
  prov:wasDerivedFrom :ref .
:s2 ps:P31 :ruin ; wikibase:rank wikibase:DeprecatedRank .
:ref pr:P854 :book .
"""


def test_statement_nodes_of_wikibase_are_under_the_value_of_the_statement():
    best, other = groups(WIKI)
    (value,) = best.values
    assert (best.relation.iri, value.iri) == (
        "http://wiki.example.org/prop/direct/P31",
        HERE + "city",
    )
    (note,) = value.annotations
    assert said(note) == {"P580": ["1812"], "wasDerivedFrom": [{"P854": ["book"]}]}
    (value,) = other.values
    assert value.iri == HERE + "ruin"
    assert said(value.annotations[0]) == {"rank": ["DeprecatedRank"]}


def test_a_list_of_all_values_has_the_same_notes():
    found = entities(WIKI)
    group, _ = found.related(
        HERE + "it", "http://wiki.example.org/prop/P31", incoming=False, limit=9
    )
    assert {value.iri for value in group.values} == {HERE + "city", HERE + "ruin"}
