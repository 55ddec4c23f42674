"""Neighborhoods of entities."""

from __future__ import annotations

from ipgraph.entities.neighborhood import MAX_NODES
from ipgraph.namespaces import ENTITY


def test_neighborhood_of_parts_is_a_tree_from_its_start(project):
    neighborhood = project.neighborhoods.parts(ENTITY + "ip", 2)
    assert neighborhood.nodes[0].name.iri == ENTITY + "ip"
    iris = {node.name.iri for node in neighborhood.nodes}
    assert all(node.origin in iris for node in neighborhood.nodes[1:])
    assert all(edge.is_part for edge in neighborhood.edges)
    assert ENTITY + "pscd" in iris


def test_neighborhood_is_limited_and_counts_omitted_neighbors(project):
    neighborhood = project.neighborhoods.around(ENTITY + "dhs")
    assert 20 < len(neighborhood.nodes) <= MAX_NODES
    iris = {node.name.iri for node in neighborhood.nodes}
    assert all({edge.source, edge.target} <= iris for edge in neighborhood.edges)
    assert any(node.more for node in neighborhood.nodes)


def test_entity_without_parts_is_shown_with_its_neighbors(project):
    neighborhood = project.neighborhoods.parts(ENTITY + "obp", 2)
    assert len(neighborhood.nodes) > 1
