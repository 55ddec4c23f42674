"""Dated nodes: relations with their period, changes, and figures with their date.

The plain graph shows one present; these nodes carry everything that started or ended: a unit in an
organization, a person in a post, a responsibility, a change of organization. The model of the
graph knows their classes (`ipgraph.entities.model`). A date may be a day,
a month or a year; order is decided by year, then by the text of the date.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.labels import DEFAULT_GRAPH, Name
from ipgraph.entities.statements import Statement, Value, gather
from ipgraph.namespaces import RDF, XSD

if TYPE_CHECKING:
    from ipgraph.entities.model import Model
    from ipgraph.entities.statements import Citations
    from ipgraph.entities.values import ValueReader
    from ipgraph.store import Subject, Term

MAX_ENTRIES = 200

_TYPE = NamedNode(RDF + "type")
_BOOLEAN = XSD + "boolean"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A dated node in the history of an entity; dates as the source gives them, else empty."""

    iri: str
    kind: str  # one of the classes of `Model.nodes`
    role: str  # the property by which the described entity takes part
    participants: dict[str, tuple[Value, ...]]  # by property
    since: str
    until: str
    marks: tuple[Name, ...]  # the properties that are true of the node
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

    def __init__(self, reader: ValueReader, model: Model) -> None:
        self._reader = reader
        self._model = model

    def kind(self, node: Subject) -> str:
        """Return the class of a dated node, or an empty text for any other node."""
        for quad in self._reader.store.quads(node, _TYPE, None, DEFAULT_GRAPH):
            if isinstance(quad.object, NamedNode) and quad.object.value in self._model.nodes:
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
            facts = self._facts(statement.subject)
            if self._values(facts, "value"):
                figures.append(self._figure(statement, kind, facts, citations))
            elif entry := self._entry(statement, kind, facts, citations):
                entries.setdefault(statement.subject.value, entry)
            else:
                continue
            counts[kind, statement.predicate] += 1
        return (
            tuple(sorted(entries.values(), key=_by_date)),
            tuple(sorted(figures, key=lambda item: (item.measure.label, item.as_of, item.value))),
        )

    def behind_facts(self, node: NamedNode) -> list[Statement]:
        """Return the statements that tie dated nodes to things between a node and its facts.

        So the history of an organization has the holders of the post that heads it.
        """
        statements: list[Statement] = []
        for history in self._model.fact_histories:
            for thing in self._model.follow(node, history.steps):
                if isinstance(thing, NamedNode):
                    quads = self._reader.store.quads(None, NamedNode(history.tie), thing)
                    statements += gather(quads, MAX_ENTRIES)[0]
        return statements

    def _facts(self, node: Subject) -> dict[str, list[Statement]]:
        facts: dict[str, list[Statement]] = {}
        quads = self._reader.store.quads(node, None, None, None)
        for statement in gather(quads, MAX_ENTRIES)[0]:
            if not statement.inferred:
                facts.setdefault(statement.predicate, []).append(statement)
        return facts

    def _entry(
        self,
        participation: Statement,
        kind: str,
        facts: dict[str, list[Statement]],
        citations: Citations,
    ) -> HistoryEntry | None:
        """Return a node with a date; without one it only repeats a plain statement."""
        on = self._text(facts, "on")
        since, until = on or self._text(facts, "begin"), on or self._text(facts, "end")
        marks = tuple(
            self._reader.labels.name(name)
            for name, statements in sorted(facts.items())
            if any(_is_true(fact.object) for fact in statements)
        )
        has_marks = any(_is_boolean(f.object) for found in facts.values() for f in found)
        if not (since or until or has_marks):
            return None
        participants = {
            name: tuple(
                self._reader.supported(fact.object, fact, citations) for fact in facts.get(name, [])
            )
            for name in self._model.nodes[kind].ties
        }
        iri = participation.subject.value
        has_iri = isinstance(participation.subject, NamedNode)
        return HistoryEntry(
            iri=iri,
            kind=kind,
            role=participation.predicate,
            participants=participants,
            since=since,
            until=until,
            marks=marks,
            label=self._reader.labels.name(iri).label if has_iri else "",
            sources=citations.cite(participation),
        )

    def _figure(
        self,
        participation: Statement,
        kind: str,
        facts: dict[str, list[Statement]],
        citations: Citations,
    ) -> Figure:
        """Return a figure: of its ties, the first is what it is about, the second its measure."""
        ties = self._model.nodes[kind].ties
        measures = [fact.object for tie in ties[1:2] for fact in facts.get(tie, [])]
        measure = next((node.value for node in measures if isinstance(node, NamedNode)), "")
        units = self._values(facts, "unit")
        return Figure(
            iri=participation.subject.value,
            about=self._reader.value(participation.object),
            measure=self._reader.labels.name(measure),
            value=self._text(facts, "value"),
            unit=self._reader.value(units[0]).text if units else "",
            as_of=self._text(facts, "seen") or self._text(facts, "on"),
            sources=citations.cite(participation),
        )

    def _values(self, facts: dict[str, list[Statement]], role: str) -> list[Term]:
        """Return the values of the first property of a role that a node has."""
        for name in self._model.role(role):
            if name in facts:
                return [fact.object for fact in facts[name]]
        return []

    def _text(self, facts: dict[str, list[Statement]], role: str) -> str:
        values = self._values(facts, role)
        return min((value.value for value in values if isinstance(value, Literal)), default="")


def _is_true(term: Term) -> bool:
    return isinstance(term, Literal) and _is_boolean(term) and term.value == "true"


def _is_boolean(term: Term) -> bool:
    return isinstance(term, Literal) and term.datatype.value == _BOOLEAN


def _by_subject_and_property(statement: Statement) -> tuple[str, str]:
    return (statement.subject.value, statement.predicate)


def _by_date(entry: HistoryEntry) -> tuple[int, str, str, str]:
    start = entry.since or entry.until
    return (year_of(start) or 9999, start, entry.kind, entry.iri)
