"""What held for a time: placements, assignments, memberships, changes; and figures with their date.

The plain graph has one present; these nodes carry everything that began or ended: a unit under an
organization, a person in a post, a charge, a change of organization. A date may be a day, a month
or a year; order is decided by year, then by the text of the date.
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
    from ipgraph.entities.statements import Citations, Reader
    from ipgraph.store import Subject

PLACEMENT = IP + "Placement"
ASSIGNMENT = IP + "Assignment"
MEMBERSHIP = ORG + "Membership"
CHANGE = ORG + "ChangeEvent"
FIGURE = IP + "Figure"
# Each class of dated node and the properties that tie it to those who take part, in reading order.
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
TIES = frozenset(tie for ties in DATED_NODES.values() for tie in ties)
MAX_EPISODES = 200

_DATES = tuple(NamedNode(IP + each) for each in ("validFrom", "validThrough", "onDate", "acting"))
_TYPE = NamedNode(RDF + "type")
_HEAD_OF = NamedNode(IP + "headOf")
_POST = NamedNode(IP + "post")


@dataclass(frozen=True, slots=True)
class Episode:
    """A dated node as it concerns one thing; dates as the source gives them, else empty."""

    iri: str
    kind: str  # one of the classes of `DATED_NODES`
    tie: str  # the property by which the thing of the view takes part
    parts: dict[str, tuple[Value, ...]]  # property → those who take part
    since: str
    until: str
    acting: bool
    label: str
    sources: tuple[int, ...]

    def held_in(self, year: int) -> bool:
        """Say whether it held at some time of a year; an unknown end is open."""
        begins = self.since or self.until
        after_begin = not self.since or year_of(begins) <= year
        return after_begin and (not self.until or year <= year_of(self.until))

    @staticmethod
    def year(date: str) -> int:
        """Return the year of one of its dates, or 0."""
        return year_of(date)

    def others(self, iri: str) -> tuple[Value, ...]:
        """Return those who take part besides a thing."""
        return tuple(each for part in self.parts.values() for each in part if each.iri != iri)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a source gives for a thing."""

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


class Episodes:
    """Reads the dated nodes of one graph."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def kind(self, node: Subject) -> str:
        """Return the class of a dated node, or an empty text for anything else."""
        for quad in self._reader.store.quads(node, _TYPE, None, DEFAULT_GRAPH):
            if isinstance(quad.object, NamedNode) and quad.object.value in DATED_NODES:
                return quad.object.value
        return ""

    def told(
        self, ties: list[Statement], citations: Citations, limit: int = MAX_EPISODES
    ) -> tuple[tuple[Episode, ...], tuple[Figure, ...]]:
        """Tell the dated nodes that some statements tie to their common object, earliest first.

        At most `limit` of each way of taking part are told, so that no kind crowds out another.
        """
        episodes: dict[str, Episode] = {}
        figures: list[Figure] = []
        told: Counter[tuple[str, str]] = Counter()
        for tie in sorted(ties, key=lambda each: (each.subject.value, each.predicate)):
            kind = self.kind(tie.subject)
            if not kind or told[kind, tie.predicate] >= limit:
                continue
            if kind == FIGURE:
                figures.append(self._figure(tie, citations))
            elif self._is_dated(tie.subject):
                episodes.setdefault(tie.subject.value, self._episode(tie, kind, citations))
            else:
                continue
            told[kind, tie.predicate] += 1
        return (
            tuple(sorted(episodes.values(), key=_order)),
            tuple(sorted(figures, key=lambda each: (each.measure.label, each.as_of, each.value))),
        )

    def _is_dated(self, node: Subject) -> bool:
        """Say whether a node has a date; without one it only repeats a plain statement."""
        return any(
            any(self._reader.store.quads(node, each, None, DEFAULT_GRAPH)) for each in _DATES
        )

    def heads(self, organization: NamedNode) -> list[Statement]:
        """Return the ties of memberships to the posts that head an organization."""
        ties: list[Statement] = []
        for quad in self._reader.store.quads(None, _HEAD_OF, organization, DEFAULT_GRAPH):
            if not isinstance(quad.subject, NamedNode):
                continue
            held = self._reader.store.quads(None, _POST, quad.subject)
            ties += gather(held, MAX_EPISODES)[0]
        return ties

    def _facts(self, node: Subject) -> dict[str, list[Statement]]:
        facts: dict[str, list[Statement]] = {}
        for each in gather(self._reader.store.quads(node, None, None, None), MAX_EPISODES)[0]:
            if not each.inferred:
                facts.setdefault(each.predicate, []).append(each)
        return facts

    def _episode(self, tie: Statement, kind: str, citations: Citations) -> Episode:
        facts = self._facts(tie.subject)
        parts = {
            name: tuple(
                self._reader.supported(each.object, each, citations) for each in facts.get(name, [])
            )
            for name in DATED_NODES[kind]
        }
        iri = tie.subject.value
        named = isinstance(tie.subject, NamedNode)
        on = _text(facts, IP + "onDate")
        return Episode(
            iri=iri,
            kind=kind,
            tie=tie.predicate,
            parts=parts,
            since=on or _text(facts, IP + "validFrom"),
            until=on or _text(facts, IP + "validThrough"),
            acting=_text(facts, IP + "acting") == "true",
            label=self._reader.labels.name(iri).label if named else "",
            sources=citations.cite(tie),
        )

    def _figure(self, tie: Statement, citations: Citations) -> Figure:
        facts = self._facts(tie.subject)
        measures = [each.object for each in facts.get(IP + "measure", [])]
        measure = next((each.value for each in measures if isinstance(each, NamedNode)), "")
        return Figure(
            iri=tie.subject.value,
            about=self._reader.value(tie.object),
            measure=self._reader.labels.name(measure),
            value=_text(facts, IP + "value"),
            unit=self._unit(facts),
            as_of=_text(facts, IP + "asOf"),
            sources=citations.cite(tie),
        )

    def _unit(self, facts: dict[str, list[Statement]]) -> str:
        units = facts.get(IP + "unit", [])
        return self._reader.value(units[0].object).text if units else ""


def _text(facts: dict[str, list[Statement]], name: str) -> str:
    values = [each.object.value for each in facts.get(name, []) if isinstance(each.object, Literal)]
    return min(values, default="")


def _order(episode: Episode) -> tuple[int, str, str, str]:
    begins = episode.since or episode.until
    return (year_of(begins) or 9999, begins, episode.kind, episode.iri)
