"""Readings of dates of any precision."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipgraph.entities.periods import dates
from ipgraph.entities.periods.dates import Reading

PRECISE = st.builds(
    lambda day, length: day.isoformat()[:length], st.dates(), st.sampled_from((4, 7, 10))
)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2007", date(2007, 1, 1), date(2007, 12, 31)),
        ("2008-02", date(2008, 2, 1), date(2008, 2, 29)),
        ("2007-03-31", date(2007, 3, 31), date(2007, 3, 31)),
        ("2007-03-31Z", date(2007, 3, 31), date(2007, 3, 31)),
        ("2007-03-31T10:00:00+02:00", date(2007, 3, 31), date(2007, 3, 31)),
        ("2007-00-00T00:00:00Z", date(2007, 1, 1), date(2007, 12, 31)),
        ("199X", date(1990, 1, 1), date(1999, 12, 31)),
        ("2004/2006-02", date(2004, 1, 1), date(2006, 2, 28)),
        ("2004~", date(2004, 1, 1), date(2004, 12, 31)),
    ],
)
def test_a_date_means_its_first_to_its_last_day(text, first, last):
    assert dates.read(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "spring", "2007-13", "2007-02-30", "--03", "0000", "2006/2004", "2007" * 50, "12345"],
)
def test_other_texts_have_no_reading(text):
    assert dates.read(text) is None


def test_years_before_the_first_keep_their_order():
    assert sorted(["0010", "-0044-03-15", "-0043"], key=dates.order_of) == [
        *("-0044-03-15", "-0043", "0010")
    ]


@given(st.lists(PRECISE, min_size=1, max_size=8))
def test_readings_that_contain_each_other_are_one(texts):
    readings = [reading for text in texts if (reading := dates.read(text))]
    found = dates.most_precise(readings)
    assert set(found) <= set(readings)
    assert dates.most_precise([*reversed(readings)]) == found == dates.most_precise(found)
    assert all(any(reading.contains(kept) for kept in found) for reading in readings)
    assert not any(a.contains(b) for a in found for b in found if a != b)


@given(PRECISE, PRECISE)
def test_calendar_dates_differ_unless_one_begins_with_the_other(first, second):
    prefix = first.startswith(second) or second.startswith(first)
    assert dates.differ(first, second) == dates.differ(second, first) == (not prefix)


@given(PRECISE)
def test_a_date_contains_every_more_precise_form(text):
    reading = dates.read(text)
    assert isinstance(reading, Reading)
    day = dates.read(reading.first.isoformat())
    assert day is not None
    assert reading.contains(day)
    assert reading.meets(day)


def test_the_first_and_the_last_day_have_no_neighbor():
    assert dates.day_before(date.min) == date.min
    assert dates.day_after(date.max) == date.max
