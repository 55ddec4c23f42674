"""Export a graph, or the description of one entity, in any RDF format or as tables."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import IpGraphError, StoreUnreadable, UsageError
from ipgraph.serialization import jsonld, tables
from ipgraph.serialization.formats import (
    FORMATS,
    TABLE_FORMATS,
    Content,
    Format,
    by_name,
    find,
    formats_with,
    table_format,
)
from ipgraph.serialization.results import write_statements
from ipgraph.store.originals import as_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.store import Store


def export(store: Store, out: IO[bytes], output_format: Format, entity: str | None = None) -> int:
    """Write the graph, or the description of `entity`, and return the number of statements.

    Formats of quads contain the named graphs, formats of triples their merge, and tables one row
    per statement and source; literals are written as in their files. Raises `NotAcceptable` for
    formats of query results and for what a format cannot hold, and `UsageError` for a table of a
    single entity; `out` has nothing then.
    """
    if output_format.content is Content.TABLES:
        if entity is not None:
            raise UsageError(
                f"{output_format.suffix} is for whole graphs. Use .ttl or .nt for one entity."
            )
        return tables.write(store, output_format, out)
    store = as_written(store)
    counted = _Count()
    with_graphs = output_format.content is Content.QUADS
    if entity is not None:
        quads = about(store, ox.NamedNode(entity), with_graphs=with_graphs)
    else:
        quads = _all(store, with_graphs=with_graphs)
    if with_graphs:
        write_statements(counted.of(quads), output_format, out, store.prefixes.declared)
    else:
        write_triples(store, counted.of(quad.triple for quad in quads), output_format, out)
    return counted.number


def write_triples(
    store: Store, triples: Iterable[ox.Triple], output_format: Format, out: IO[bytes]
) -> None:
    """Write triples of `store` in a format of triples; JSON-LD uses the graph's context."""
    if output_format.is_basic:
        from ipgraph.serialization.basic_encoding import encoded  # late: few exports need it

        triples, output_format = encoded(triples), output_format.plain
    if output_format.name == "jsonld":
        jsonld.write(triples, jsonld.Context.of(store), out)
    else:
        write_statements(triples, output_format, out, store.prefixes.declared)


def about(store: Store, entity: ox.NamedNode, *, with_graphs: bool = False) -> Iterator[ox.Quad]:
    """Yield the statements about `entity` (as subject or object) and about its blank nodes.

    A symmetric concise bounded description. Without `with_graphs`, the quads are those of the
    merged graph, without duplicates.
    """
    graph = None if with_graphs else ox.DefaultGraph()
    default = ox.DefaultGraph()
    waiting: list[ox.NamedNode | ox.BlankNode] = [entity]
    seen: set[object] = {entity}
    while waiting:
        for quad in store.quads(waiting.pop(), None, None, graph):
            if with_graphs and quad.graph_name == default:
                continue
            yield quad
            if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)
    for quad in store.quads(None, None, entity, graph):
        if quad.subject not in seen and not (with_graphs and quad.graph_name == default):
            yield quad


def format_by_name(name: str) -> Format:
    """Return the format with a name or suffix. Raises `UsageError`, which lists the formats."""
    found = table_format(name) or find(name, formats_with(Content.TRIPLES, Content.QUADS))
    return found or by_name(name)


def export_file(
    store: Store,
    path: Path,
    output_format: Format | None = None,
    entity: str | None = None,
) -> int:
    """Export to the file `path` atomically; see `export`.

    The default format is that of the file's suffix.
    """
    output_format = output_format or _format_of(path)
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise StoreUnreadable(f"Cannot write {path}: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as out:
            written = export(store, out, output_format, entity)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)  # mkstemp makes a private file; an export is not private
        Path(name).replace(path)
    except (OSError, IpGraphError):
        Path(name).unlink(missing_ok=True)
        raise
    return written


def _format_of(path: Path) -> Format:
    suffix = path.suffix.lower()
    if found := table_format(path.name):
        return found
    if not suffix:
        suffixes = [item.suffix for item in FORMATS if item.content is not Content.BINDINGS]
        names = ", ".join([*suffixes, *(item.suffix for item in TABLE_FORMATS)])
        raise UsageError(f"{path} has no suffix. Use one of {names}, or name a format.")
    return format_by_name(suffix)


def _all(store: Store, *, with_graphs: bool) -> Iterator[ox.Quad]:
    default = ox.DefaultGraph()
    if not with_graphs:
        return store.quads(None, None, None, default)
    return (quad for quad in store.quads() if quad.graph_name != default)


class _Count:
    """Counts statements as they pass."""

    number = 0

    def of(self, statements: Iterable[ox.Triple] | Iterable[ox.Quad]) -> Iterator[ox.Triple]:
        for statement in statements:
            self.number += 1
            yield statement  # type: ignore[misc]
