from __future__ import annotations

import datetime
from decimal import Decimal

import pyoxigraph as ox
import pytest
import rdflib

from ipgraph.errors import UsageError
from ipgraph.sparql import values

XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = {"ex": "http://example.org/", "xsd": XSD}
UTC = datetime.UTC


def literal(text, name):
    return ox.Literal(text, datatype=ox.NamedNode(XSD + name))


@pytest.mark.parametrize(
    ("value", "term"),
    [
        (True, literal("true", "boolean")),
        (7, literal("7", "integer")),
        (1.5, literal("1.5", "double")),
        (Decimal("1.10"), literal("1.10", "decimal")),
        (Decimal("1E+2"), literal("100", "decimal")),
        (datetime.date(2010, 5, 1), literal("2010-05-01", "date")),
        (datetime.time(7, 30), literal("07:30:00", "time")),
        (
            datetime.datetime(2010, 5, 1, 7, 30, tzinfo=UTC),
            literal("2010-05-01T07:30:00+00:00", "dateTime"),
        ),
        (datetime.timedelta(days=1, seconds=30), literal("P1DT30S", "dayTimeDuration")),
        (datetime.timedelta(seconds=-30), literal("-P0DT30S", "dayTimeDuration")),
        ("a text", ox.Literal("a text")),
        ("2010", ox.Literal("2010")),
        ("true", ox.Literal("true")),
        ("see: nothing", ox.Literal("see: nothing")),
        ("ex:a b", ox.Literal("ex:a b")),
        ("other:a", ox.Literal("other:a")),
        ('"quoted"', ox.Literal('"quoted"')),
        ("ex:a", ox.NamedNode("http://example.org/a")),
        ("ex:", ox.NamedNode("http://example.org/")),
        (r"ex:a\,b", ox.NamedNode("http://example.org/a,b")),
        ("<urn:x>", ox.NamedNode("urn:x")),
        ("https://example.org/ü", ox.NamedNode("https://example.org/ü")),
        ("urn:isbn:1", ox.NamedNode("urn:isbn:1")),
        ("http://not an IRI", ox.Literal("http://not an IRI")),
        (rdflib.URIRef("http://example.org/a"), ox.NamedNode("http://example.org/a")),
        (rdflib.Literal("x", lang="en"), ox.Literal("x", language="en")),
        (rdflib.Literal("01", datatype=rdflib.XSD.string), ox.Literal("01")),
        (rdflib.BNode("b1"), ox.BlankNode("b1")),
        (ox.Literal("x"), ox.Literal("x")),
    ],
)
def test_python_values_become_terms_of_their_type(value, term):
    assert values.to_term(value, PREFIXES) == term


@pytest.mark.parametrize("value", [None, [1], object(), b"x", "<not an IRI>", Decimal("NaN")])
def test_a_value_that_is_no_term_is_refused(value):
    with pytest.raises(UsageError):
        values.to_term(value, PREFIXES)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("2010", literal("2010", "integer")),
        ("-2.50", literal("-2.50", "decimal")),
        ("1e3", literal("1e3", "double")),
        ("true", literal("true", "boolean")),
        ("2010-05-01", literal("2010-05-01", "date")),
        ("2010-05-01T07:30:00Z", literal("2010-05-01T07:30:00Z", "dateTime")),
        ("01234", ox.Literal("01234")),
        ("12 Main Street", ox.Literal("12 Main Street")),
        ('"2010"', ox.Literal("2010")),
        ("'ex:a'", ox.Literal("ex:a")),
        (r'"a \"b\""@en', ox.Literal('a "b"', language="en")),
        ('"1"^^xsd:int', literal("1", "int")),
        ('"1"^^<urn:x>', ox.Literal("1", datatype=ox.NamedNode("urn:x"))),
        ('"a" . ?s ?p ?o', ox.Literal('"a" . ?s ?p ?o')),
        ('"not closed', ox.Literal('"not closed')),
        ("ex:a", ox.NamedNode("http://example.org/a")),
        ("", ox.Literal("")),
    ],
)
def test_a_text_of_the_command_line_is_read_as_in_sparql(text, term):
    assert values.parse(text, PREFIXES) == term


@pytest.mark.parametrize("text", ['"1"^^no:int', "<a b>"])
def test_a_text_that_is_meant_as_a_term_and_is_none_is_refused(text):
    with pytest.raises(UsageError):
        values.parse(text, PREFIXES)


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (ox.NamedNode("urn:x"), "urn:x"),
        (ox.BlankNode("b1"), "_:b1"),
        (ox.Literal("x", language="en"), "x"),
        (literal("7", "integer"), 7),
        (literal("7", "unsignedByte"), 7),
        (literal("1.10", "decimal"), Decimal("1.10")),
        (literal("-INF", "double"), float("-inf")),
        (literal("0", "boolean"), False),
        (literal("2010-05-01", "date"), datetime.date(2010, 5, 1)),
        (
            literal("2010-05-01T07:30:00Z", "dateTime"),
            datetime.datetime(2010, 5, 1, 7, 30, tzinfo=UTC),
        ),
        (literal("07:30:00", "time"), datetime.time(7, 30)),
        (literal("2007", "gYear"), 2007),
        (literal("2007-05", "gYearMonth"), "2007-05"),
        (literal("P1DT1H30S", "dayTimeDuration"), datetime.timedelta(days=1, seconds=3630)),
        (literal("0aff", "hexBinary"), b"\x0a\xff"),
        (literal("QQ==", "base64Binary"), b"A"),
        (literal("x", "integer"), "x"),
        (literal("12345-01-01", "date"), "12345-01-01"),
        (literal("9" * 5000, "integer"), "9" * 5000),
        (literal("P99999999999D", "dayTimeDuration"), "P99999999999D"),
        (ox.Literal("x", datatype=ox.NamedNode("urn:x")), "x"),
        (None, None),
    ],
)
def test_terms_become_python_values_or_stay_text(term, value):
    found = values.to_python(term)
    assert found == value
    assert type(found) is type(value)


def test_a_triple_term_is_a_tuple_of_values():
    term = ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(3))
    assert values.to_python(term) == ("urn:s", "urn:p", 3)
