"""``ipgraph search``."""

from __future__ import annotations

import dataclasses
import json

import click

from ipgraph.cli.options import language_option, open_graph, settings_of, store_option
from ipgraph.cli.output import search_hits


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    help="Show at most this many entities (default: 20).",
)
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text")
@language_option
@store_option
@click.pass_obj
def command(
    obj: dict[str, str | None],
    words: tuple[str, ...],
    limit: int,
    format_name: str,
    language: str | None,
    target: tuple[str, ...],
) -> None:
    """Find entities by words of their names or definitions.

    \b
    ipgraph search bomb
    ipgraph search chemical facilities --limit 5
    """
    graph = open_graph(target, settings_of(obj), language)
    page = graph.search(" ".join(words), limit=limit)
    if format_name == "json":
        click.echo(json.dumps(dataclasses.asdict(page), ensure_ascii=False, indent=2))
    else:
        click.echo(search_hits.text(graph, page, " ".join(words)))
