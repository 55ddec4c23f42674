"""What the terms of a graph are for: roles, dated nodes, groups of relations, documents.

The dataset file says it; without one, well-known terms do. Everything is looked up once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode

from ipgraph.dataset.config.sections import NodeClass
from ipgraph.namespaces import ORG, PREFIXES, RDF, RDFS, SCHEMA, SCHEMA_HTTP, SKOS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.dataset.config.values import PropertyPath, Step
    from ipgraph.store import Store, Subject, Term

_DEFAULT = DefaultGraph()
_TYPE = NamedNode(RDF + "type")
_SUBPROPERTY = NamedNode(RDFS + "subPropertyOf")
_BROADER = SKOS + "broader"
# Classes of dated nodes in graphs without a dataset file.
_WELL_KNOWN_NODES = (
    ORG + "Membership",
    ORG + "ChangeEvent",
    *(schema + name for schema in (SCHEMA, SCHEMA_HTTP) for name in ("Role", "Observation")),
)
_SAMPLE = 300
_MAX_TIES = 12
_MAX_SUBPROPERTIES = 200_000
_MAX_STEPS = 200  # nodes followed by one step of a path


@dataclass(frozen=True, slots=True)
class FactHistory:
    """Dated nodes behind a fact: those with `tie` to a thing that `steps` lead to."""

    steps: tuple[Step, ...]
    tie: str


class Model:
    """The meaning of the terms of one graph that does not change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.config = store.description.config
        # Bound to the instance, so that the caches of a closed graph are freed.
        self.below = lru_cache(maxsize=1024)(self._below)
        self.role = lru_cache(maxsize=64)(self._role)

    def _below(self, iri: str) -> tuple[str, ...]:
        """Return the subproperties of a property, the nearest last, then the property itself."""
        found: dict[str, None] = {iri: None}
        queue = [iri]
        while queue:
            for narrower in self._subproperties.get(queue.pop(), ()):
                if narrower not in found:
                    found[narrower] = None
                    queue.append(narrower)
        return (*sorted(found.keys() - {iri}), iri)

    @cached_property
    def _subproperties(self) -> dict[str, list[str]]:
        """The subproperties of each property, read at once: an endpoint is asked a single time."""
        found: dict[str, list[str]] = {}
        quads = self._store.quads(None, _SUBPROPERTY, None, _DEFAULT)
        for quad in islice(quads, _MAX_SUBPROPERTIES):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                found.setdefault(quad.object.value, []).append(quad.subject.value)
        return found

    def _role(self, name: str) -> tuple[str, ...]:
        """Return the properties of a role, with their subproperties, in order."""
        return tuple(dict.fromkeys(iri for group in self.role_groups(name) for iri in group))

    @cached_property
    def successions(self) -> frozenset[tuple[str, bool]]:
        """The properties that lead to a successor, with True for those read backwards."""
        return frozenset(
            (iri, path.steps[0].inverse)
            for path in self.config.role("replaced_by")
            if len(path.steps) == 1
            for iri in self.below(path.steps[0].iri)
        )

    def resolve(self, name: str) -> str:
        """Return the IRI of a prefixed name in a text of the dataset file."""
        prefix, _, local = name.partition(":")
        namespace = dict(self.config.prefixes).get(prefix) or PREFIXES.get(prefix)
        return namespace + local if namespace else name

    def role_groups(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Return the properties of a role: a group for each that is named, with those below it."""
        named = (path.property for path in self.config.role(name))
        return tuple(self.below(iri) for iri in named if iri)

    def ends(self, node: Term, path: PropertyPath) -> list[Term]:
        """Return the ends of a path from a node, without repetition, in no promised order."""
        return self.follow(node, path.steps)

    def follow(self, node: Term, steps: tuple[Step, ...]) -> list[Term]:
        """Return what some steps lead to from a node."""
        reached: dict[Term, None] = {node: None}
        for step in steps:
            following: dict[Term, None] = {}
            for start in islice(reached, _MAX_STEPS):
                following |= dict.fromkeys(self._step(start, step))
            reached = following
        return [*reached]

    def _step(self, node: Term, step: Step) -> Iterator[Term]:
        predicate = NamedNode(step.iri)
        if step.inverse:
            for quad in self._store.quads(None, predicate, node, _DEFAULT):
                yield quad.subject
        elif not isinstance(node, Literal):
            for quad in self._store.quads(node, predicate, None, _DEFAULT):
                yield quad.object

    def first(self, node: Subject, name: str) -> Term | None:
        """Return the first value of a node in a role; of several of one property, the least."""
        for path in self.config.role(name):
            groups = self.below(path.property) if path.property else ()
            ends = [
                quad.object
                for iri in groups
                for quad in self._store.quads(node, NamedNode(iri), None, _DEFAULT)
            ] or ([] if path.property else self.ends(node, path))
            if ends:
                return min(ends, key=str)
        return None

    @cached_property
    def part_of(self) -> tuple[str, ...]:
        """The properties from parts to wholes; a narrower concept is no part."""
        return tuple(iri for iri in self.role("part_of") if iri not in self.below(_BROADER))

    @cached_property
    def hierarchy(self) -> tuple[str, ...]:
        """The properties from a thing to the one above it: parts first, then narrower concepts."""
        return tuple(dict.fromkeys((*self.part_of, *self.role("part_of"))))

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """The properties whose literals are dates of a thing, in reading order."""
        first, last = self.role("founded"), ("ended", "begin", "end", "issued")
        own = (path.property for fact in self.config.facts for path in fact.path)
        dated = (iri for iri in own if iri and self._has_date(iri))
        return tuple(dict.fromkeys((*first, *dated, *(iri for n in last for iri in self.role(n)))))

    def _has_date(self, property_iri: str) -> bool:
        quads = self._store.quads(None, NamedNode(property_iri), None, _DEFAULT)
        values = (quad.object for quad in islice(quads, 1))
        return any(
            isinstance(value, Literal) and value.datatype.value in _DATE_TYPES for value in values
        )

    @cached_property
    def nodes(self) -> dict[str, NodeClass]:
        """The classes of dated nodes, in order."""
        if self.config.nodes:
            return {node.class_: node for node in self.config.nodes}
        if hasattr(self._store, "endpoint"):
            return {}  # to look for them would take hundreds of requests
        found = (self._well_known_node(iri) for iri in _WELL_KNOWN_NODES)
        return {node.class_: node for node in found if node}

    def _well_known_node(self, iri: str) -> NodeClass | None:
        uses: Counter[str] = Counter()
        for quad in islice(self._store.quads(None, _TYPE, NamedNode(iri), _DEFAULT), _SAMPLE):
            for fact in self._store.quads(quad.subject, None, None, _DEFAULT):
                if isinstance(fact.object, NamedNode) and fact.predicate != _TYPE:
                    uses[fact.predicate.value] += 1
        ties = sorted(uses, key=lambda tie: (-uses[tie], tie))[:_MAX_TIES]
        return NodeClass(class_=iri, ties=tuple(ties)) if ties else None

    @cached_property
    def ties(self) -> frozenset[str]:
        """The properties from dated nodes to the things that they are about."""
        return frozenset(tie for node in self.nodes.values() for tie in node.ties)

    @cached_property
    def changes(self) -> frozenset[str]:
        """The classes of nodes that are changes of things into others."""
        ends = {*self.role("before"), *self.role("after")}
        return frozenset(iri for iri, node in self.nodes.items() if ends.intersection(node.ties))

    @cached_property
    def not_indexed(self) -> frozenset[str]:
        """The classes whose instances are found through their things: dated nodes, not changes."""
        return frozenset(self.nodes.keys() - self.changes)

    @cached_property
    def placement_ties(self) -> frozenset[str]:
        """The ties of the parts in nodes that state of which whole something was a part."""
        parts = {*self.part_of}
        return frozenset(
            state.subject or node.ties[0]
            for node in self.nodes.values()
            for state in node.states
            if state.property in parts and node.ties
        )

    @cached_property
    def fact_histories(self) -> tuple[FactHistory, ...]:
        """The dated nodes behind the facts that are read through another thing."""
        found = []
        for fact in self.config.facts:
            for path in fact.path:
                *before, last = path.steps
                for node in self.nodes.values():
                    for state in node.states:
                        if before and state.property == last.iri:
                            subject = state.subject or node.ties[0]
                            object_ = state.object or node.ties[1]
                            tie = object_ if last.inverse else subject
                            found.append(FactHistory(tuple(before), tie))
        return tuple(dict.fromkeys(found))


_DATE_TYPES = frozenset(XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth"))
