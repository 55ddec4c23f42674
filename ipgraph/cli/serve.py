"""``ipgraph serve``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ipgraph.cli.options import dataset_options, open_graph, settings_of, target_option
from ipgraph.cli.output import activity
from ipgraph.cli.setting_flags import GroupedCommand, setting_flags

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.settings import Settings


@click.command(cls=GroupedCommand)
@click.argument("files", nargs=-1, type=click.Path())
@setting_flags
@click.option("--watch", is_flag=True, help="Rebuild the graph when a file changes.")
@target_option
@dataset_options
@click.pass_obj
def command(
    obj: dict[str, Any],
    /,
    files: tuple[str, ...],
    watch: bool,
    target: tuple[str, ...],
    **flags: Any,
) -> None:
    """Serve a graph: web pages, SPARQL at /sparql, linked data.

    Without FILES, this is the graph of the project; with them, your own RDF. Every setting has a
    flag. A flag overrides the environment variable, which overrides the settings file.

    \b
    ipgraph serve
    ipgraph serve my.ttl other/ --port 9000 --watch
    ipgraph serve --query-time-limit-s 2.5 --workers 8
    """
    from ipgraph.server import lifecycle  # late: --help needs no web framework

    settings = settings_of(obj, **flags)
    # No variable holds the graph: a reload replaces it, and then nothing may keep it open.
    lifecycle.serve(_quietly_opened((*files, *target), settings), settings, watch=watch)


def _quietly_opened(target: tuple[str, ...], settings: Settings) -> KnowledgeGraph:
    """Open the graph; the log says what happens from then on."""
    graph = open_graph(target, settings)
    activity.end()
    return graph
