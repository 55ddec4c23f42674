"""Dates in words in both languages, points as places on a map, addresses of images."""

from __future__ import annotations

import pytest

from ipgraph.namespaces import XSD
from ipgraph.server.html import translations
from ipgraph.server.html.literals import date_in_words, is_image, place

WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"


@pytest.mark.parametrize(
    ("text", "datatype", "english", "spanish"),
    [
        ("2007-03-31", "date", "March 31, 2007", "31 de marzo de 2007"),
        ("2007-03-31Z", "date", "March 31, 2007", "31 de marzo de 2007"),
        ("2007-03", "gYearMonth", "March 2007", "marzo de 2007"),
        ("0987", "gYear", "987", "987"),
        ("-0044-03-15", "date", "March 15, 44 BCE", "15 de marzo de 44 a. C."),
        ("2011-04-01T09:30:00Z", "dateTime", "April 1, 2011, 09:30 UTC", None),
        ("2011-04-01T09:30:00+02:00", "dateTime", "April 1, 2011, 09:30 +02:00", None),
        ("2011-04-01T00:00:00Z", "dateTime", "April 1, 2011", "1 de abril de 2011"),
        ("2007-13-01", "date", "", ""),
        ("2007-00-00", "date", "", ""),
        ("2007-03-31", "string", "", ""),
        ("soon", "date", "", ""),
    ],
)
def test_a_date_is_in_words(text, datatype, english, spanish):
    assert date_in_words(text, XSD + datatype, translations.load("en")) == english
    if spanish is not None:
        assert date_in_words(text, XSD + datatype, translations.load("es")) == spanish


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Point(-71.06 42.36)", ("42.36", "-71.06")),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT (2 48)", ("48", "2")),
        ("<http://www.wikidata.org/entity/Q405> Point(2 48)", ("", "")),
        ("Point(2 98)", ("", "")),
        ("Point(2 48 1)", ("", "")),
        ("Polygon((1 2, 3 4, 1 2))", ("", "")),
        ("Point(1e400 2)", ("", "")),
    ],
)
def test_a_point_on_earth_is_a_place(text, found):
    assert place(text, WKT) == found
    assert place(text, XSD + "string") == ("", "")


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("http://example.org/a.JPG", True),
        ("https://commons.wikimedia.org/wiki/Special:FilePath/Auk", True),
        ("http://example.org/a.jpg/about", False),
        ("http://example.org/about?file=a.jpg", False),
        ("urn:a.png", False),
        ("javascript:a.png", False),
        ("http://[x/a.png", False),
    ],
)
def test_an_image_is_known_by_its_address(iri, expected):
    assert is_image(iri) is expected
