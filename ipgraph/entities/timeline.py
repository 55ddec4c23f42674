"""Events with dates: what was established, changed and dissolved, in a graph or for one entity."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.history import HistoryEntry, year_of
from ipgraph.entities.labels import DEFAULT_GRAPH
from ipgraph.entities.relations import MAX_READ
from ipgraph.entities.statements import Citations, Value, gather
from ipgraph.namespaces import RDF

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.entity import Entities

MAX_EVENTS = 2000
_ROLES = (("founded", "established"), ("ended", "dissolved"))


@dataclass(frozen=True, slots=True)
class Event:
    """A dated event. `type`: ``established``, ``dissolved`` or ``changed``."""

    date: str
    type: str
    entities: tuple[Value, ...]  # those concerned; of a change, those before it
    results: tuple[Value, ...]  # of a change, the entities after it
    causes: tuple[Value, ...]
    sources: tuple[int, ...]

    @property
    def year(self) -> int:
        """Return the year of the date."""
        return year_of(self.date)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events, earliest first, and the sources that they cite.

    The timeline of one entity also has its `history`: its dated nodes besides changes.
    """

    events: tuple[Event, ...]
    sources: tuple[Source, ...]
    history: tuple[HistoryEntry, ...] = ()


class Timelines:
    """Reads the timelines of one graph."""

    def __init__(self, entities: Entities) -> None:
        self._entities = entities
        self._store = entities.store
        self._model = entities.model
        self._types = {
            iri: kind for role, kind in _ROLES for iri in reversed(self._model.role(role))
        }

    def whole(self) -> Timeline:
        """Return all events of the graph; at most `MAX_EVENTS` of each type are read."""
        citations = Citations(self._entities.bibliography, 2)
        events = [
            *(event for iri in self._types for event in self._dated(iri, citations)),
            *self._changes(citations),
        ]
        return Timeline(_in_order(events), citations.sources())

    def of(self, iri: str) -> Timeline:
        """Return the events and the history of one entity. Raises `NotFound`."""
        view = self._entities.describe(iri, values=1)
        this = (self._entities.reader.value(NamedNode(iri)),)
        events = [
            Event(value.text, self._types[name.iri], this, (), (), value.sources)
            for name, values in view.dates
            if name.iri in self._types
            for value in values
        ]
        changes = [entry for entry in view.history if entry.kind in self._model.changes]
        for change in changes:
            before, after, causes = self._sides(change.participants)
            sources = change.sources
            events.append(Event(change.since, "changed", before or after, after, causes, sources))
        history = tuple(entry for entry in view.history if entry.kind not in self._model.changes)
        numbers = [event.sources for event in events] + [entry.sources for entry in history]
        cited = {number for support in numbers for number in support}
        sources_cited = tuple(source for source in view.sources if source.number in cited)
        return Timeline(_in_order(events), sources_cited, history)

    def placements(self, iri: str) -> tuple[HistoryEntry, ...]:
        """Return the dated nodes that say of which wholes something was a part, earliest first."""
        view = self._entities.describe(iri, values=1, sources=1)
        return tuple(entry for entry in view.history if entry.role in self._model.placement_ties)

    def _dated(self, predicate: str, citations: Citations) -> list[Event]:
        quads = self._store.quads(None, NamedNode(predicate))
        return [
            Event(
                statement.object.value,
                self._types[predicate],
                (self._entities.reader.value(statement.subject),),
                (),
                (),
                citations.cite(statement),
            )
            for statement in gather(quads, MAX_EVENTS)[0]
            if isinstance(statement.object, Literal) and not statement.inferred
        ]

    def _changes(self, citations: Citations) -> list[Event]:
        events = []
        type_ = NamedNode(RDF + "type")
        nodes = (
            quad
            for class_ in self._model.nodes
            if class_ in self._model.changes
            for quad in self._store.quads(None, type_, NamedNode(class_), DEFAULT_GRAPH)
        )
        on = {*self._model.role("on")}
        for quad in islice(nodes, MAX_EVENTS):
            statements, _ = gather(self._store.quads(quad.subject), MAX_READ)
            stated = [statement for statement in statements if not statement.inferred]
            parts: dict[str, list[Value]] = {}
            for statement in stated:
                if isinstance(statement.object, NamedNode):
                    value = self._entities.reader.value(statement.object)
                    parts.setdefault(statement.predicate, []).append(value)
            dates = [
                (statement.object.value, statement)
                for statement in stated
                if statement.predicate in on and isinstance(statement.object, Literal)
            ]
            before, after, causes = self._sides(parts)
            if dates and (before or after):
                date = min(date for date, _ in dates)
                sources = citations.cite(dates[0][1])
                events.append(Event(date, "changed", before or after, after, causes, sources))
        return events

    def _sides(
        self, parts: Mapping[str, Sequence[Value]]
    ) -> tuple[tuple[Value, ...], tuple[Value, ...], tuple[Value, ...]]:
        """Return the things before a change, those after it, and its other ties."""
        before, after = self._model.role("before"), self._model.role("after")
        others = [tie for tie in parts if tie in self._model.ties and tie not in before + after]
        return tuple(
            tuple(value for tie in ties for value in parts.get(tie, ()))
            for ties in (before, after, others)
        )  # type: ignore[return-value]


def _in_order(events: list[Event]) -> tuple[Event, ...]:
    return tuple(
        sorted(
            events,
            key=lambda event: (event.year, event.date, event.type, event.entities[0].text),
        )
    )
