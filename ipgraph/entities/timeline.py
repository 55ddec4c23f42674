"""Change over time: what was founded, changed and ended, and what was placed where, when."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.history import CHANGE, PLACEMENT, Episode, year_of
from ipgraph.entities.labels import DEFAULT_GRAPH
from ipgraph.entities.relations import MAX_READ
from ipgraph.entities.statements import Citations, Source, Value, gather
from ipgraph.namespaces import IP, ORG, RDF

if TYPE_CHECKING:
    from ipgraph.entities.entity import Entities

ESTABLISHED, DISSOLVED = IP + "establishedOn", IP + "dissolvedOn"
MAX_HAPPENINGS = 2000


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that a source dates. `sort`: ``established``, ``dissolved`` or ``changed``."""

    date: str
    sort: str
    things: tuple[Value, ...]  # what it happened to; of a change, what it was before
    results: tuple[Value, ...]  # of a change, what it became
    causes: tuple[Value, ...]
    sources: tuple[int, ...]

    @property
    def year(self) -> int:
        """Return the year of the date."""
        return year_of(self.date)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Happenings, earliest first, and the sources that they cite."""

    happenings: tuple[Happening, ...]
    sources: tuple[Source, ...]


class Chronicle:
    """Tells what happened to the things of one graph."""

    def __init__(self, entities: Entities) -> None:
        self._entities = entities
        self._store = entities.store

    def timeline(self) -> Timeline:
        """Return everything that is dated; at most `MAX_HAPPENINGS` of each sort are read."""
        citations = Citations(self._store, self._entities.labels, 2)
        found = [
            *self._dated(ESTABLISHED, "established", citations),
            *self._dated(DISSOLVED, "dissolved", citations),
            *self._changes(citations),
        ]
        found.sort(key=lambda each: (each.year, each.date, each.sort, each.things[0].text))
        return Timeline(tuple(found), citations.listed())

    def placements(self, iri: str) -> tuple[Episode, ...]:
        """Return where a thing was placed, earliest first."""
        view = self._entities.describe(iri, values=1, cited=1)
        return tuple(
            each
            for each in view.episodes
            if each.kind == PLACEMENT and each.tie == IP + "placedUnit"
        )

    def _dated(self, predicate: str, sort: str, citations: Citations) -> list[Happening]:
        quads = self._store.quads(None, NamedNode(predicate))
        return [
            Happening(
                each.object.value,
                sort,
                (self._entities.reader.value(each.subject),),
                (),
                (),
                citations.cite(each),
            )
            for each in gather(quads, MAX_HAPPENINGS)[0]
            if isinstance(each.object, Literal) and not each.inferred
        ]

    def _changes(self, citations: Citations) -> list[Happening]:
        happenings = []
        quads = self._store.quads(None, NamedNode(RDF + "type"), NamedNode(CHANGE), DEFAULT_GRAPH)
        for quad in islice(quads, MAX_HAPPENINGS):
            statements, _ = gather(self._store.quads(quad.subject), MAX_READ)  # type: ignore[arg-type]
            stated = [each for each in statements if not each.inferred]
            parts: dict[str, list[Value]] = {}
            for each in stated:
                if isinstance(each.object, NamedNode):
                    value = self._entities.reader.value(each.object)
                    parts.setdefault(each.predicate, []).append(value)
            dates = [each for each in stated if each.predicate == IP + "onDate"]
            before = tuple(parts.get(ORG + "originalOrganization", ()))
            after = tuple(parts.get(ORG + "resultingOrganization", ()))
            if dates and (before or after):
                causes = tuple(parts.get(IP + "causedBy", ()))
                date = min(each.object.value for each in dates)
                sources = citations.cite(dates[0])
                happenings.append(
                    Happening(date, "changed", before or after, after, causes, sources)
                )
        return happenings
