"""What a graph states on a day: dated statements that hold then, of entities that exist then."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, cast

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from ipgraph.entities.periods.graph import namespace
from ipgraph.namespaces import COMPUTED_GRAPHS, OWL, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pyoxigraph import Quad

    from ipgraph.entities.model import Model
    from ipgraph.entities.periods.model import Certainty, Life, Periods
    from ipgraph.store import Store, Subject, Term

    Fact: TypeAlias = tuple[Subject, NamedNode, Term]

_TYPE = NamedNode(RDF + "type")
# Properties of definitions: no relation between entities.
_BUILT_IN = (RDF, RDFS, OWL)
_NOT_RELATIONS = ("identifier", "incoming", "image", "page", "archive", "hidden", "publisher")
_NOT_STATED = (DefaultGraph(), *map(NamedNode, COMPUTED_GRAPHS))
STATUSES = {"held": "Held", "possible": "Possible", "not yet": "NotYet", "ended": "Ended"}


class DatedStatements:
    """The statements of a graph that a date can change: `stated` has the graphs that state each.

    They are the statements that dated nodes stand for, and the relations of entities that are
    known to begin or end.
    """

    def __init__(self, store: Store, model: Model, periods: Periods) -> None:
        self._store = store
        self._model = model
        self._periods = periods
        # A node without any date says nothing about when its statement holds.
        self._nodes = {
            cast("Fact", statement)
            for statement, nodes in periods.by_statement().items()
            if any(period.is_dated for period in nodes)
        }
        self.stated: dict[Fact, set[NamedNode]] = {
            fact: {
                cast("NamedNode", quad.graph_name)
                for quad in store.quads(*fact)
                if quad.graph_name not in _NOT_STATED
            }
            for fact in (*self._nodes, *self._relations())
        }

    def on(self, day: date, certainty: Certainty = "possible") -> dict[Fact, set[NamedNode]]:
        """Return those that hold on a day, with the graphs that state them or their nodes."""
        holding: defaultdict[Fact, set[NamedNode]] = defaultdict(set)
        for period in self._periods.holding(day, certainty):
            if (statement := period.statement) is not None:
                holding[cast("Fact", statement)] |= {NamedNode(name) for name in period.documents}
        found: dict[Fact, set[NamedNode]] = {}
        for fact, graphs in self.stated.items():
            if fact in self._nodes:
                if fact in holding:
                    found[fact] = graphs | holding[fact]
            elif graphs and self._exist(fact, day):
                found[fact] = graphs
        return found

    def then(self, day: date) -> Iterator[Fact]:
        """Yield what dated nodes and entities are on a day, in the terms of the dataset."""
        prefix = namespace(self._model.config)
        predicate = NamedNode(prefix + "then")
        for period in self._periods:
            if status := period.status(day):
                yield period.node, predicate, NamedNode(prefix + STATUSES[status])
        for thing, life in self._periods.lives.items():
            if not life.includes(day) and isinstance(thing, NamedNode | BlankNode):
                yield thing, predicate, NamedNode(prefix + _status(life, day))

    def _exist(self, fact: Fact, day: date) -> bool:
        return self._periods.exists(fact[0], day) and self._periods.exists(fact[2], day)

    def _relations(self) -> Iterator[Fact]:
        """Yield the relations between entities of which one is known to begin or end."""
        for thing in self._periods.lives:
            if isinstance(thing, Literal | Triple):
                continue
            for quads in (self._store.quads(thing), self._store.quads(None, None, thing)):
                for quad in quads:
                    if quad.graph_name not in _NOT_STATED and self._is_relation(quad):
                        yield cast("Fact", (quad.subject, quad.predicate, quad.object))

    def _is_relation(self, quad: Quad) -> bool:
        if quad.predicate.value.startswith(_BUILT_IN) or quad.predicate.value in self._others:
            return False
        return self._is_entity(quad.subject) and self._is_entity(quad.object)

    def _is_entity(self, term: Term) -> bool:
        """True for what the graph describes, except dated nodes and documents."""
        known = self._entities.get(term)
        if known is None:
            known = self._entities[term] = self._find_entity(term)
        return known

    @cached_property
    def _entities(self) -> dict[Term, bool]:
        return {}

    def _find_entity(self, term: Term) -> bool:
        if isinstance(term, Literal | Triple) or self._periods.of(term) is not None:
            return False
        classes = {quad.object for quad in self._store.quads(term, _TYPE, None, DefaultGraph())}
        documents = self._model.config.graphs.documents
        if documents:
            return bool(classes) and NamedNode(documents) not in classes
        is_graph = next(iter(self._store.quads(None, None, None, term)), None) is not None
        return bool(classes) and not is_graph

    @cached_property
    def _others(self) -> frozenset[str]:
        return frozenset(iri for role in _NOT_RELATIONS for iri in self._model.role(role))


def _status(life: Life, day: date) -> str:
    return "NotYet" if life.first and day < life.first else "Ended"
