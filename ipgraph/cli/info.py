"""``ipgraph info``."""

from __future__ import annotations

import json
from typing import Any

import click

from ipgraph.cli.options import (
    date_options,
    open_graph,
    reading_options,
    settings_of,
    shown_dataset_options,
    target_option,
)
from ipgraph.cli.output import description, summary


@click.command()
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text")
@target_option
@date_options
@reading_options
@shown_dataset_options
@click.pass_obj
def command(
    obj: dict[str, Any], format_name: str, dataset: str | None, target: tuple[str, ...]
) -> None:
    """Show the size of the graph, its coverage, and its snapshot.

    \b
    ipgraph info
    ipgraph info --format json | jq .counts
    ipgraph info --store library/ --dataset
    """
    graph = open_graph(target, settings_of(obj))
    if dataset:
        click.echo(description.description(graph.dataset_file, format_name))
    elif format_name == "json":
        click.echo(json.dumps(graph.info(), indent=2, ensure_ascii=False))
    else:
        click.echo(summary.summary(graph))
