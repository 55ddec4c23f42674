"""Readings of dates of any precision: the days that a date as a source writes it may mean.

A year means all of its days, a month all of its, and so on. One reading contains another if the
other is as precise or more and lies within it: 2007 contains 2007-03. Readings of one fact that
contain each other are one, the most precise.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

DAY = timedelta(days=1)
_MAX_LENGTH = 64  # of a text that may be a date
_ZONE = r"(?:Z|[+-]\d\d:\d\d)?"
# XML Schema's types, the time of day ignored; 00 for an unknown month or day (Wikibase); X for
# unknown digits and ~ ? % for doubt (ISO 8601-2).
_DATE = re.compile(
    rf"""\+?(?P<year>-?(?:\d{{4,9}}|\d{{3}}X|\d\dXX|\dXXX))
    (?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?
    (?:T[\d:.]{{1,24}})?{_ZONE}[~?%]?""",
    re.VERBOSE | re.ASCII,
)
_YEAR = re.compile(r"\+?(-?\d{4,9})(?![\d])", re.ASCII)


class Reading(NamedTuple):
    """The first and the last day that a date may mean, both inclusive."""

    first: date
    last: date

    def contains(self, other: Reading) -> bool:
        """True if the other reading is the same, or more precise and within this one."""
        return self.first <= other.first and other.last <= self.last

    def meets(self, other: Reading) -> bool:
        """True if the two have a day in common."""
        return self.first <= other.last and other.first <= self.last


def read(text: str) -> Reading | None:
    """Return the reading of a date, or of two joined by a slash; None for any other text.

    Years before 1 and after 9999 have no reading: Python has no days for them.
    """
    if len(text) > _MAX_LENGTH:
        return None
    first, slash, last = text.strip().partition("/")
    begin = _read(first)
    end = _read(last) if slash else begin
    if begin is None or end is None or end.last < begin.first:
        return None
    return Reading(begin.first, end.last)


def _read(text: str) -> Reading | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match["year"], int(match["month"] or 0), int(match["day"] or 0)
    low, high = int(year.replace("X", "0")), int(year.replace("X", "9"))
    try:
        if not month:
            return None if day else Reading(date(low, 1, 1), date(high, 12, 31))
        if low != high:
            return None
        if day:
            return Reading(date(low, month, day), date(low, month, day))
        last = calendar.monthrange(low, month)[1]
        return Reading(date(low, month, 1), date(low, month, last))
    except ValueError:  # such as 30 February, or a year that Python does not have
        return None


def year_of(text: str) -> int | None:
    """Return the year of a date of any precision, before year 1 too; None for any other text."""
    match = _YEAR.match(text)
    return int(match[1]) if match else None


def order_of(text: str) -> tuple[int, str]:
    """Return the key that puts dates of any precision in order, other texts last."""
    year = year_of(text)
    return (10**9 if year is None else year, text)


def most_precise(readings: Iterable[Reading]) -> list[Reading]:
    """Return the readings that contain no other, earliest first: several mean a disagreement."""
    found = sorted(set(readings))
    return [
        reading
        for reading in found
        if not any(other != reading and reading.contains(other) for other in found)
    ]


def differ(first: str, second: str) -> bool:
    """True if two dates cannot mean the same: neither contains the other."""
    one, two = read(first), read(second)
    if one is None or two is None:
        return first != second
    return not (one.contains(two) or two.contains(one))


def day_before(day: date) -> date:
    """Return the day before a day, the first day for the first day of all."""
    return day - DAY if day > date.min else day


def day_after(day: date) -> date:
    """Return the day after a day, the last day for the last day of all."""
    return day + DAY if day < date.max else day
