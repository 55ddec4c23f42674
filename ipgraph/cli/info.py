"""``ipgraph info``."""

from __future__ import annotations

import json
from typing import Any

import click

from ipgraph.cli.options import open_graph, settings_of, store_option
from ipgraph.cli.output import summary


@click.command()
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text")
@store_option
@click.pass_obj
def command(obj: dict[str, Any], format_name: str, target: tuple[str, ...]) -> None:
    """Show the size of the graph, its coverage, and its snapshot.

    \b
    ipgraph info
    ipgraph info --format json | jq .counts
    """
    graph = open_graph(target, settings_of(obj))
    if format_name == "json":
        click.echo(json.dumps(graph.info(), indent=2, ensure_ascii=False))
    else:
        click.echo(summary.summary(graph))
