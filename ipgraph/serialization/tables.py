"""The graph as tables for spreadsheets: its entities, and its statements with their sources."""

from __future__ import annotations

import io
import zipfile
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.entities.labels import Labels
from ipgraph.namespaces import COMPUTED_GRAPHS, RDF, SKOS
from ipgraph.serialization import spreadsheets, xlsx
from ipgraph.serialization.limits import until_whole
from ipgraph.store.originals import as_written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.serialization.formats import Format
    from ipgraph.store import Store

Row = list[str | float]

_TYPE = ox.NamedNode(RDF + "type")
_DEFINITION = ox.NamedNode(SKOS + "definition")
_DEFAULT = ox.DefaultGraph()
_ENTITY_COLUMNS = ("label", "short name", "classes", "definition", "IRI")
_STATEMENT_COLUMNS = (
    *("subject", "property", "value", "source", "inferred"),
    *("subject IRI", "property IRI", "value IRI", "datatype", "language", "source IRI"),
)


def write(store: Store, output_format: Format, out: IO[bytes]) -> int:
    """Write the graph in a table format; return the number of statement rows.

    Raises `SizeLimitExceeded` for more rows than the format holds; `out` has nothing then.
    """
    with until_whole(out, output_format) as whole:
        return _WRITERS[output_format.name](store, whole)


def _write_csv(store: Store, out: IO[bytes]) -> int:
    """Write ``entities.csv`` and ``statements.csv`` in a ZIP archive."""
    statements = _Statements(store)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in (("entities", _entities(store)), ("statements", statements.rows())):
            entry = zipfile.ZipInfo(f"{name}.csv")
            entry.compress_type = zipfile.ZIP_DEFLATED
            with (
                archive.open(entry, "w", force_zip64=True) as part,
                io.TextIOWrapper(part, encoding="utf-8", newline="") as text,
            ):
                spreadsheets.write_csv(text, rows)
    return statements.number


def _write_workbook(store: Store, out: IO[bytes]) -> int:
    """Write a workbook with the sheets ``entities`` and ``statements``."""
    statements = _Statements(store)
    xlsx.write(out, {"entities": _entities(store), "statements": statements.rows()})
    return statements.number


_WRITERS = {"csv.zip": _write_csv, "xlsx": _write_workbook}


def _entities(store: Store) -> Iterator[Row]:
    """Yield a header, and a row for each entity that has a class, by IRI."""
    labels = Labels(store)
    class_labels: dict[str, list[str]] = {}
    for quad in store.quads(None, _TYPE, None, _DEFAULT):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            class_labels.setdefault(quad.subject.value, []).append(
                labels.name(quad.object.value).label
            )
    yield list(_ENTITY_COLUMNS)
    for iri in sorted(class_labels):
        name = labels.name(iri)
        definitions = [
            quad.object.value
            for quad in store.quads(ox.NamedNode(iri), _DEFINITION, None, _DEFAULT)
            if isinstance(quad.object, ox.Literal)
        ]
        row = [name.label, name.acronym, "; ".join(sorted(class_labels[iri]))]
        yield [*row, " ".join(sorted(definitions)), iri]


class _Statements:
    """The statements of a graph as rows: one row per statement and source."""

    def __init__(self, store: Store) -> None:
        self.number = 0
        self._store = as_written(store)
        self._labels = Labels(store)

    def rows(self) -> Iterator[Row]:
        """Yield a header, and the rows, ordered by graph, subject and property."""
        yield list(_STATEMENT_COLUMNS)
        for graph in self._graphs():
            for quad in sorted(self._store.quads(None, None, None, graph), key=_sort_key):
                self.number += 1
                yield self._row(quad, getattr(graph, "value", ""))

    def _graphs(self) -> list[ox.NamedNode | ox.DefaultGraph]:
        """Return the named graphs by IRI, or the default graph if there are none."""
        found = self._store.evaluate("SELECT ?graph { GRAPH ?graph {} }")
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101  the result of a SELECT
        names = (row["graph"] for row in found)
        graphs = {name.value for name in names if isinstance(name, ox.NamedNode)}
        return [ox.NamedNode(graph) for graph in sorted(graphs)] or [_DEFAULT]

    def _row(self, quad: ox.Quad, graph: str) -> Row:
        value = quad.object
        is_literal = isinstance(value, ox.Literal)
        inferred = graph in COMPUTED_GRAPHS
        return [
            self._label(quad.subject),
            self._label(quad.predicate),
            value.value if isinstance(value, ox.Literal) else self._label(value),
            "" if inferred or not graph else self._labels.name(graph).label,
            "yes" if inferred else "no",
            _value(quad.subject),
            quad.predicate.value,
            "" if is_literal else _value(value),
            value.datatype.value if isinstance(value, ox.Literal) else "",
            (value.language or "") if isinstance(value, ox.Literal) else "",
            graph,
        ]

    def _label(self, term: object) -> str:
        return self._labels.name(term.value).label if isinstance(term, ox.NamedNode) else str(term)


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _sort_key(quad: ox.Quad) -> tuple[str, str, str]:
    return str(quad.subject), quad.predicate.value, str(quad.object)
