"""The calendar of a snapshot: the days on which something changes, and dates as users write them.

It is written when the snapshot is built, so that a date is found without computing periods.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode

from ipgraph.entities.periods.dates import Reading, day_after, day_before, read
from ipgraph.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.entities.periods.model import Certainty, Periods
    from ipgraph.store import Term

NAME = "calendar.json"
CERTAINTIES = ("possible", "held")
_WRITTEN = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", re.ASCII)
_MAX_SHOWN = 40  # characters of a text that is not a date, in an error
_EXAMPLES = "2010, 2010-06 or 2010-06-15"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that begins, or has ended, on a day: a statement, or an entity (no `predicate`)."""

    day: date
    begins: bool
    subject: str
    predicate: str = ""
    object: str = ""


@dataclass(frozen=True, slots=True)
class AsOf:
    """A date as it was asked for, and what it stands for.

    The graph is the same on all days from `first` through `last`. `changes` are those of the year
    of `day`, earliest first; `certainty` is one of `CERTAINTIES`.
    """

    asked: str
    day: date
    first: date
    last: date
    certainty: Certainty = "possible"
    changes: tuple[Change, ...] = field(default=(), repr=False)

    @property
    def key(self) -> str:
        """The name of the derived snapshot after that of its snapshot."""
        return f"{self.first}{'-held' if self.certainty == 'held' else ''}"

    @property
    def other_days(self) -> dict[date, int]:
        """The other days of the year on which something changes, and how many changes."""
        found: dict[date, int] = {}
        for change in self.changes:
            if change.day != self.first:
                found[change.day] = found.get(change.day, 0) + 1
        return found

    def __str__(self) -> str:
        """Return a sentence that names the day and its interval, and one about the year."""
        text = f"As of {self.day}: the graph is the same from {self.first} through {self.last}."
        days = self.other_days
        if not days:
            return f"{text} Nothing else changes in {self.day.year}."
        listed = ", ".join(f"{day} ({count})" for day, count in days.items())
        return f"{text} Other changes in {self.day.year}: {listed}."


@dataclass(frozen=True, slots=True)
class Calendar:
    """The first days of the intervals of a snapshot, earliest first, its horizon, its changes."""

    days: tuple[date, ...] = ()
    horizon: date | None = None
    changes: tuple[Change, ...] = ()

    @classmethod
    def of(cls, periods: Periods) -> Calendar:
        """Return the calendar of the periods of a graph."""
        horizon = periods.horizon
        if horizon is None:
            return cls()
        days = tuple(day for day in periods.changes() if day <= horizon)
        changes = sorted(_changes(periods, horizon), key=_order)
        return cls(days, horizon, tuple(changes))

    def dump(self) -> bytes:
        """Return the content of the file `NAME`."""
        content = {
            "horizon": self.horizon and self.horizon.isoformat(),
            "days": [day.isoformat() for day in self.days],
            "changes": [
                [change.day.isoformat(), change.begins, *_terms(change)] for change in self.changes
            ],
        }
        return json.dumps(content, ensure_ascii=False).encode()

    @classmethod
    def load(cls, content: bytes) -> Calendar:
        """Return the calendar of a file."""
        found: dict[str, Any] = json.loads(content)
        return cls(
            tuple(map(date.fromisoformat, found["days"])),
            date.fromisoformat(found["horizon"]) if found["horizon"] else None,
            tuple(
                Change(date.fromisoformat(day), begins, *terms)
                for day, begins, *terms in found["changes"]
            ),
        )

    def find(self, asked: str | int | date, certainty: str = "possible") -> AsOf:
        """Return what a date stands for: a year, a month or a day.

        A year or month is its middle day, or the horizon if it is not over then. Raises
        `UsageError` for anything else, for a day before the first change and after the horizon,
        and if nothing is dated.
        """
        if certainty not in CERTAINTIES:
            raise UsageError(
                f"certainty is {certainty!r}; it must be one of {', '.join(CERTAINTIES)}."
            )
        if self.horizon is None or not self.days:
            raise UsageError(
                "Nothing in this dataset is dated.",
                hint="The dataset file says which nodes and properties have dates.",
            )
        text = str(asked)
        day = self._day(text)
        place = bisect_right(self.days, day)
        following = self.days[place] if place < len(self.days) else None
        last = min(day_before(following), self.horizon) if following else self.horizon
        return AsOf(
            text,
            day,
            self.days[place - 1],
            last,
            "held" if certainty == "held" else "possible",
            tuple(change for change in self.changes if change.day.year == day.year),
        )

    def _day(self, text: str) -> date:
        assert self.horizon is not None  # noqa: S101  `find` has checked it
        first, last = self.days[0], self.horizon
        accepted = (
            f"Write a year, a month or a day, such as {_EXAMPLES}, from {first} through {last}."
        )
        reading = read(text) if _WRITTEN.fullmatch(text) else None
        if reading is None:
            raise UsageError(f"{text[:_MAX_SHOWN]!r} is not a date.", hint=accepted)
        if reading.last < first or last < reading.first:
            when = "begins" if reading.last < first else "ends"
            bound = first if reading.last < first else last
            raise UsageError(
                f"{text} is out of range: what is dated in this dataset {when} on {bound}.",
                hint=accepted,
            )
        return min(max(_middle(reading), first), last)


def _middle(reading: Reading) -> date:
    """Return the day that a reading stands for: 1 July of a year, the 15th of a month."""
    days = (reading.last - reading.first).days
    if not days:
        return reading.first
    return reading.first.replace(month=7) if days > 31 else reading.first.replace(day=15)


def _order(change: Change) -> tuple[Any, ...]:
    return (change.day, change.begins, change.predicate, change.subject, change.object)


def _terms(change: Change) -> tuple[str, ...]:
    terms = (change.subject, change.predicate, change.object)
    return terms if change.predicate else terms[:1]


def _changes(periods: Periods, horizon: date) -> Iterator[Change]:
    """Yield the days on which statements and entities begin, or have ended."""
    for statement, nodes in periods.by_statement().items():
        terms = _iris(statement)
        if terms is None:
            continue
        for first, last in _merged(
            (
                period.possible_from or period.held_from,
                period.possible_through or period.held_through,
            )
            for period in nodes
        ):
            yield Change(first, True, *terms)
            if last < horizon:
                yield Change(day_after(last), False, *terms)
    for thing, life in periods.lives.items():
        if isinstance(thing, NamedNode):
            if life.first and life.first <= horizon:
                yield Change(life.first, True, thing.value)
            if life.last and life.last < horizon:
                yield Change(day_after(life.last), False, thing.value)


def _iris(terms: Iterable[Term]) -> tuple[str, ...] | None:
    """Return the IRIs of terms, or None if one has none."""
    found = tuple(term.value for term in terms if isinstance(term, NamedNode))
    return found if len(found) == 3 else None


def _merged(spans: Iterable[tuple[date | None, date | None]]) -> list[tuple[date, date]]:
    """Return the spans that have both ends, joined where they meet, earliest first."""
    found: list[tuple[date, date]] = []
    for first, last in sorted((a, b) for a, b in spans if a and b):
        if found and first <= day_after(found[-1][1]):
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found
