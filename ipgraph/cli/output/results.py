"""Results of queries: a table with labels for a terminal, or the bytes of a format."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import click
import pyoxigraph as ox

from ipgraph.cli.output import terminal
from ipgraph.errors import BadQuery, LimitReached
from ipgraph.serialization.formats import by_name
from ipgraph.serialization.line_end import ended
from ipgraph.serialization.results import ResultFormats, format_of_result, write
from ipgraph.sparql.query import Query

if TYPE_CHECKING:
    from rich.console import Console

    from ipgraph.cli.output.terms import Cells
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.namespaces.prefixes import Prefixes
    from ipgraph.serialization.formats import Format
    from ipgraph.snapshots.snapshot import Snapshot
    from ipgraph.sparql.bindings import Bindings
    from ipgraph.store.local import LocalStore

DEFAULT_ROWS = 200


class QueryRequest(NamedTuple):
    """A query and the format of its result: a name, ``table``, or None for the default."""

    text: str
    format_name: str | None = None
    limit: int | None = None
    bindings: Bindings = ()


def run(graph: KnowledgeGraph, request: QueryRequest) -> None:
    """Write the result of a query to standard output, within the limits of the settings.

    Raises `BadQuery`, `NotAcceptable` and the leaves of `LimitReached`.
    """
    name = request.format_name
    if name == "table" or (name is None and sys.stdout.isatty()):
        _show(graph, request)
        return
    output_format = (
        format_of_result(name) if name else ResultFormats(by_name("tsv"), by_name("ttl"))
    )
    max_rows = request.limit or None
    if not terminal.is_protected(sys.stdout):
        _write(graph, request, output_format, sys.stdout.fileno(), max_rows)
        return
    import shutil
    import tempfile

    with tempfile.TemporaryFile() as file:
        _write(graph, request, output_format, file.fileno(), max_rows)
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)


def _write(
    graph: KnowledgeGraph,
    request: QueryRequest,
    output_format: Format | ResultFormats,
    descriptor: int,
    max_rows: int | None = None,
) -> None:
    """Write the result of a query to a descriptor, from a process that can be stopped.

    The text is inspected only if the engine rejects it: then `admit` may have a better reason.
    """
    try:
        query = _query(graph, request.text, max_rows)._replace(bindings=request.bindings)
        hints = _evaluate(graph, query, output_format, descriptor)
        for hint in hints.splitlines():
            click.echo(f"ipgraph: {terminal.harmless(hint)}", err=True)
    except BadQuery:
        from ipgraph.sparql.guard import admit

        admit(request.text, prefixes=graph.prefixes)
        raise


def _query(graph: KnowledgeGraph, text: str, max_rows: int | None) -> Query:
    prefixes = graph.prefixes.used_in(text)
    return Query(text, infer=graph.settings.infer, prefixes=prefixes, max_rows=max_rows)


def _evaluate(
    graph: KnowledgeGraph, query: Query, output_format: Format | ResultFormats, descriptor: int
) -> str:
    """Write a result; return the hints for one without rows, as lines."""
    if graph.snapshot is None and graph.has_open_store:  # an endpoint has its own limits
        result = graph.query(query.text, bindings=dict(query.bindings)).result
        with os.fdopen(os.dup(descriptor), "wb") as out, ended(out) as text:
            write(result, output_format, text, graph.prefixes.declared, query.max_rows)
        return ""
    from ipgraph import workers

    snapshot = graph.snapshot
    try:
        return workers.run_once(
            partial(_open, snapshot, graph.prefixes, infer=query.infer)
            if snapshot
            else graph.store_for,
            query,
            output_format,
            descriptor,
            time_limit_s=graph.settings.query_time_limit_s,
            memory_limit_mib=graph.settings.query_memory_limit_mib,
        )
    except LimitReached:
        # An aggregate over a damaged block does not fail, but reaches a limit.
        if snapshot and (damage := snapshot.find_damage(everything=True)):
            raise snapshot.report_damage(damage) from None
        raise


def _open(snapshot: Snapshot, prefixes: Prefixes, *, infer: bool) -> LocalStore:
    return replace(snapshot.store(infer=infer, read_files=False), prefixes=prefixes)


def _show(graph: KnowledgeGraph, request: QueryRequest) -> None:
    """Print solutions as a table with labels, and the result of an ASK as a word."""
    import shutil
    import tempfile

    from rich.console import Console

    from ipgraph.cli.output.terms import Cells

    with tempfile.TemporaryFile() as file:
        either = ResultFormats(by_name("json"), by_name("ttl"))
        _write(graph, request, either, file.fileno())
        file.seek(0)
        if file.read(1) != b"{":  # triples: Turtle is easier to read than three columns
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer)
            return
        file.seek(0)
        results = ox.parse_query_results(file, format=ox.QueryResultsFormat.JSON)
        # A fixed width without a terminal, so that a pipe gets whole cells.
        width = None if sys.stdout.isatty() else 200
        # Cells are filtered one by one, because the table has colors.
        console = Console(file=terminal.unfiltered(sys.stdout), highlight=False, width=width)
        if isinstance(results, ox.QueryBoolean):
            console.print("yes" if results else "no")
        else:
            limit = DEFAULT_ROWS if request.limit is None else request.limit
            _print_rows(console, results, Cells(graph), limit)


def _print_rows(console: Console, rows: ox.QuerySolutions, cells: Cells, limit: int) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for variable in rows.variables:
        table.add_column(terminal.harmless(variable.value), overflow="fold")
    number = 0
    for number, row in enumerate(rows, 1):
        if not limit or number <= limit:
            table.add_row(*(cells.text(term) for term in row))
    if not number:
        console.print("0 rows: the query is valid, but nothing matches it.")
        return
    console.print(table)
    shown = f"first {limit:,} of " if limit and number > limit else ""
    console.print(f"{shown}{number:,} row{'s' * (number != 1)}", style="dim")
