"""The result of a query in Python: rows of terms or values, tables for other libraries, bytes."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, cast

import pyoxigraph as ox

from ipgraph.errors import IpGraphError, UsageError
from ipgraph.namespaces.prefixes import DEFAULT, Prefixes
from ipgraph.serialization.formats import Content, Format, by_name
from ipgraph.serialization.results import (
    ResultFormats,
    content_of,
    format_of_result,
    write,
    write_solutions,
    write_statements,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ipgraph.sparql.values import AnyTerm
    from ipgraph.store import EngineResult

SHOWN_ROWS = 20  # of a result in a notebook, or as text


class Row(Mapping[str, "AnyTerm"]):
    """A row of a SELECT result: a mapping from the names of its bound variables to RDF terms.

    ``row["x"]`` is the term of ?x, ``row.x`` its Python value, which is None for an unbound
    variable. A variable with the name of a method (``keys``, ``items``, ``values``, ``get``,
    ``to_python``) has only the first form.
    """

    __slots__ = ("_names", "_terms")

    def __init__(self, names: Sequence[str], terms: Sequence[AnyTerm | None]) -> None:
        """`names` are those of all variables, `terms` their terms in this row."""
        self._names = names
        self._terms = terms

    def __getitem__(self, name: str) -> AnyTerm:
        """Return the term of a variable. Raises `KeyError` for an unbound or unknown one."""
        term = self._terms[self._names.index(name)] if name in self._names else None
        if term is None:
            raise KeyError(name)
        return term

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the bound variables, in the order of the query."""
        pairs = zip(self._names, self._terms, strict=True)
        return (name for name, term in pairs if term is not None)

    def __len__(self) -> int:
        """Return the number of bound variables."""
        return sum(term is not None for term in self._terms)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._names:
            raise AttributeError(self._without(name))
        return _python(self._terms[self._names.index(name)])

    def _without(self, name: str) -> str:
        from difflib import get_close_matches  # late: only errors need it

        near = [] if name.startswith("_") else get_close_matches(name, self._names, n=1)
        return f"This row has no variable ?{name}." + (f" Did you mean ?{near[0]}?" if near else "")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._names})

    def __reduce__(self) -> tuple[type[Row], tuple[Sequence[str], Sequence[AnyTerm | None]]]:
        return Row, (self._names, self._terms)

    def __hash__(self) -> int:
        """Return a hash that agrees with equality: the order of variables does not count."""
        return hash(frozenset(self.items()))

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={term}' for name, term in self.items())})"

    def to_python(self) -> dict[str, Any]:
        """Return the Python values of all variables; None for unbound ones."""
        pairs = zip(self._names, self._terms, strict=True)
        return {name: _python(term) for name, term in pairs}


class Result:
    """The result of a query: rows, a Boolean or triples. It can be read more than once.

    Iterating yields a `Row` for each row of a SELECT, and `pyoxigraph.Triple` for CONSTRUCT and
    DESCRIBE; ``bool(result)`` is the result of an ASK. Rows are computed when they are first read,
    and then kept in memory. A result that another thread than the main one computes is read at
    once, so that every thread can use it.
    """

    def __init__(
        self,
        result: EngineResult,
        damage: Callable[[Exception], Exception | None] = lambda error: None,
        prefixes: Prefixes = DEFAULT,
    ) -> None:
        """`damage` returns the error to raise instead of an exception of the engine, or None.

        `prefixes` are declared in Turtle, and shorten IRIs where the result is shown.
        """
        self._result: EngineResult | None = result  # None once it has been read
        self._damage = damage
        self._prefixes = prefixes
        self._thread = threading.get_ident()
        self._rows: list[Any] = []  # what has been read
        self._unread: Iterator[Any] | None = None  # what has not, once reading has begun
        self._kind = content_of(result)
        self._boolean = bool(result) if isinstance(result, ox.QueryBoolean) else None
        self._names: tuple[str, ...] = _TRIPLE
        if isinstance(result, ox.QuerySolutions):
            self._names = tuple(variable.value for variable in result.variables)
        if self._boolean is None and threading.current_thread() is not threading.main_thread():
            self._read_all()

    @property
    def result(self) -> EngineResult:
        """The engine's own result, which can be read only once, in the thread that computed it.

        Raises `UsageError` if it has been read.
        """
        if self._result is None or self._unread is not None:
            raise UsageError("The result has been read.", hint="Iterate over it again.")
        return self._result

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of a SELECT, in order; empty for other query forms."""
        return self._names if self._has_rows else ()

    def __bool__(self) -> bool:
        """Return the result of an ASK. Raises `TypeError` for other query forms."""
        if self._boolean is not None:
            return self._boolean
        raise TypeError(
            "Only the result of an ASK query is true or false. Use len() for the number of rows."
        )

    def __len__(self) -> int:
        """Return the number of rows or triples, all of which are read. Raises `TypeError`."""
        return len(self._read_all())

    def __iter__(self) -> Iterator[Any]:
        """Yield rows or triples. Raises `TypeError` for an ASK."""
        if self._boolean is not None:
            raise TypeError("The result of an ASK query is a Boolean. Use bool().")
        return self._iterate()

    def to_python(self) -> Any:
        """Return the result as Python values.

        A list of dictionaries with a value for each variable (SELECT), a list of triples of values
        (CONSTRUCT, DESCRIBE), or a Boolean (ASK). None stands for an unbound variable.
        """
        if self._boolean is not None:
            return self._boolean
        return [
            row.to_python() if isinstance(row, Row) else tuple(map(_python, row)) for row in self
        ]

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a data frame of pandas. Raises `UsageError` if it is not installed.

        The columns are the variables, or subject, predicate and object, with Python values. A
        column of values that are not of one type has their text.
        """
        from ipgraph.serialization import frames

        return frames.to_pandas(self._columns())

    def to_polars(self) -> pl.DataFrame:
        """Return the rows as a data frame of polars, with the columns of `to_pandas`.

        Raises `UsageError` if polars is not installed.
        """
        from ipgraph.serialization import frames

        return frames.to_polars(self._columns())

    def to_arrow(self) -> pa.Table:
        """Return the rows as a table of Arrow, with the columns of `to_pandas`.

        Raises `UsageError` if pyarrow is not installed.
        """
        from ipgraph.serialization import frames

        return frames.to_arrow(self._columns())

    def serialize(self, format: str | Format = "") -> bytes:
        """Return the result as bytes. The default is SPARQL JSON, or Turtle for triples."""
        name = format or ("ttl" if self._kind is Content.TRIPLES else "json")
        buffer = io.BytesIO()
        found = name if isinstance(name, Format) else format_of_result(name)
        if isinstance(found, ResultFormats):
            found = found.triples if self._kind is Content.TRIPLES else found.bindings
        self._write(found, buffer)
        return buffer.getvalue()

    def __repr__(self) -> str:
        if self._boolean is not None:
            return f"<Result: {str(self._boolean).lower()}>"
        what = "triples"
        if self._has_rows:
            what = f"rows of {', '.join(f'?{name}' for name in self._names)}"
        number = f"{len(self._rows):,} " if self._is_whole else ""
        return f"<Result: {number}{what}{'' if self._is_whole else ', not all read yet'}>"

    def __str__(self) -> str:
        """Return the first rows as a table of text."""
        from ipgraph.serialization import display

        if self._boolean is not None:
            return str(self._boolean).lower()
        return display.text(self._shown())

    def _repr_html_(self) -> str:
        """Return the first rows as a table for a notebook, or the error that they raise."""
        from ipgraph.serialization import display

        if self._boolean is not None:
            return display.html_text(str(self._boolean).lower())
        try:
            return display.html(self._shown())
        except IpGraphError as error:
            return display.html_text(str(error))

    @property
    def _is_whole(self) -> bool:
        """True if everything has been read."""
        return self._result is None

    def _iterate(self) -> Iterator[Any]:
        """Yield what has been read, then read on. Several iterations may go on in turns."""
        position = 0
        while True:
            while position < len(self._rows):
                yield self._rows[position]
                position += 1
            if not self._read_one():
                return

    def _read_one(self) -> bool:
        """Read a row. Return False if there is no more."""
        if self._is_whole:
            return False
        self._check_thread()
        try:
            if self._unread is None:
                self._unread = iter(cast("Iterable[Any]", self._result))
            row = next(self._unread, None)
        except (RuntimeError, OSError) as error:
            if damage := self._damage(error):
                raise damage from error
            raise
        if row is None:
            self._result = self._unread = None
            return False
        self._rows.append(Row(self._names, tuple(row)) if self._has_rows else row)
        return True

    def _read_all(self) -> list[Any]:
        if self._boolean is not None:
            raise TypeError("The result of an ASK query is a Boolean, which has no length.")
        while self._read_one():
            pass
        return self._rows

    def _check_thread(self) -> None:
        """Raise if the engine's result belongs to another thread, which alone may touch it."""
        if self._thread != threading.get_ident():
            raise UsageError(
                "This result was computed by another thread, and not all of it was read there.",
                hint="Read it first in its own thread: len(result).",
            )

    @property
    def _has_rows(self) -> bool:
        return self._kind is Content.BINDINGS and self._boolean is None

    def _columns(self) -> dict[str, list[AnyTerm | None]]:
        """Return the terms of each column."""
        rows = [self._terms(row) for row in self._read_all()]
        return {name: [terms[n] for terms in rows] for n, name in enumerate(self._names)}

    def _terms(self, row: Any) -> Sequence[AnyTerm | None]:
        return row._terms if self._has_rows else tuple(row)

    def _shown(self) -> Any:
        """Return the rows to show, after reading one more than those."""
        from ipgraph.serialization import display

        rows = list(islice(self, SHOWN_ROWS + 1))
        total = len(self._rows) if self._is_whole else None
        cells = [self._terms(row) for row in rows[:SHOWN_ROWS]]
        return display.Table(self._names, cells, total, self._prefixes)

    def _write(self, output_format: Format, out: IO[bytes]) -> None:
        """Write the result, and keep it for the next reader."""
        if self._result is not None and self._boolean is not None:
            write(self._result, output_format, out)
            return
        try:
            if not self._has_rows:
                write_statements(self, output_format, out, self._prefixes.declared)
            elif self._result is not None and self._unread is None:
                self._check_thread()
                # The engine's writers are faster than reading rows; JSON can be read again.
                json = io.BytesIO()
                write(self._result, by_name("json"), json)
                self._result = _from_json(json.getvalue())
                write(_from_json(json.getvalue()), output_format, out)
            else:
                rows: Any = map(self._terms, self._read_all())
                write_solutions(self._names, rows, output_format, out)
        except (RuntimeError, OSError) as error:
            if damage := self._damage(error):
                raise damage from error
            raise


def _python(term: AnyTerm | None) -> Any:
    from ipgraph.sparql.values import to_python  # late: few results are read as Python values

    return to_python(term)


def _from_json(text: bytes) -> ox.QuerySolutions:
    found = ox.parse_query_results(io.BytesIO(text), format=ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions)  # noqa: S101  written from one
    return found


_TRIPLE = ("subject", "predicate", "object")
