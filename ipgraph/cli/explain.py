"""``ipgraph explain``."""

from __future__ import annotations

from typing import Any

import click

from ipgraph.cli.options import open_graph, settings_of, store_option


@click.command()
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "ttl"]),
    default="text",
    show_default=True,
    help="Format of the proof.",
)
@store_option
@click.pass_obj
def command(
    obj: dict[str, Any],
    subject: str,
    predicate: str,
    object_: str,
    format_name: str,
    target: tuple[str, ...],
) -> None:
    """Show why a statement holds, or what is missing for it to hold.

    Each argument is an acronym, a label, a prefixed name or an IRI; the predicate may be "a".
    The output is a shortest proof: statements of sources, and the OWL 2 RL rule of each step.
    Exit code 1: the statement does not hold.

    \b
    ipgraph explain PSCD partOf DHS
    ipgraph explain NICC a org:Organization --format ttl
    """
    graph = open_graph(target, settings_of(obj))
    proof = graph.explain(subject, predicate, object_)
    if format_name == "text":
        click.echo(proof.text(graph.explainer.name))
    else:
        click.echo(proof.json() if format_name == "json" else proof.turtle(), nl=False)
