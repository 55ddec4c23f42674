"""Which literals are values of which datatype."""

from __future__ import annotations

import pytest

from ipgraph.namespaces import XSD
from ipgraph.reasoning import datatypes


@pytest.mark.parametrize(
    ("text", "datatype", "expected"),
    [
        ("2001-02-28", "date", True),
        ("2001-02-29", "date", False),
        ("2000-02-29Z", "date", True),
        ("1900-02-29", "date", False),
        ("-0004-02-29", "date", True),
        (f"{'1' * 5000}2-02-29", "date", True),
        ("2001-13-01", "date", False),
        ("2001-04-31T00:00:00", "dateTime", False),
        ("2001-04-30T24:00:00Z", "dateTime", True),
        ("2001-04-30T25:00:00Z", "dateTime", False),
        ("2001-04-30T10:00:00+15:00", "dateTime", False),
        ("10:60:00", "time", False),
        ("2001-12", "gYearMonth", True),
        ("2001-00", "gYearMonth", False),
    ],
)
def test_a_date_has_a_day_of_the_calendar(text: str, datatype: str, expected: bool) -> None:
    literal = f'"{text}"^^<{XSD}{datatype}>'
    assert datatypes.is_value_of(literal, f"<{XSD}{datatype}>") is expected
