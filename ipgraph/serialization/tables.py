"""The graph as tables for spreadsheets: its things, and its statements with who states them."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.entities.labels import Labels
from ipgraph.namespaces import INFERRED_GRAPH, RDF, SKOS
from ipgraph.serialization import xlsx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.serialization.formats import Format
    from ipgraph.store import Store

Row = list[str | float]

_TYPE = ox.NamedNode(RDF + "type")
_DEFINITION = ox.NamedNode(SKOS + "definition")
_DEFAULT = ox.DefaultGraph()
_THINGS = ("label", "short name", "kinds", "definition", "IRI")
_STATEMENTS = ("subject", "property", "value", "source", "inferred", "subject IRI", "property IRI",
               "value IRI", "datatype", "language", "source IRI")  # fmt: skip


def write(store: Store, form: Format, out: IO[bytes]) -> int:
    """Write the graph in a format of tables; return how many rows of statements that were."""
    return _WRITERS[form.name](store, out)


def _write_csv(store: Store, out: IO[bytes]) -> int:
    """Write ``things.csv`` and ``statements.csv`` (RFC 4180) in one archive; return the rows."""
    statements = _Statements(store)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in (("things", _things(store)), ("statements", statements.rows())):
            entry = zipfile.ZipInfo(f"{name}.csv")
            entry.compress_type = zipfile.ZIP_DEFLATED
            with (
                archive.open(entry, "w", force_zip64=True) as part,
                io.TextIOWrapper(part, encoding="utf-8", newline="") as text,
            ):
                csv.writer(text).writerows(rows)
    return statements.number


def _write_workbook(store: Store, out: IO[bytes]) -> int:
    """Write a workbook with the sheets ``things`` and ``statements``; return the rows."""
    statements = _Statements(store)
    xlsx.write(out, {"things": _things(store), "statements": statements.rows()})
    return statements.number


_WRITERS = {"csv.zip": _write_csv, "xlsx": _write_workbook}


def _things(store: Store) -> Iterator[Row]:
    """Yield a header, and a row for each thing that has a class, in the order of their IRIs."""
    labels = Labels(store)
    kinds: dict[str, list[str]] = {}
    for quad in store.quads(None, _TYPE, None, _DEFAULT):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            kinds.setdefault(quad.subject.value, []).append(labels.name(quad.object.value).label)
    yield list(_THINGS)
    for iri in sorted(kinds):
        name = labels.name(iri)
        definitions = [
            quad.object.value
            for quad in store.quads(ox.NamedNode(iri), _DEFINITION, None, _DEFAULT)
            if isinstance(quad.object, ox.Literal)
        ]
        row = [name.label, name.acronym, "; ".join(sorted(kinds[iri]))]
        yield [*row, " ".join(sorted(definitions)), iri]


class _Statements:
    """The statements of a graph as rows, each once for every source that states it."""

    def __init__(self, store: Store) -> None:
        self.number = 0
        self._store = store
        self._labels = Labels(store)

    def rows(self) -> Iterator[Row]:
        """Yield a header, and the rows in the order of graph, subject and property."""
        yield list(_STATEMENTS)
        for graph in self._graphs():
            for quad in sorted(self._store.quads(None, None, None, graph), key=_order):
                self.number += 1
                yield self._row(quad, getattr(graph, "value", ""))

    def _graphs(self) -> list[ox.NamedNode | ox.DefaultGraph]:
        """Return the named graphs in order; the default graph where there are none."""
        found = self._store.evaluate("SELECT ?graph { GRAPH ?graph {} }")
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101  what SELECT has
        names = (row["graph"] for row in found)
        graphs = {name.value for name in names if isinstance(name, ox.NamedNode)}
        return [ox.NamedNode(graph) for graph in sorted(graphs)] or [_DEFAULT]

    def _row(self, quad: ox.Quad, graph: str) -> Row:
        value = quad.object
        is_literal = isinstance(value, ox.Literal)
        inferred = graph == INFERRED_GRAPH
        return [
            self._called(quad.subject),
            self._called(quad.predicate),
            value.value if isinstance(value, ox.Literal) else self._called(value),
            "" if inferred or not graph else self._labels.name(graph).label,
            "yes" if inferred else "no",
            _written(quad.subject),
            quad.predicate.value,
            "" if is_literal else _written(value),
            value.datatype.value if isinstance(value, ox.Literal) else "",
            (value.language or "") if isinstance(value, ox.Literal) else "",
            graph,
        ]

    def _called(self, term: object) -> str:
        return self._labels.name(term.value).label if isinstance(term, ox.NamedNode) else str(term)


def _written(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _order(quad: ox.Quad) -> tuple[str, str, str]:
    return str(quad.subject), quad.predicate.value, str(quad.object)
