"""Answers of queries: as a table with labels for a person, as bytes of a format for a program."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import BadQuery
from ipgraph.namespaces import PREFIXES
from ipgraph.serialization.formats import by_name
from ipgraph.serialization.results import Fitting, write
from ipgraph.sparql.query import Query

if TYPE_CHECKING:
    from rich.console import Console

    from ipgraph.cli.output.terms import Cells
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.serialization.formats import Format

ROWS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query and how its answer is wanted: a format of the table, "table", or what fits."""

    text: str
    format_name: str | None = None
    limit: int | None = None


def answer(graph: KnowledgeGraph, wanted: Wanted) -> None:
    """Answer a query on standard output, within the time limit of the settings.

    Raises `BadQuery`, `NotAcceptable` and the leaves of `LimitReached`.
    """
    name = wanted.format_name
    if name == "table" or (name is None and sys.stdout.isatty()):
        _show(graph, wanted)
        return
    form = by_name(name) if name else Fitting(by_name("tsv"), by_name("ttl"))
    _run(graph, wanted.text, form, sys.stdout.fileno(), wanted.limit or None)


def _run(
    graph: KnowledgeGraph,
    text: str,
    form: Format | Fitting,
    descriptor: int,
    max_rows: int | None = None,
) -> None:
    """Write the answer of a query to a descriptor, in a process that can be stopped.

    The text is looked through only where the engine refuses it: then `admit` may know better why.
    """
    try:
        _evaluate(graph, _asked(graph, text, max_rows), form, descriptor)
    except BadQuery:
        from ipgraph.sparql.guard import admit

        admit(text, prefixes=frozenset(PREFIXES))
        raise


def _asked(graph: KnowledgeGraph, text: str, max_rows: int | None) -> Query:
    prefixes = tuple(PREFIXES.items())
    return Query(text, infer=graph.settings.infer, prefixes=prefixes, max_rows=max_rows)


def _evaluate(graph: KnowledgeGraph, query: Query, form: Format | Fitting, descriptor: int) -> None:
    if graph.snapshot is None and graph.has_open_store:  # an endpoint has limits of its own
        with os.fdopen(os.dup(descriptor), "wb") as out:
            write(graph.query(query.text).result, form, out, max_rows=query.max_rows)
        return
    from ipgraph import workers

    workers.run_once(
        graph.store_for,
        query,
        form,
        descriptor,
        time_limit_s=graph.settings.query_time_limit_s,
        memory_limit_mib=graph.settings.query_memory_limit_mib,
    )


def _show(graph: KnowledgeGraph, wanted: Wanted) -> None:
    """Print solutions as a table with labels, or the word for a truth value."""
    import shutil
    import tempfile

    from rich.console import Console

    from ipgraph.cli.output.terms import Cells

    with tempfile.TemporaryFile() as answered:
        both = Fitting(by_name("json"), by_name("ttl"))
        _run(graph, wanted.text, both, answered.fileno())
        answered.seek(0)
        if answered.read(1) != b"{":  # triples: a table of three columns would tell less
            answered.seek(0)
            shutil.copyfileobj(answered, sys.stdout.buffer)
            return
        answered.seek(0)
        results = ox.parse_query_results(answered, format=ox.QueryResultsFormat.JSON)
        # A width of its own where nobody watches, so that a pipe gets whole cells.
        console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
        if isinstance(results, ox.QueryBoolean):
            console.print("yes" if results else "no")
        else:
            limit = ROWS_SHOWN if wanted.limit is None else wanted.limit
            _print_rows(console, results, Cells(graph), limit)


def _print_rows(console: Console, rows: ox.QuerySolutions, cells: Cells, limit: int) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for variable in rows.variables:
        table.add_column(variable.value, overflow="fold")
    number = 0
    for number, row in enumerate(rows, 1):
        if not limit or number <= limit:
            table.add_row(*(cells.text(term) for term in row))
    if not number:
        console.print("0 rows: the query is valid, and nothing matches it.")
        return
    console.print(table)
    cut = f"first {limit:,} of " if limit and number > limit else ""
    console.print(f"{cut}{number:,} row{'s' * (number != 1)}", style="dim")
