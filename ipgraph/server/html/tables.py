"""Query results as tables of a page: labels instead of IRIs, and a bounded number of rows."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.namespaces import RDF, XSD
from ipgraph.serialization.rows import text_of
from ipgraph.server.html.excerpts import text_size, within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ipgraph.entities.entity import Entities
    from ipgraph.namespaces.prefixes import Prefixes
    from ipgraph.store import EngineResult

_NUMBERS = frozenset(
    XSD + name
    for name in (
        "integer", "decimal", "double", "float", "int", "long", "short", "nonNegativeInteger",
    )
)  # fmt: skip
_INTEGER = re.compile(r"[+-]?[0-9]+")
# Datatypes that are obvious from the value.
_OBVIOUS = _NUMBERS | {XSD + name for name in ("string", "boolean", "date", "gYear", "gYearMonth")}


@dataclass(frozen=True, slots=True)
class Cell:
    """A term in a table. `cue` is its datatype or language where the text does not show it."""

    text: str = ""
    iri: str = ""
    short: str = ""
    cue: str = ""
    number: int | float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The first rows of a result. `total` is None if counting stopped at `counted`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int | None
    counted: int
    truth: bool | None = None  # the result of an ASK
    turtle: str | None = None  # the first triples of a CONSTRUCT or DESCRIBE

    @property
    def kind(self) -> str:
        """The kind of result: ``rows``, ``graph`` or ``truth``."""
        if self.truth is not None:
            return "truth"
        return "rows" if self.turtle is None else "graph"

    def is_numeric(self, column: int) -> bool:
        """True if a column has numbers only."""
        cells = [row[column] for row in self.rows if row[column].text]
        return bool(cells) and all(cell.number is not None for cell in cells)

    def without_repeats(self) -> Table:
        """Return the table without columns that only repeat the labels of another column."""

        def repeats(column: int) -> bool:
            return any(
                all(
                    row[column].text == row[other].text and not row[column].iri for row in self.rows
                )
                and any(row[other].iri for row in self.rows)
                for other in range(len(self.columns))
                if other != column
            )

        positions = [at for at in range(len(self.columns)) if not (self.rows and repeats(at))]
        return replace(
            self,
            columns=tuple(self.columns[at] for at in positions),
            rows=tuple(tuple(row[at] for at in positions) for row in self.rows),
        )

    def pairs(self) -> list[tuple[str, float]]:
        """Return names and numbers for a chart, from the first column of each, if both exist."""
        numeric = [at for at in range(len(self.columns)) if self.is_numeric(at)]
        named = [at for at in range(len(self.columns)) if at not in numeric]
        if not numeric or not named or len(self.rows) < 2:
            return []
        rows = ((row[named[0]], row[numeric[0]]) for row in self.rows)
        return [(name.text, number.number or 0.0) for name, number in rows]


def table(
    result: EngineResult,
    entities: Entities,
    max_rows: int,
    max_counted: int,
    max_bytes: float = math.inf,
) -> Table:
    """Read at most `max_rows` of a result into a table, and count at most `max_counted`.

    The table ends where the page would have more than about `max_bytes` for it, after one row at
    least.
    """
    if isinstance(result, ox.QueryBoolean):
        return Table((), (), None, 0, truth=bool(result))
    if isinstance(result, ox.QuerySolutions):
        columns = tuple(variable.value for variable in result.variables)
        read = [tuple(solution) for solution in islice(result, max_rows)]
        counted, whole = _count(result, len(read), max_counted)
        rows = _rows(read, entities, max_bytes)
        return Table(columns, rows, counted if whole else None, counted)
    # Ordered by subject, as in Turtle; the rest is only counted.
    triples = sorted(islice(result, max_rows), key=_by_subject)
    counted, whole = _count(result, len(triples), max_counted)
    rows = _rows(within(triples, lambda t: len(str(t)), max_bytes * 2 / 3), entities, math.inf)
    return Table(
        ("subject", "predicate", "object"),
        rows,
        counted if whole else None,
        counted,
        turtle=_turtle(_shown(triples[: len(rows)], max_bytes * 2 / 3), entities.store.prefixes),
    )


def _rows(
    terms: Iterable[Iterable[object]], entities: Entities, max_bytes: float
) -> tuple[tuple[Cell, ...], ...]:
    """Return the cells of the rows that fit into a size."""
    rows = (tuple(cell(term, entities) for term in row) for row in terms)
    return tuple(within(rows, lambda row: sum(text_size(c.text, c.iri) for c in row), max_bytes))


def _shown(triples: list[ox.Triple], max_bytes: float) -> list[ox.Triple]:
    """Return the triples that fit into a size as Turtle; none if the first is too long."""
    found = within(triples, lambda triple: len(str(triple)), max_bytes)
    return found if found and len(str(found[0])) <= max_bytes else []


def _by_subject(triple: ox.Triple) -> tuple[str, bool, str, str]:
    is_type = triple.predicate.value == RDF + "type"
    return str(triple.subject), not is_type, str(triple.predicate), str(triple.object)


def _turtle(triples: list[ox.Triple], prefixes: Prefixes) -> str:
    """Write triples with only the prefixes that they use."""
    iris = {str(term)[1:] for triple in triples for term in triple}
    iris |= {t.object.datatype.value for t in triples if isinstance(t.object, ox.Literal)}
    used = prefixes.used_by(iris)
    written = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=used) or b""
    heads = len(used)
    lines = written.decode().split("\n")
    return "\n".join([*lines[:heads], *([""] if heads and triples else []), *lines[heads:]])


def _count(rest: Iterable[object], read: int, max_counted: int) -> tuple[int, bool]:
    more = sum(1 for _ in islice(rest, max_counted - read + 1))
    return min(read + more, max_counted), read + more <= max_counted


def labeled_rows(
    found: Table, *, numbers: bool = False
) -> tuple[list[str], list[list[str | int | float]]]:
    """Return the columns and rows of a table with a label next to each column of IRIs.

    Literals keep their lexical form as text; with `numbers`, literals of numeric datatypes are
    Python numbers, for formats that have numbers.
    """
    linked = [any(row[at].iri for row in found.rows) for at in range(len(found.columns))]
    columns: list[str] = []
    for name, is_linked in zip(found.columns, linked, strict=True):
        columns += [name, f"{name} (label)"] if is_linked else [name]
    rows: list[list[str | int | float]] = []
    for row in found.rows:
        cells: list[str | int | float] = []
        for item, is_linked in zip(row, linked, strict=True):
            value = item.number if numbers and item.number is not None else item.text
            cells += [item.iri or value, item.text if item.iri else ""] if is_linked else [value]
        rows.append(cells)
    return columns, rows


def cell(term: object, entities: Entities) -> Cell:
    """Return the cell for a term; empty for None, an unbound variable."""
    if term is None:
        return Cell()
    if isinstance(term, ox.NamedNode):
        name = entities.labels.name(term.value)
        return Cell(name.label, term.value, entities.store.prefixes.shorten(term.value))
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        shorten = entities.store.prefixes.shorten
        cue = _tag(term) or ("" if datatype in _OBVIOUS else shorten(datatype))
        number = _number(term.value) if datatype in _NUMBERS else None
        return Cell(term.value, cue="" if cue == "en" else cue, number=number)
    return Cell(text_of(term))  # type: ignore[arg-type]


def _tag(term: ox.Literal) -> str:
    """Return the language tag of a literal, with its base direction as SPARQL writes it."""
    return f"{term.language}--{term.direction}" if term.direction else term.language or ""


def _number(text: str) -> int | float | None:
    """Return the value of a numeric literal; None for INF, NaN and text that is not a number."""
    try:
        return int(text) if _INTEGER.fullmatch(text) else _finite(float(text))
    except ValueError:
        return None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
