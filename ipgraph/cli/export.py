"""``ipgraph export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ipgraph.cli.options import infer_option, open_graph, settings_of, store_option
from ipgraph.serialization.formats import table_format
from ipgraph.serialization.line_end import ended


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option(
    "--format", "format_name", metavar="NAME", help="ttl, nt, rdf, jsonld, trig, nq, csv.zip, xlsx."
)
@infer_option
@store_option
@click.pass_obj
def command(
    obj: dict[str, Any],
    file: str,
    format_name: str | None,
    infer: bool | None,
    target: tuple[str, ...],
) -> None:
    """Write the graph to FILE ("-": standard output), in the format of its suffix.

    TriG and N-Quads contain the named graphs, and so the source of each statement. The other
    RDF formats contain the merge of all graphs. .csv.zip and .xlsx contain a table of entities
    and a table of statements with their sources.

    Your own files are written as they state it, literals included; --infer adds what follows from
    them. What a format cannot hold is refused before anything is written.

    \b
    ipgraph export ip.trig
    ipgraph export ip.xlsx
    ipgraph export --format nt --no-infer - | wc -l
    """
    graph = open_graph(target, settings_of(obj, infer=infer))
    if file == "-":
        name = format_name or "ttl"
        if table_format(name):  # bytes, not text
            graph.export(sys.stdout.buffer, format=name, infer=infer)
            return
        with ended(sys.stdout.buffer) as out:
            graph.export(out, format=name, infer=infer)
    else:
        written = graph.export(Path(file), format=format_name, infer=infer)
        click.echo(f"Wrote {written:,} statements to {file}.", err=True)
