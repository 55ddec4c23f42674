"""Periods as data: of one dated node, and of all nodes of a graph."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ipgraph.periods.dates import day_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from ipgraph.store import Subject, Term

STATED, ESTIMATED, ATTESTED, OPEN = "stated", "estimated", "attested", "open"
Certainty = Literal["possible", "held"]
Status = Literal["held", "possible", "not yet", "ended", ""]
# What the faults of a node are called. The first two are disagreements of sources.
START_DIFFERS, END_DIFFERS = "sources disagree on the start", "sources disagree on the end"
SEEN_OUTSIDE = "seen outside its stated period"
CONTRADICTS_EDITORS = "seen outside the period that the editors give"
ENDS_BEFORE_IT_BEGINS = "ends before it begins"


@dataclass(frozen=True, slots=True)
class Life:
    """The first and the last day on which a thing is known to exist; None if not known."""

    first: date | None = None
    last: date | None = None

    def includes(self, day: date) -> bool:
        """False if the thing is known not to exist on a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Period:
    """When a dated node held, and when it may have held. All days are inclusive.

    `subject`, `predicate` and `object` are the plain statement that the node stands for, None for
    an event or a figure. `from_basis` and `through_basis` say why the held period begins and ends
    as it does: `STATED`, `ESTIMATED`, `ATTESTED` or `OPEN`, empty without a held period. The
    possible period includes the held one. `documents` are the graphs that state the node with both
    ends of its statement, `parties` all things at its ties.
    """

    node: Subject
    kind: str  # a class of `Model.nodes`
    subject: Term | None = None
    predicate: Term | None = None
    object: Term | None = None
    held_from: date | None = None
    held_through: date | None = None
    possible_from: date | None = None
    possible_through: date | None = None
    from_basis: str = ""
    through_basis: str = ""
    documents: frozenset[str] = frozenset()
    parties: tuple[Term, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def statement(self) -> tuple[Term, Term, Term] | None:
        """The plain statement that the node stands for."""
        if self.subject is None or self.predicate is None or self.object is None:
            return None
        return self.subject, self.predicate, self.object

    @property
    def is_dated(self) -> bool:
        """True if the node has any period."""
        return self.held_from is not None or self.possible_from is not None

    def status(self, day: date) -> Status:
        """Return what the node is on a day; empty for a node without a period."""
        if self.held_from and self.held_through and self.held_from <= day <= self.held_through:
            return "held"
        first, last = self.possible_from, self.possible_through
        if first and last and first <= day <= last:
            return "possible"
        begins = first or self.held_from
        if begins is None:
            return ""
        return "not yet" if day < begins else "ended"


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of all dated nodes of a graph, in the order of the nodes.

    `lives` are those of the things that are known to begin or end. `horizon` is the last day that
    the graph knows of, None for a graph without a date.
    """

    nodes: Mapping[Subject, Period] = field(default_factory=dict)
    lives: Mapping[Term, Life] = field(default_factory=dict)
    horizon: date | None = None

    def __iter__(self) -> Iterator[Period]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.nodes)

    def of(self, node: Subject) -> Period | None:
        """Return the period of a dated node; None for any other node."""
        return self.nodes.get(node)

    def holding(self, day: date, certainty: Certainty = "possible") -> list[Period]:
        """Return the nodes that hold on a day; with ``held``, only where evidence covers it."""
        wanted = ("held",) if certainty == "held" else ("held", "possible")
        return [period for period in self if period.status(day) in wanted]

    def changes(self) -> list[date]:
        """Return the days on which something begins, or has just ended, earliest first.

        On all days from one to the day before the next, the same nodes hold.
        """
        spans = [
            *((period.held_from, period.held_through) for period in self),
            *((period.possible_from, period.possible_through) for period in self),
            *((life.first, life.last) for life in self.lives.values()),
        ]
        edges = {day for first, last in spans for day in (first, last and day_after(last)) if day}
        return sorted(edges)

    def exists(self, thing: Term, day: date) -> bool:
        """False if a thing is known not to exist on a day."""
        life = self.lives.get(thing)
        return life is None or life.includes(day)

    def by_statement(self) -> dict[tuple[Term, Term, Term], list[Period]]:
        """Return the periods of the nodes that stand for each plain statement."""
        found: dict[tuple[Term, Term, Term], list[Period]] = defaultdict(list)
        for period in self:
            if (statement := period.statement) is not None:
                found[statement].append(period)
        return dict(found)
