"""Dated nodes: placements, assignments, memberships, changes, and figures with their date.

The plain graph shows one present; these nodes carry everything that started or ended: a unit in an
organization, a person in a post, a responsibility, a change of organization. A date may be a day,
a month or a year; order is decided by year, then by the text of the date.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.labels import DEFAULT_GRAPH, Name
from ipgraph.entities.statements import Statement, Value, gather
from ipgraph.namespaces import IP, ORG, RDF

if TYPE_CHECKING:
    from ipgraph.entities.statements import Citations, ValueReader
    from ipgraph.store import Subject

PLACEMENT = IP + "Placement"
ASSIGNMENT = IP + "Assignment"
MEMBERSHIP = ORG + "Membership"
CHANGE = ORG + "ChangeEvent"
FIGURE = IP + "Figure"
# Each class of dated node and the properties for its participants, in reading order.
DATED_NODES: dict[str, tuple[str, ...]] = {
    PLACEMENT: (IP + "placedUnit", IP + "placedIn"),
    ASSIGNMENT: (IP + "agency", IP + "inRole", IP + "charge", IP + "under"),
    MEMBERSHIP: (ORG + "member", IP + "post", ORG + "organization"),
    CHANGE: (
        ORG + "originalOrganization",
        ORG + "resultingOrganization",
        IP + "causedBy",
    ),
    FIGURE: (IP + "about", IP + "measure"),
}
PARTICIPANT_PROPERTIES = frozenset(name for names in DATED_NODES.values() for name in names)
MAX_ENTRIES = 200

_DATES = tuple(NamedNode(IP + name) for name in ("validFrom", "validThrough", "onDate", "acting"))
_TYPE = NamedNode(RDF + "type")
_HEAD_OF = NamedNode(IP + "headOf")
_POST = NamedNode(IP + "post")


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A dated node in the history of an entity; dates as the source gives them, else empty."""

    iri: str
    kind: str  # one of the classes of `DATED_NODES`
    role: str  # the property by which the described entity takes part
    participants: dict[str, tuple[Value, ...]]  # by property
    since: str
    until: str
    acting: bool
    label: str
    sources: tuple[int, ...]

    def is_in_effect(self, year: int) -> bool:
        """True if it was in effect at some time of a year; a missing end date means it still is."""
        start = self.since or self.until
        has_started = not self.since or year_of(start) <= year
        return has_started and (not self.until or year <= year_of(self.until))

    @staticmethod
    def year(date: str) -> int:
        """Return the year of one of its dates, or 0."""
        return year_of(date)

    def others(self, iri: str) -> tuple[Value, ...]:
        """Return the participants other than this entity."""
        return tuple(
            value for values in self.participants.values() for value in values if value.iri != iri
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a source gives for an entity."""

    iri: str
    about: Value
    measure: Name
    value: str
    unit: str
    as_of: str
    sources: tuple[int, ...]


def year_of(date: str) -> int:
    """Return the year of a date of any precision (``2007``, ``2007-03``, ``2007-03-01``), or 0."""
    head = date[1:].partition("-")[0] if date.startswith("-") else date.partition("-")[0]
    return int(head[:4]) if head[:4].isdigit() else 0


class HistoryReader:
    """Reads the dated nodes of one graph."""

    def __init__(self, reader: ValueReader) -> None:
        self._reader = reader

    def kind(self, node: Subject) -> str:
        """Return the class of a dated node, or an empty text for any other node."""
        for quad in self._reader.store.quads(node, _TYPE, None, DEFAULT_GRAPH):
            if isinstance(quad.object, NamedNode) and quad.object.value in DATED_NODES:
                return quad.object.value
        return ""

    def read(
        self, participations: list[Statement], citations: Citations, limit: int = MAX_ENTRIES
    ) -> tuple[tuple[HistoryEntry, ...], tuple[Figure, ...]]:
        """Return the dated nodes that are the subjects of some statements, earliest first.

        The statements have the described entity as object. At most `limit` nodes are read for each
        class and property, so that one kind does not crowd out another.
        """
        entries: dict[str, HistoryEntry] = {}
        figures: list[Figure] = []
        counts: Counter[tuple[str, str]] = Counter()
        for statement in sorted(participations, key=_by_subject_and_property):
            kind = self.kind(statement.subject)
            if not kind or counts[kind, statement.predicate] >= limit:
                continue
            if kind == FIGURE:
                figures.append(self._figure(statement, citations))
            elif self._has_date(statement.subject):
                entry = self._entry(statement, kind, citations)
                entries.setdefault(statement.subject.value, entry)
            else:
                continue
            counts[kind, statement.predicate] += 1
        return (
            tuple(sorted(entries.values(), key=_by_date)),
            tuple(sorted(figures, key=lambda item: (item.measure.label, item.as_of, item.value))),
        )

    def _has_date(self, node: Subject) -> bool:
        """True if a node has a date; without one it only repeats a plain statement."""
        return any(
            any(self._reader.store.quads(node, predicate, None, DEFAULT_GRAPH))
            for predicate in _DATES
        )

    def heads(self, organization: NamedNode) -> list[Statement]:
        """Return the statements from memberships to the posts that head an organization."""
        statements: list[Statement] = []
        for quad in self._reader.store.quads(None, _HEAD_OF, organization, DEFAULT_GRAPH):
            if isinstance(quad.subject, NamedNode):
                quads = self._reader.store.quads(None, _POST, quad.subject)
                statements += gather(quads, MAX_ENTRIES)[0]
        return statements

    def _facts(self, node: Subject) -> dict[str, list[Statement]]:
        facts: dict[str, list[Statement]] = {}
        quads = self._reader.store.quads(node, None, None, None)
        for statement in gather(quads, MAX_ENTRIES)[0]:
            if not statement.inferred:
                facts.setdefault(statement.predicate, []).append(statement)
        return facts

    def _entry(self, participation: Statement, kind: str, citations: Citations) -> HistoryEntry:
        facts = self._facts(participation.subject)
        participants = {
            name: tuple(
                self._reader.supported(fact.object, fact, citations) for fact in facts.get(name, [])
            )
            for name in DATED_NODES[kind]
        }
        iri = participation.subject.value
        has_iri = isinstance(participation.subject, NamedNode)
        date = _text(facts, IP + "onDate")
        return HistoryEntry(
            iri=iri,
            kind=kind,
            role=participation.predicate,
            participants=participants,
            since=date or _text(facts, IP + "validFrom"),
            until=date or _text(facts, IP + "validThrough"),
            acting=_text(facts, IP + "acting") == "true",
            label=self._reader.labels.name(iri).label if has_iri else "",
            sources=citations.cite(participation),
        )

    def _figure(self, participation: Statement, citations: Citations) -> Figure:
        facts = self._facts(participation.subject)
        measures = [fact.object for fact in facts.get(IP + "measure", [])]
        measure = next((node.value for node in measures if isinstance(node, NamedNode)), "")
        return Figure(
            iri=participation.subject.value,
            about=self._reader.value(participation.object),
            measure=self._reader.labels.name(measure),
            value=_text(facts, IP + "value"),
            unit=self._unit(facts),
            as_of=_text(facts, IP + "asOf"),
            sources=citations.cite(participation),
        )

    def _unit(self, facts: dict[str, list[Statement]]) -> str:
        units = facts.get(IP + "unit", [])
        return self._reader.value(units[0].object).text if units else ""


def _text(facts: dict[str, list[Statement]], name: str) -> str:
    literals = (fact.object for fact in facts.get(name, []) if isinstance(fact.object, Literal))
    return min((literal.value for literal in literals), default="")


def _by_subject_and_property(statement: Statement) -> tuple[str, str]:
    return (statement.subject.value, statement.predicate)


def _by_date(entry: HistoryEntry) -> tuple[int, str, str, str]:
    start = entry.since or entry.until
    return (year_of(start) or 9999, start, entry.kind, entry.iri)
