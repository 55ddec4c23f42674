"""Write a whole graph to a file or stream, in any RDF format of the table."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import IpGraphError, StoreUnavailable, UsageError
from ipgraph.formats import FORMATS, Format, Holds, by_name
from ipgraph.store.answers import write_statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.store import Store


def export(store: Store, out: IO[bytes], form: Format) -> int:
    """Write the graph to `out` and return how many statements that were.

    A format of quads gets the named graphs, a format of triples the merge of them. Formats of
    query results are a `NotAcceptable`.
    """
    counted = _Count()
    if form.holds is Holds.QUADS:
        write_statements(counted.of(_named(store)), form, out)
    else:
        merge = store.quads(None, None, None, ox.DefaultGraph())
        write_statements(counted.of(quad.triple for quad in merge), form, out)
    return counted.number


def export_file(store: Store, path: Path, form: Format | None = None) -> int:
    """Write the graph to the file `path`, whole or not at all; `export` says the rest.

    Without `form` the suffix of the file says the format.
    """
    form = form or _format_of(path)
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as out:
            written = export(store, out, form)
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
    if not suffix:
        names = ", ".join(each.suffix for each in FORMATS if each.holds is not Holds.BINDINGS)
        raise UsageError(f"{path} has no suffix that says its format; use one of {names}.")
    return by_name(suffix)


def _named(store: Store) -> Iterator[ox.Quad]:
    default = ox.DefaultGraph()
    return (quad for quad in store.quads() if quad.graph_name != default)


class _Count:
    """Counts statements as they pass."""

    number = 0

    def of(self, statements: Iterable[ox.Triple] | Iterable[ox.Quad]) -> Iterator[ox.Triple]:
        for each in statements:
            self.number += 1
            yield each  # type: ignore[misc]
