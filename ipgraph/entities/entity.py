"""One thing, as a reader wants to be told of it: what it is, what it relates to, and who says so.

`Entities.describe` reads quads by bounded look-ups and writes no query text. Each statement carries
the sources that state it, or the mark that it is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.bibliography import Bibliography, Source
from ipgraph.entities.history import TIES, Episode, Episodes, Figure
from ipgraph.entities.labels import DEFAULT_GRAPH, Labels, Name
from ipgraph.entities.names import resolve
from ipgraph.entities.relations import (
    DATES,
    MAX_READ,
    OTHER_NAMES,
    PART_OF,
    Extent,
    Group,
    Grouping,
    by_property,
)
from ipgraph.entities.statements import TYPE, Citations, Reader, Statement, Value, gather
from ipgraph.entities.vocabulary import DEFINITIONS, Terms
from ipgraph.errors import NotFound
from ipgraph.namespaces import IP, ORG, SKOS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.store import Store

MAX_DEPTH = 12
_HEAD_OF = NamedNode(IP + "headOf")
_HOLDS = NamedNode(ORG + "holds")
_WIDER = (IP + "subsectorOf", SKOS + "broader")
# The relations by which a picture draws parts and wholes.
HIERARCHY = (*PART_OF, *_WIDER)


@dataclass(frozen=True, slots=True)
class View:
    """All that is told about one thing."""

    name: Name
    kinds: tuple[Name, ...]
    other_names: tuple[Value, ...]
    definitions: tuple[Value, ...]
    dates: tuple[tuple[Name, tuple[Value, ...]], ...]
    groups: tuple[Group, ...]
    breadcrumb: tuple[Name, ...]  # from the top down to what it is part of
    alongside: tuple[Value, ...]  # the other parts of the same whole
    episodes: tuple[Episode, ...]
    figures: tuple[Figure, ...]
    sources: tuple[Source, ...]
    all_kinds: tuple[str, ...] = ()  # every class, inferred ones too

    @property
    def iri(self) -> str:
        """Return the IRI of the thing."""
        return self.name.iri

    @property
    def kind(self) -> Name | None:
        """Return the class that says most about the thing."""
        return self.kinds[0] if self.kinds else None

    @property
    def outgoing(self) -> tuple[Group, ...]:
        """Return the groups of which the thing is the subject."""
        return tuple(group for group in self.groups if not group.incoming)

    @property
    def incoming(self) -> tuple[Group, ...]:
        """Return the groups of which the thing is the object."""
        return tuple(group for group in self.groups if group.incoming)

    @property
    def parts(self) -> tuple[Value, ...]:
        """Return the parts of the thing that sources state, as far as the groups hold them."""
        return tuple(
            value
            for group in self.incoming
            if group.is_part
            for value in group.values
            if value.iri and not value.inferred
        )


class Entities:
    """Tells about the things of one graph that does not change."""

    def __init__(
        self,
        store: Store,
        languages: tuple[str, ...] = ("en",),
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Take the languages of labels in order, and the number of statements of each graph."""
        self.store = store
        self.labels = Labels(store, languages)
        self.bibliography = Bibliography(store, self.labels, counts or {})
        self.terms = Terms(store, self.labels)
        self.reader = Reader(store, self.labels, self.terms)
        self._episodes = Episodes(self.reader)

    def exists(self, iri: str) -> bool:
        """Say whether any statement mentions a thing."""
        node = NamedNode(iri)
        return any(self.store.quads(node)) or any(self.store.quads(None, None, node))

    def resolve(self, name: str) -> str:
        """Return the IRI of the thing that a person calls `name`; see `ipgraph.entities.names`."""
        return resolve(self.store, name)

    def describe(self, iri: str, *, values: int = 60, cited: int = 0, episodes: int = 200) -> View:
        """Tell about a thing by its IRI. Raises `NotFound` where no statement mentions it.

        `values` bounds each group, `cited` the sources numbered for a statement (0: all), and
        `episodes` the dated nodes of each way of taking part.
        """
        extent = Extent(values, cited, episodes)
        node = _node(iri)
        own, _ = gather(self.store.quads(node, None, None, None), MAX_READ)
        about, complete = gather(self.store.quads(None, None, node, None), MAX_READ)
        if not own and not about:
            raise NotFound(f"Nothing in this graph is called <{iri}>.")
        citations = Citations(self.bibliography, extent.cited)
        facts = by_property(own)
        definitions = self._values(facts, DEFINITIONS, citations)
        grouping = Grouping(self.reader, self._episodes, node, citations, extent)
        kinds = self._own_kinds(facts.get(TYPE, []))
        ties = [each for each in about if each.predicate in TIES and not each.inferred]
        ties += self._episodes.heads(node)
        dated, figures = self._episodes.told(ties, citations, extent.episodes)
        breadcrumb = self.breadcrumb(iri)
        return View(
            name=self.labels.name(iri),
            kinds=kinds,
            all_kinds=tuple(sorted(_named(facts.get(TYPE, [])))),
            other_names=_distinct(self._values(facts, OTHER_NAMES, citations)),
            definitions=definitions,
            dates=tuple(
                (self.labels.name(each), self._values(facts, (each,), citations))
                for each in DATES
                if each in facts
            ),
            groups=grouping.groups(own, about, complete),
            breadcrumb=breadcrumb,
            alongside=self._alongside(iri, breadcrumb),
            episodes=dated,
            figures=figures,
            sources=citations.sources(),
        )

    def breadcrumb(self, iri: str) -> tuple[Name, ...]:
        """Return the chain of wholes above a thing, the topmost first; where several, the first."""
        chain: list[Name] = []
        seen = {iri}
        while (parent := self.parent(iri)) and parent not in seen and len(chain) < MAX_DEPTH:
            chain.append(self.labels.name(parent))
            seen.add(parent)
            iri = parent
        return tuple(reversed(chain))

    def parent(self, iri: str) -> str:
        """Return what a thing is stated to be directly part of, or an empty text."""
        for predicates in (PART_OF, _WIDER):
            stated = [
                each
                for name in predicates
                for each in gather(self.store.quads(NamedNode(iri), NamedNode(name)), MAX_READ)[0]
                if not each.inferred
            ]
            wholes = {each.object.value for each in stated if isinstance(each.object, NamedNode)}
            if wholes:
                nearest = {each for each in wholes if not self._holds_another(each, wholes)}
                return min(nearest or wholes, key=lambda each: (self.labels.name(each).label, each))
        return ""

    def _holds_another(self, whole: str, wholes: set[str]) -> bool:
        """Say whether another of some wholes is part of this one, so that it lies further up."""
        part_of, node = NamedNode(IP + "partOf"), NamedNode(whole)
        return any(
            any(self.store.quads(NamedNode(each), part_of, node, DEFAULT_GRAPH))
            for each in wholes - {whole}
        )

    def parts(self, iri: str) -> tuple[Value, ...]:
        """Return the direct parts of a thing that sources state, by class and label."""
        found: dict[str, Value] = {}
        for predicate in HIERARCHY:
            quads = self.store.quads(None, NamedNode(predicate), NamedNode(iri), None)
            for each in gather(quads, MAX_READ)[0]:
                if isinstance(each.subject, NamedNode) and not each.inferred:
                    found.setdefault(each.subject.value, self.reader.value(each.subject))
        return tuple(sorted(found.values(), key=_by_kind_and_label))

    def heads(self, iri: str) -> tuple[tuple[Value, tuple[Value, ...]], ...]:
        """Return the posts that head a thing, and who plainly holds each: those of mid-2013."""
        found = []
        for quad in self.store.quads(None, _HEAD_OF, _node(iri), DEFAULT_GRAPH):
            if isinstance(quad.subject, NamedNode):
                held = self.store.quads(None, _HOLDS, quad.subject, DEFAULT_GRAPH)
                holders = {each.subject for each in held if isinstance(each.subject, NamedNode)}
                values = sorted((self.reader.value(each) for each in holders), key=_by_label)
                found.append((self.reader.value(quad.subject), tuple(values)))
        return tuple(sorted(found, key=lambda pair: pair[0].text))

    def related(
        self, iri: str, property_iri: str, *, incoming: bool, limit: int
    ) -> tuple[Group, tuple[Source, ...]]:
        """Return one group with up to `limit` values, and its sources, for a page of its own."""
        citations = Citations(self.bibliography)
        extent = Extent(values=limit)
        grouping = Grouping(self.reader, self._episodes, _node(iri), citations, extent)
        return grouping.group(property_iri, incoming), citations.sources()

    def joins_things(self, property_iri: str) -> bool:
        """Say whether a property has a thing as value, by the first statement that uses it."""
        quads = self.store.quads(None, NamedNode(property_iri), None, DEFAULT_GRAPH)
        return any(isinstance(quad.object, NamedNode) for quad in islice(quads, 1))

    def samples(self, property_iri: str, limit: int) -> tuple[tuple[Value, Value], ...]:
        """Return some of the statements that use a property, in no order that is promised."""
        quads = self.store.quads(None, NamedNode(property_iri), None, DEFAULT_GRAPH)
        return tuple(
            (self.reader.value(quad.subject), self.reader.value(quad.object))  # type: ignore[arg-type]
            for quad in islice(quads, limit)
        )

    def _alongside(self, iri: str, breadcrumb: tuple[Name, ...]) -> tuple[Value, ...]:
        if not breadcrumb:
            return ()
        return tuple(each for each in self.parts(breadcrumb[-1].iri) if each.iri != iri)

    def _own_kinds(self, types: list[Statement]) -> tuple[Name, ...]:
        stated = [each for each in types if not each.inferred]
        return self.reader.kinds(_named(stated or types))

    def _values(
        self,
        facts: dict[str, list[Statement]],
        properties: tuple[str, ...],
        citations: Citations,
    ) -> tuple[Value, ...]:
        """Return the literals of some properties, in their order, each property's sorted."""
        return tuple(
            self.reader.supported(each.object, each, citations)
            for name in properties
            for each in sorted(facts.get(name, []), key=lambda one: str(one.object))
            if isinstance(each.object, Literal) and not each.inferred
        )


def _node(iri: str) -> NamedNode:
    """Return the node of an IRI; what is none names nothing."""
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise NotFound(f"Nothing in this graph is called <{iri}>: it is no IRI.") from error


def _named(types: list[Statement]) -> list[str]:
    return [each.object.value for each in types if isinstance(each.object, NamedNode)]


def _distinct(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Drop a text that came by another property too (an acronym is also an alternative label)."""
    first: dict[str, Value] = {}
    for each in values:
        first.setdefault(each.text, each)
    return tuple(first.values())


def _by_label(value: Value) -> str:
    return value.text


def _by_kind_and_label(value: Value) -> tuple[str, str]:
    return (value.kind.label if value.kind else "", value.text)
