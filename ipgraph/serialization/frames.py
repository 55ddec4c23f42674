"""Columns of RDF terms as tables of pandas, polars and Arrow, which are optional packages."""

from __future__ import annotations

import datetime
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import UsageError
from ipgraph.sparql.values import to_python

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ipgraph.sparql.values import AnyTerm

_INT64 = range(-(1 << 63), 1 << 63)
_DECIMAL_DIGITS = 38  # of polars and of Arrow's smaller type
# Dtypes that have a missing value; of other columns, pandas finds the dtype.
_PANDAS_DTYPES = {int: "Int64", float: "Float64", bool: "boolean", str: "string"}
_EXTRAS = {"pandas": "pandas", "polars": "polars", "pyarrow": "arrow"}


def to_pandas(columns: Mapping[str, Sequence[AnyTerm | None]]) -> pd.DataFrame:
    """Return a `pandas.DataFrame`. Raises `UsageError` if pandas is not installed."""
    pandas = _library("pandas")
    series = {}
    for name, terms in columns.items():
        values, kind = typed(terms)
        series[name] = pandas.Series(values, dtype=_PANDAS_DTYPES.get(kind, "object"))
        if kind is datetime.datetime:
            series[name] = pandas.to_datetime(series[name], errors="coerce").where(
                series[name].notna()
            )
    frame: pd.DataFrame = pandas.DataFrame(series)
    return frame


def to_polars(columns: Mapping[str, Sequence[AnyTerm | None]]) -> pl.DataFrame:
    """Return a `polars.DataFrame`. Raises `UsageError` if polars is not installed."""
    polars = _library("polars")
    dtypes = {int: polars.Int64, float: polars.Float64, bool: polars.Boolean, str: polars.String}
    series = []
    for name, terms in columns.items():
        values, kind = typed(terms)
        series.append(polars.Series(name, values, dtype=dtypes.get(kind)))
    frame: pl.DataFrame = polars.DataFrame(series)
    return frame


def to_arrow(columns: Mapping[str, Sequence[AnyTerm | None]]) -> pa.Table:
    """Return a `pyarrow.Table`. Raises `UsageError` if pyarrow is not installed."""
    arrow = _library("pyarrow")
    types = {int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_(), str: arrow.string()}
    arrays = {}
    for name, terms in columns.items():
        values, kind = typed(terms)
        arrays[name] = arrow.array(values, type=types.get(kind))
    table: pa.Table = arrow.table(arrays)
    return table


def typed(terms: Sequence[AnyTerm | None]) -> tuple[list[Any], type]:
    """Return the values of a column and their type; None stands for an unbound variable.

    Integers and other numbers together are floats. Times with an offset are in UTC. Values of other
    mixtures, and those that a table cannot hold, are texts, as is a column without values.
    """
    values = [to_python(term) for term in terms]
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float, Decimal} and len(kinds) > 1:
        values, kinds = [None if value is None else float(value) for value in values], {float}
    if kinds == {datetime.datetime}:
        has_offset = {value.tzinfo is not None for value in values if value is not None}
        if has_offset == {True}:
            values = [value and value.astimezone(datetime.UTC) for value in values]
        elif len(has_offset) > 1:
            kinds = {str}
    if len(kinds) == 1:
        (kind,) = kinds
        if kind is not str and all(value is None or _is_small(value) for value in values):
            return values, kind
    return [_text(term) for term in terms], str


def _is_small(value: Any) -> bool:
    """True if a table can hold a value."""
    if isinstance(value, tuple):  # a triple term
        return False
    if type(value) is int:
        return value in _INT64
    if isinstance(value, Decimal):
        _, digits, exponent = value.as_tuple()
        return max(len(digits), -int(exponent)) <= _DECIMAL_DIGITS
    return getattr(value, "tzinfo", None) is None or isinstance(value, datetime.datetime)


def _text(term: AnyTerm | None) -> str | None:
    if term is None or isinstance(term, ox.NamedNode | ox.Literal):
        return None if term is None else term.value
    return f"<<( {term} )>>" if isinstance(term, ox.Triple) else str(term)


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise UsageError(
            f"This needs the package {name}, which is not installed.",
            hint=f'Install it with: pip install "ipgraph[{_EXTRAS[name]}]"',
        ) from error
