"""Dates as users write them, and the days between two changes."""

from __future__ import annotations

from datetime import date

import pytest

from ipgraph.errors import UsageError
from ipgraph.snapshots.dates.calendar import Calendar, Change

CALENDAR = Calendar(
    (date(1998, 5, 22), date(2003, 3, 1), date(2010, 8, 1), date(2010, 9, 15)),
    date(2025, 3, 10),
    (
        Change(date(2010, 8, 1), True, "urn:a", "urn:part", "urn:b"),
        Change(date(2010, 9, 15), False, "urn:c"),
        Change(date(2003, 3, 1), True, "urn:c"),
    ),
)


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        ("2010", date(2010, 7, 1)),
        ("2010-06", date(2010, 6, 15)),
        ("2010-06-15", date(2010, 6, 15)),
        (2010, date(2010, 7, 1)),
        (date(2010, 6, 3), date(2010, 6, 3)),
        ("1998", date(1998, 7, 1)),
        ("1998-05", date(1998, 5, 22)),  # nothing is dated on the 15th
        ("2025", date(2025, 3, 10)),  # the year is not over on the horizon
        ("2025-03", date(2025, 3, 10)),
    ],
)
def test_a_year_or_month_is_its_middle_day_within_what_is_dated(asked, day):
    assert CALENDAR.find(asked).day == day


def test_all_days_between_two_changes_are_one_interval():
    found = {(CALENDAR.find(text).first, CALENDAR.find(text).last) for text in ("2004", "2010-07")}
    assert found == {(date(2003, 3, 1), date(2010, 7, 31))}
    last = CALENDAR.find("2020")
    assert (last.first, last.last) == (date(2010, 9, 15), date(2025, 3, 10))


def test_the_answer_names_the_day_the_interval_and_what_else_changes_in_the_year():
    assert str(CALENDAR.find("2010")) == (
        "As of 2010-07-01: the graph is the same from 2003-03-01 through 2010-07-31. "
        "Other changes in 2010: 2010-08-01 (1), 2010-09-15 (1)."
    )
    assert str(CALENDAR.find("2012")).endswith("Nothing else changes in 2012.")


@pytest.mark.parametrize(
    "asked",
    [
        "x",
        "",
        "201",
        "2010-13",
        "2010-02-30",
        "2010-06-15T00:00",
        "10",
        "\uff12\uff10\uff11\uff10",
        "2010/2011",
    ],
)
def test_what_is_no_date_is_an_error_that_says_what_is_accepted(asked):
    with pytest.raises(UsageError, match="is not a date") as found:
        CALENDAR.find(asked)
    assert "2010, 2010-06 or 2010-06-15, from 1998-05-22 through 2025-03-10" in found.value.hint


@pytest.mark.parametrize(
    ("asked", "what"),
    [("1990", "begins on 1998-05-22"), ("1998-05-21", "begins"), ("2026", "ends on 2025-03-10"),
     ("2025-03-11", "ends")],
)  # fmt: skip
def test_a_day_before_the_first_or_after_the_horizon_is_an_error(asked, what):
    with pytest.raises(UsageError, match=what):
        CALENDAR.find(asked)


def test_a_graph_without_dates_says_so():
    with pytest.raises(UsageError, match="Nothing in this dataset is dated"):
        Calendar().find("2010")


def test_an_unknown_certainty_is_an_error():
    with pytest.raises(UsageError, match="possible, held"):
        CALENDAR.find("2010", "probable")


def test_a_calendar_is_read_as_it_was_written():
    assert Calendar.load(CALENDAR.dump()) == CALENDAR
