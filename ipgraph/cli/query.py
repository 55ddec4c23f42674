"""``ipgraph query``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ipgraph.cli.options import infer_option, limit_options, open_graph, settings_of, store_option
from ipgraph.cli.output import results
from ipgraph.errors import UsageError


@click.command()
@click.argument("text", required=False)
@click.option("-f", "--file", type=click.Path(dir_okay=False, exists=True), help="Read it there.")
@click.option("--format", "format_name", metavar="NAME", help="table, tsv, csv, json, xml, ttl …")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    help="The first rows only (a table: 200; 0: all).",
)
@limit_options
@infer_option
@store_option
@click.pass_obj
def command(
    obj: dict[str, Any],
    /,
    text: str | None,
    file: str | None,
    format_name: str | None,
    limit: int | None,
    infer: bool | None,
    target: tuple[str, ...],
    **limits: Any,
) -> None:
    """Answer a SPARQL query.

    TEXT is the query; without it, or with "-", it is read from standard input. The project's
    prefixes are declared. A terminal gets a table with labels, a pipe gets TSV (Turtle for
    CONSTRUCT and DESCRIBE), unless --format says otherwise.

    \b
    ipgraph query 'SELECT ?sector { id:sopd ip:sectorSpecificAgencyOf ?sector }'
    ipgraph query -f question.rq --format csv > answer.csv
    """
    wanted = results.Wanted(_query_text(text, file), format_name, limit)
    settings = settings_of(obj, infer=infer, **limits)
    results.answer(open_graph(target, settings), wanted)


def _query_text(text: str | None, file: str | None) -> str:
    if file:
        if text:
            raise UsageError("Give the query as an argument or with --file, not both.")
        return Path(file).read_text(encoding="utf-8")
    if text and text != "-":
        return text
    if text is None and sys.stdin.isatty():
        raise UsageError(
            "No query was given.",
            hint="Try: ipgraph query 'SELECT ?unit { ?unit org:unitOf id:ip }'",
        )
    return sys.stdin.read()
