"""Documentation of classes and properties."""

from __future__ import annotations

from ipgraph.dataset.documentation import constraints
from ipgraph.namespaces import ENTITY, IP, ORG


def test_term_has_its_direct_hierarchy_and_its_uses(project):
    division = project.documentation.term(IP + "Division")
    assert division.kind == "class"
    assert division.comment
    assert IP + "Organization" in {term.iri for term in division.above}
    assert division.uses == project.snapshot.manifest["counts"]["classes"][IP + "Division"]
    part_of = project.documentation.term(IP + "partOf")
    assert part_of.kind == "property"
    assert ORG + "unitOf" in {term.iri for term in part_of.below}


def test_entity_is_not_documented_as_a_term(project):
    assert project.documentation.term(ENTITY + "ip") is None


def test_tree_of_classes_contains_every_class(project):
    classes = project.documentation.terms("class")
    tree = project.documentation.tree(classes)
    reached = {term.name.iri for below in tree.values() for term in below}
    assert reached == {term.name.iri for term in classes}
    assert len(reached) > 40


def test_classes_have_the_messages_of_their_shapes(project):
    messages = constraints()
    assert messages
    known = {
        term.name.iri
        for kind in ("class", "property")
        for term in project.documentation.terms(kind)
    }
    assert any(iri in known for iri in messages)
