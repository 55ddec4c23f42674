"""What pages are told by: the ontology, the sources, neighbourhoods and the timeline."""

from __future__ import annotations

import pytest

from ipgraph.dataset.documentation import constraints
from ipgraph.entities.history import year_of
from ipgraph.entities.neighborhood import MAX_NODES
from ipgraph.namespaces import ENTITY, IP, ORG


@pytest.mark.parametrize(
    ("date", "year"),
    [("2007", 2007), ("2007-03", 2007), ("2007-03-31", 2007), ("", 0), ("soon", 0), ("-0044", 44)],
)
def test_the_year_of_a_date_of_any_precision(date, year):
    assert year_of(date) == year


def test_a_term_has_its_direct_hierarchy_and_its_uses(project):
    view = project.documentation.term(IP + "Division")
    assert view.kind == "class"
    assert view.comment
    assert IP + "Organization" in {each.iri for each in view.above}
    assert view.uses == project.snapshot.manifest["counts"]["classes"][IP + "Division"]
    part_of = project.documentation.term(IP + "partOf")
    assert part_of.kind == "property"
    assert ORG + "unitOf" in {each.iri for each in part_of.below}


def test_what_is_no_term_is_not_documented_as_one(project):
    assert project.documentation.term(ENTITY + "ip") is None


def test_the_tree_of_classes_holds_every_class(project):
    classes = project.documentation.terms("class")
    tree = project.documentation.tree(classes)
    reached = {each.name.iri for below in tree.values() for each in below}
    assert reached == {each.name.iri for each in classes}
    assert len(reached) > 40


def test_a_shape_says_in_words_what_it_asks_of_a_class(project):
    asked = constraints()
    assert asked
    known = {
        each.name.iri
        for kind in ("class", "property")
        for each in project.documentation.terms(kind)
    }
    assert any(iri in known for iri in asked)


def test_a_neighbourhood_of_parts_is_a_tree_from_its_start(project):
    found = project.neighborhoods.parts(ENTITY + "ip", 2)
    assert found.nodes[0].name.iri == ENTITY + "ip"
    drawn = {node.name.iri for node in found.nodes}
    assert all(node.origin in drawn for node in found.nodes[1:])
    assert all(edge.is_part for edge in found.edges)
    assert ENTITY + "pscd" in drawn


def test_a_neighbourhood_is_bounded_and_counts_what_it_leaves_out(project):
    found = project.neighborhoods.around(ENTITY + "dhs")
    assert 20 < len(found.nodes) <= MAX_NODES
    drawn = {node.name.iri for node in found.nodes}
    assert all({edge.source, edge.target} <= drawn for edge in found.edges)
    assert any(node.more for node in found.nodes)


def test_a_thing_without_parts_is_shown_among_its_neighbours(project):
    found = project.neighborhoods.parts(ENTITY + "obp", 2)
    assert len(found.nodes) > 1


def test_the_timeline_is_in_order_and_each_event_has_a_source(project):
    timeline = project.timelines.whole()
    years = [each.year for each in timeline.events]
    assert years == sorted(years)
    assert {each.type for each in timeline.events} == {"established", "changed", "dissolved"}
    assert [each for each in timeline.events if not each.sources] == []


def test_an_episode_held_in_the_years_between_its_dates(project):
    placements = project.timelines.placements(ENTITY + "ip")
    held = {
        value.acronym or value.text
        for each in placements
        if each.held_in(2010)
        for value in each.others(ENTITY + "ip")
    }
    assert "NPPD" in held
    assert "Preparedness Directorate" not in held


def test_the_head_of_the_office_is_told_with_its_holder(project):
    heads = project.entities.heads(ENTITY + "ip")
    assert [post.text for post, _ in heads] == ["Assistant Secretary for Infrastructure Protection"]
    assert "Caitlin Durkovich" in {each.text for _, holders in heads for each in holders}
