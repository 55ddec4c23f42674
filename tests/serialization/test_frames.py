"""Columns of terms as tables of other libraries; each is tested where it is installed."""

from __future__ import annotations

import datetime
import sys
from decimal import Decimal

import pyoxigraph as ox
import pytest

from ipgraph.errors import UsageError
from ipgraph.serialization import frames
from ipgraph.serialization.query_result import Result

XSD = "http://www.w3.org/2001/XMLSchema#"
QUERY = f"""PREFIX xsd: <{XSD}> SELECT * {{ VALUES (?name ?count ?size ?day ?at ?ok ?mixed ?none) {{
  ("a"@en 1 1.5e0 "2010-05-01"^^xsd:date "2010-05-01T00:00:00Z"^^xsd:dateTime true 1 UNDEF)
  ("b" UNDEF 2 "1803-01-01"^^xsd:date "2010-05-01T02:00:00+02:00"^^xsd:dateTime UNDEF "x" UNDEF)
  (<urn:c> 3 UNDEF UNDEF UNDEF false <urn:x> UNDEF)
}} }}"""
COLUMNS = ["name", "count", "size", "day", "at", "ok", "mixed", "none"]
DAYS = [datetime.date(2010, 5, 1), datetime.date(1803, 1, 1), None]
MIDNIGHT = datetime.datetime(2010, 5, 1, tzinfo=datetime.UTC)
VALUES = {
    "name": ["a", "b", "urn:c"],
    "count": [1, None, 3],
    "size": [1.5, 2.0, None],
    "day": DAYS,
    "at": [MIDNIGHT, MIDNIGHT, None],
    "ok": [True, None, False],
    "mixed": ["1", "x", "urn:x"],
    "none": [None, None, None],
}


def table():
    return Result(ox.Store().query(QUERY))


def literal(text, name):
    return ox.Literal(text, datatype=ox.NamedNode(XSD + name))


def test_polars_gets_typed_columns():
    polars = pytest.importorskip("polars", reason="polars is not installed")
    frame = table().to_polars()
    assert sorted(frame.columns) == sorted(COLUMNS)
    assert {name: frame[name].to_list() for name in COLUMNS} == VALUES
    assert frame["count"].dtype == polars.Int64
    assert frame["day"].dtype == polars.Date


def test_arrow_gets_typed_columns():
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    found = table().to_arrow()
    assert {name: found.column(name).to_pylist() for name in COLUMNS} == VALUES
    assert found.schema.field("count").type == arrow.int64()


def test_pandas_gets_typed_columns_with_missing_values():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = table().to_pandas()
    assert sorted(frame.columns) == sorted(COLUMNS)
    found = {
        name: [None if pandas.isna(value) else value for value in frame[name]] for name in COLUMNS
    }
    assert found == VALUES
    assert str(frame["count"].dtype) == "Int64"
    assert str(frame["at"].dtype).endswith("UTC]")


@pytest.mark.parametrize("name", ["pandas", "polars", "pyarrow"])
def test_an_empty_result_and_triples_have_their_columns(name):
    pytest.importorskip(name, reason=f"{name} is not installed")
    method = {"pandas": "to_pandas", "polars": "to_polars", "pyarrow": "to_arrow"}[name]
    empty = Result(ox.Store().query("SELECT ?a ?b { ?a ?x ?b }"))
    frame = getattr(empty, method)()
    assert (frame.shape[0], frame.shape[1]) == (0, 2)
    triples = Result(ox.Store().query("CONSTRUCT { <urn:s> <urn:p> 1 } {}"))
    assert getattr(triples, method)().shape == (1, 3)


@pytest.mark.parametrize(
    ("method", "package", "extra"),
    [
        ("to_pandas", "pandas", "pandas"),
        ("to_polars", "polars", "polars"),
        ("to_arrow", "pyarrow", "arrow"),
    ],
)
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    monkeypatch, method, package, extra
):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=f"package {package}") as caught:
        getattr(table(), method)()
    assert f'pip install "ipgraph[{extra}]"' in caught.value.hint


@pytest.mark.parametrize(
    ("terms", "values", "kind"),
    [
        ([literal("1", "integer"), literal("2.5", "decimal")], [1.0, 2.5], float),
        ([literal("2.5", "decimal"), None], [Decimal("2.5"), None], Decimal),
        ([literal("1" * 20, "integer")], ["1" * 20], str),
        ([literal("1." + "1" * 40, "decimal")], ["1." + "1" * 40], str),
        ([literal("true", "boolean"), literal("1", "integer")], ["true", "1"], str),
        ([literal("2010-01-01", "date"), literal("2010", "gYear")], ["2010-01-01", "2010"], str),
        (
            [
                literal("2010-01-01T00:00:00", "dateTime"),
                literal("2010-01-01T00:00:00Z", "dateTime"),
            ],
            ["2010-01-01T00:00:00", "2010-01-01T00:00:00Z"],
            str,
        ),
        ([ox.NamedNode("urn:x"), ox.BlankNode("b")], ["urn:x", "_:b"], str),
        (
            [ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("o"))],
            ['<<( <urn:s> <urn:p> "o" )>>'],
            str,
        ),
        ([None], [None], str),
        ([], [], str),
    ],
)
def test_a_column_has_one_type_or_is_text(terms, values, kind):
    assert frames.typed(terms) == (values, kind)
