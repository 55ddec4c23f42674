"""Write a graph, or what it says of one thing, in any RDF format of the table, or as tables."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import IpGraphError, StoreUnavailable, UsageError
from ipgraph.serialization import jsonld, tables
from ipgraph.serialization.formats import (
    FORMATS,
    TABLE_FORMATS,
    Format,
    Holds,
    by_name,
    tables_named,
)
from ipgraph.serialization.results import write_statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.store import Store


def export(store: Store, out: IO[bytes], form: Format, thing: str | None = None) -> int:
    """Write the graph, or what it says of `thing`, and return how many statements that were.

    A format of quads gets the named graphs, a format of triples the merge of them, tables a row
    for each statement of each source. Formats of query results are a `NotAcceptable`; tables hold
    the whole graph alone, and are a `UsageError` for one thing.
    """
    if form.holds is Holds.TABLES:
        if thing is not None:
            raise UsageError(f"{form.suffix} holds the whole graph; of one thing take .ttl or .nt.")
        return tables.write(store, form, out)
    counted = _Count()
    with_graphs = form.holds is Holds.QUADS
    if thing is not None:
        quads = about(store, ox.NamedNode(thing), with_graphs=with_graphs)
    else:
        quads = _all(store, with_graphs=with_graphs)
    if with_graphs:
        write_statements(counted.of(quads), form, out)
    else:
        write_triples(store, counted.of(quad.triple for quad in quads), form, out)
    return counted.number


def write_triples(store: Store, triples: Iterable[ox.Triple], form: Format, out: IO[bytes]) -> None:
    """Write triples of `store` in a format of triples, JSON-LD under the project's context."""
    if form.name == "jsonld":
        jsonld.write(triples, jsonld.Context.of(store), out)
    else:
        write_statements(triples, form, out)


def about(store: Store, thing: ox.NamedNode, *, with_graphs: bool = False) -> Iterator[ox.Quad]:
    """Yield each statement with `thing` as subject or object, and those of their blank nodes.

    A symmetric concise bounded description. Without `with_graphs` the quads are those of the
    merge, each once.
    """
    graph = None if with_graphs else ox.DefaultGraph()
    default = ox.DefaultGraph()
    waiting: list[ox.NamedNode | ox.BlankNode] = [thing]
    seen: set[object] = {thing}
    while waiting:
        for quad in store.quads(waiting.pop(), None, None, graph):
            if with_graphs and quad.graph_name == default:
                continue
            yield quad
            if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)
    for quad in store.quads(None, None, thing, graph):
        if quad.subject not in seen and not (with_graphs and quad.graph_name == default):
            yield quad


def form_named(name: str) -> Format:
    """Return the format with a name or suffix; raises `UsageError` that lists them."""
    return tables_named(name) or by_name(name)


def export_file(
    store: Store,
    path: Path,
    form: Format | None = None,
    thing: str | None = None,
) -> int:
    """Write to the file `path`, whole or not at all; `export` says what.

    Without `form` the suffix of the file says the format.
    """
    form = form or _format_of(path)
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as out:
            written = export(store, out, form, thing)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)  # mkstemp makes a private file, an export is not one
        Path(name).replace(path)
    except (OSError, IpGraphError):
        Path(name).unlink(missing_ok=True)
        raise
    return written


def _format_of(path: Path) -> Format:
    suffix = path.suffix.lower()
    if found := tables_named(path.name):
        return found
    if not suffix:
        suffixes = [item.suffix for item in FORMATS if item.holds is not Holds.BINDINGS]
        names = ", ".join([*suffixes, *(item.suffix for item in TABLE_FORMATS)])
        raise UsageError(f"{path} has no suffix that says its format; use one of {names}.")
    return by_name(suffix)


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
