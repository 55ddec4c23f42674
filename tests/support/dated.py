"""A graph at a date, compared with one that is closed from nothing."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph import reasoning
from ipgraph.namespaces import INFERRED_GRAPH, PERIODS_GRAPH
from ipgraph.snapshots.dates import derivation

if TYPE_CHECKING:
    from datetime import date

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.snapshots.dates.difference import DatedGraph

INFERRED, PERIODS = ox.NamedNode(INFERRED_GRAPH), ox.NamedNode(PERIODS_GRAPH)


def prepared(kg: KnowledgeGraph) -> DatedGraph:
    """Return what no date changes in a graph, closed."""
    assert kg.recipe
    return derivation.prepare(kg.recipe, kg.built)


def quads_on(graph: DatedGraph, kg: KnowledgeGraph, day: date) -> set[ox.Quad]:
    """Return all quads of a day, by the difference from the graph without a date."""
    again = copy.copy(graph)
    again._reasoner = copy.deepcopy(graph._reasoner)  # which one call uses up
    difference = again.derive(day)
    return ({*kg.built.store().engine} - {*difference.removed}) | {*difference.added}


def rebuilt(quads: set[ox.Quad]) -> set[ox.Quad]:
    """Return the quads with a closure and a merge that are made from the stated ones alone."""
    computed = (INFERRED, PERIODS, ox.DefaultGraph())
    stated = {quad for quad in quads if quad.graph_name not in computed}
    engine = ox.Store()
    engine.extend(stated)
    reasoning.infer(engine).store(engine, INFERRED)
    engine.extend(quad for quad in quads if quad.graph_name == PERIODS)
    merge = {ox.Quad(quad.subject, quad.predicate, quad.object) for quad in engine}
    return {*engine} | merge
