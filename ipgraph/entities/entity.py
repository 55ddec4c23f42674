"""Descriptions of entities: what each is, what it relates to, and which sources state that.

`Entities.describe` reads quads by bounded look-ups and writes no query text. Each statement has
the sources that state it, or the mark that it is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.bibliography import Bibliography, Source
from ipgraph.entities.history import Figure, HistoryEntry, HistoryReader
from ipgraph.entities.labels import DEFAULT_GRAPH, Labels, Name
from ipgraph.entities.model import Model
from ipgraph.entities.names import resolve
from ipgraph.entities.relations import (
    MAX_READ,
    DescriptionLimits,
    Group,
    GroupBuilder,
    by_property,
)
from ipgraph.entities.statements import TYPE, Citations, Statement, Value, gather
from ipgraph.entities.values import ValueReader
from ipgraph.entities.vocabulary import DEFINITIONS, Vocabulary
from ipgraph.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ipgraph.dataset.config.values import PropertyPath, Text
    from ipgraph.entities.languages import Languages
    from ipgraph.store import Store

MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact at a glance: its values, and the thing between them and the entity, if there is one.

    `relation` is the last property of its path, `label` its name in the dataset file, which may be
    empty; `incoming` is True if the values are subjects of the relation.
    """

    label: Text
    relation: str
    incoming: bool
    via: Value | None
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """What the data say of an entity in another language than the one that is shown."""

    language: str
    label: str = ""
    definitions: tuple[Value, ...] = ()
    other_names: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """The description of one entity."""

    name: Name
    kinds: tuple[Name, ...]  # its most specific classes
    other_names: tuple[Value, ...]  # in the best language for the reader, or in none
    definitions: tuple[Value, ...]  # in the best language for the reader
    dates: tuple[tuple[Name, tuple[Value, ...]], ...]
    groups: tuple[Group, ...]
    breadcrumb: tuple[Name, ...]  # the wholes above it, the topmost first
    siblings: tuple[Value, ...]  # the other parts of the same whole
    history: tuple[HistoryEntry, ...]
    figures: tuple[Figure, ...]
    sources: tuple[Source, ...]
    all_classes: tuple[str, ...] = ()  # including inferred ones
    translations: tuple[Translation, ...] = ()  # the best languages first

    @property
    def iri(self) -> str:
        """Return the IRI of the entity."""
        return self.name.iri

    @property
    def kind(self) -> Name | None:
        """Return the most specific class of the entity."""
        return self.kinds[0] if self.kinds else None

    @property
    def outgoing(self) -> tuple[Group, ...]:
        """Return the groups that have the entity as subject."""
        return tuple(group for group in self.groups if not group.incoming)

    @property
    def incoming(self) -> tuple[Group, ...]:
        """Return the groups that have the entity as object."""
        return tuple(group for group in self.groups if group.incoming)

    @property
    def parts(self) -> tuple[Value, ...]:
        """Return the stated parts of the entity that are in its groups."""
        return tuple(
            value
            for group in self.incoming
            if group.is_part
            for value in group.values
            if value.iri and not value.inferred
        )


class Entities:
    """Reads the entities of one graph that does not change."""

    def __init__(
        self,
        store: Store,
        languages: Languages | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Take the order of languages, and the number of statements of each graph."""
        self.store = store
        self.labels = Labels(store, languages)
        self.languages = self.labels.languages
        self._counts = counts or {}
        self.model = Model(store)
        self.bibliography = Bibliography(self.labels, self.model, self._counts)
        self.vocabulary = Vocabulary(store, self.labels, self.model)
        self.reader = ValueReader(store, self.labels, self.vocabulary)
        self._history = HistoryReader(self.reader, self.model)

    def in_languages(self, *languages: str) -> Entities:
        """Return the same entities with texts in `languages` where the data have them."""
        return Entities(self.store, self.languages.prefer(*languages), self._counts)

    def exists(self, iri: str) -> bool:
        """True if the graph has the IRI: in any place of a statement, or as a named graph."""
        node = NamedNode(iri)
        quads = self.store.quads
        found = (
            *(quads(node), quads(None, None, node), quads(None, node)),
            quads(None, None, None, node),
        )
        return any(next(iter(part), None) is not None for part in found)

    def is_graph(self, iri: str) -> bool:
        """True if the IRI names a graph with statements."""
        quads = self.store.quads(None, None, None, NamedNode(iri))
        return next(iter(quads), None) is not None

    def resolve(self, name: str) -> str:
        """Return the IRI of the entity with this name; see `ipgraph.entities.names`."""
        return resolve(self.store, name)

    def describe(
        self, iri: str, *, values: int = 60, sources: int = 0, history: int = 200
    ) -> Description:
        """Describe an entity by its IRI. Raises `NotFound` if the graph does not have it.

        `values` limits each group, `sources` the sources numbered for a statement (0: all), and
        `history` the dated nodes for each way of taking part.
        """
        limits = DescriptionLimits(values, sources, history)
        node = _parse_iri(iri)
        own, _ = gather(self.reader.written.quads(node, None, None, None), MAX_READ)
        about, is_complete = gather(self.store.quads(None, None, node, None), MAX_READ)
        if not own and not about and not self.exists(iri):
            raise NotFound(f"This graph has no entity <{iri}>.")
        citations = Citations(self.bibliography, limits.sources)
        facts = by_property(own)
        definitions, more = self._in_best_language(self._literals(facts, DEFINITIONS, citations))
        names = _distinct(self._literals(facts, self._other_names, citations))
        tagged = [value for value in names if value.language]
        shown_names, more_names = self._in_best_language(tagged)
        name = self.labels.name(iri)
        groups = GroupBuilder(self.reader, self._history, self.model, node, citations, limits)
        types = facts.get(TYPE, [])
        participations = [
            statement
            for statement in about
            if statement.predicate in self.model.ties and not statement.inferred
        ]
        participations += self._history.behind_facts(node)
        entries, figures = self._history.read(participations, citations, limits.history)
        breadcrumb = self.breadcrumb(iri)
        return Description(
            name=name,
            kinds=self._stated_kinds(types),
            all_classes=tuple(sorted(_object_iris(types))),
            other_names=tuple(v for v in names if not v.language or v in shown_names),
            definitions=tuple(definitions),
            translations=self._translations(name, more, more_names),
            dates=tuple(
                (self.labels.name(predicate), self._literals(facts, (predicate,), citations))
                for predicate in self.model.dates
                if predicate in facts
            ),
            groups=groups.groups(own, about, is_complete),
            breadcrumb=breadcrumb,
            siblings=self._siblings(iri, breadcrumb),
            history=entries,
            figures=figures,
            sources=citations.sources(),
        )

    def _in_best_language(self, values: Iterable[Value]) -> tuple[list[Value], list[Value]]:
        return self.languages.split(values, lambda value: value.language)

    def _translations(
        self, name: Name, definitions: list[Value], other_names: list[Value]
    ) -> tuple[Translation, ...]:
        """Return the label, definitions and other names in languages that are not shown."""
        labels: dict[str, str] = {}
        for literal in self.labels.literals(name.iri):
            if literal.language:
                labels.setdefault(literal.language, literal.value)
        labels.pop(name.language, None)
        tags = {*labels, *(value.language for value in (*definitions, *other_names))} - {""}
        return tuple(
            Translation(
                tag,
                labels.get(tag, ""),
                tuple(value for value in definitions if value.language == tag),
                tuple(value for value in other_names if value.language == tag),
            )
            for tag in sorted(tags, key=self.languages.rank)
        )

    def breadcrumb(self, iri: str) -> tuple[Name, ...]:
        """Return the chain of wholes above an entity, the topmost first."""
        chain: list[Name] = []
        seen = {iri}
        while (parent := self.parent(iri)) and parent not in seen and len(chain) < MAX_DEPTH:
            chain.append(self.labels.name(parent))
            seen.add(parent)
            iri = parent
        return tuple(reversed(chain))

    def parent(self, iri: str) -> str:
        """Return the whole that an entity is stated to be a direct part of, or an empty text.

        Of several direct wholes, the first by label.
        """
        for predicates in (self.model.part_of, self.model.hierarchy):
            wholes = {
                statement.object.value
                for predicate in predicates
                for statement in self._stated(NamedNode(iri), predicate)
                if isinstance(statement.object, NamedNode)
            }
            if wholes:
                direct = {
                    whole
                    for whole in wholes
                    if not self._contains_another(whole, wholes, predicates)
                }
                return min(direct or wholes, key=lambda iri: (self.labels.name(iri).label, iri))
        return ""

    def _stated(self, subject: NamedNode, predicate: str) -> list[Statement]:
        statements, _ = gather(self.store.quads(subject, NamedNode(predicate)), MAX_READ)
        return [statement for statement in statements if not statement.inferred]

    def _contains_another(self, whole: str, wholes: set[str], predicates: tuple[str, ...]) -> bool:
        """True if another of the wholes is part of this one, which is then further up."""
        node = NamedNode(whole)
        return any(
            any(self.store.quads(NamedNode(other), NamedNode(predicate), node, DEFAULT_GRAPH))
            for other in wholes - {whole}
            for predicate in predicates
        )

    def parts(self, iri: str) -> tuple[Value, ...]:
        """Return the stated direct parts of an entity, by class and label."""
        parts: dict[str, Value] = {}
        for predicate in self.model.hierarchy:
            quads = self.store.quads(None, NamedNode(predicate), NamedNode(iri), None)
            for statement in gather(quads, MAX_READ)[0]:
                if isinstance(statement.subject, NamedNode) and not statement.inferred:
                    parts.setdefault(statement.subject.value, self.reader.value(statement.subject))
        return tuple(sorted(parts.values(), key=_by_kind_and_label))

    def ends(self, iri: str, path: PropertyPath) -> tuple[Value, ...]:
        """Return the values at the end of a path from an entity."""
        return tuple(map(self.reader.value, self.model.ends(_parse_iri(iri), path)))

    def facts(self, iri: str, classes: Iterable[str]) -> tuple[Fact, ...]:
        """Return the facts at a glance of an entity with these classes, without its dates.

        They are read from the plain graph, in the order of the dataset file.
        """
        node, kinds = _parse_iri(iri), {*classes}
        found = [
            fact
            for entry in self.model.config.facts
            if entry.of in kinds
            for path in entry.path
            if path.property not in self.model.dates
            for fact in self._facts_by(node, path, entry.label)
        ]
        return tuple(found)

    def _facts_by(self, node: NamedNode, path: PropertyPath, label: Text) -> list[Fact]:
        *before, last = path.steps
        found = []
        for thing in self.model.follow(node, tuple(before)):
            ends = self.model.follow(thing, (last,))
            values = tuple(sorted(map(self.reader.value, ends), key=_by_label))
            via = self.reader.value(thing) if before else None
            if values or via:
                found.append(Fact(label, last.iri, last.inverse, via, values))
        return sorted(found, key=lambda fact: fact.via.text if fact.via else "")

    @cached_property
    def _other_names(self) -> tuple[str, ...]:
        names = (*self.model.role("short"), *self.model.role("other_name"))
        return tuple(dict.fromkeys(names))

    def related(
        self, iri: str, property_iri: str, *, incoming: bool, limit: int
    ) -> tuple[Group, tuple[Source, ...]]:
        """Return one group with up to `limit` values, and its sources."""
        citations = Citations(self.bibliography)
        limits = DescriptionLimits(values=limit)
        groups = GroupBuilder(
            self.reader, self._history, self.model, _parse_iri(iri), citations, limits
        )
        return groups.group(property_iri, incoming), citations.sources()

    def has_entity_values(self, property_iri: str) -> bool:
        """True if the first statement with a property has an entity as object."""
        quads = self.store.quads(None, NamedNode(property_iri), None, DEFAULT_GRAPH)
        return any(isinstance(quad.object, NamedNode) for quad in islice(quads, 1))

    def sample_statements(self, property_iri: str, limit: int) -> tuple[tuple[Value, Value], ...]:
        """Return subject and object of some statements with a property, in no promised order."""
        quads = self.reader.written.quads(None, NamedNode(property_iri), None, DEFAULT_GRAPH)
        return tuple(
            (self.reader.value(quad.subject), self.reader.value(quad.object))
            for quad in islice(quads, limit)
        )

    def _siblings(self, iri: str, breadcrumb: tuple[Name, ...]) -> tuple[Value, ...]:
        if not breadcrumb:
            return ()
        return tuple(part for part in self.parts(breadcrumb[-1].iri) if part.iri != iri)

    def _stated_kinds(self, types: list[Statement]) -> tuple[Name, ...]:
        stated = [statement for statement in types if not statement.inferred]
        return self.reader.kinds(_object_iris(stated or types))

    def _literals(
        self,
        facts: dict[str, list[Statement]],
        properties: tuple[str, ...],
        citations: Citations,
    ) -> tuple[Value, ...]:
        """Return the stated literals of some properties, in the order of the properties."""
        return tuple(
            self.reader.supported(statement.object, statement, citations)
            for name in properties
            for statement in sorted(facts.get(name, []), key=lambda fact: str(fact.object))
            if isinstance(statement.object, Literal) and not statement.inferred
        )


def _parse_iri(iri: str) -> NamedNode:
    """Parse an IRI. Raises `NotFound` if it is not valid."""
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise NotFound(f"This graph has no entity <{iri}>: this is not an IRI.") from error


def _object_iris(statements: list[Statement]) -> list[str]:
    return [fact.object.value for fact in statements if isinstance(fact.object, NamedNode)]


def _distinct(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Drop repeated texts: an acronym is also an alternative label."""
    first: dict[str, Value] = {}
    for value in values:
        first.setdefault(value.text, value)
    return tuple(first.values())


def _by_label(value: Value) -> str:
    return value.text


def _by_kind_and_label(value: Value) -> tuple[str, str]:
    return (value.kind.label if value.kind else "", value.text)
