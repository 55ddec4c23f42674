"""``ipgraph describe``."""

from __future__ import annotations

import sys
from typing import Any

import click

from ipgraph.cli.options import (
    infer_option,
    language_option,
    open_graph,
    settings_of,
    store_option,
)
from ipgraph.serialization.line_end import ended


@click.command()
@click.argument("name")
@click.option(
    "--format", "format_name", metavar="NAME", help="text, ttl, nt, rdf, jsonld, trig, nq."
)
@language_option
@infer_option
@store_option
@click.pass_obj
def command(
    obj: dict[str, Any],
    name: str,
    format_name: str | None,
    language: str | None,
    infer: bool | None,
    target: tuple[str, ...],
) -> None:
    """Describe an entity: its statements, and the sources of each.

    NAME is an acronym, a label, a prefixed name or an IRI.

    \b
    ipgraph describe PSCD
    ipgraph describe NICC --format ttl
    """
    graph = open_graph(target, settings_of(obj, infer=infer), language)
    if format_name in (None, "text"):
        from ipgraph.cli.output import entity

        shown = entity.text(graph.describe(name), graph.prefixes, graph.languages.first)
        click.echo(shown, nl=False)
    else:
        with ended(sys.stdout.buffer) as out:
            graph.export(out, format=format_name, about=name)
