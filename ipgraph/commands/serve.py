"""``ipgraph serve``."""

from __future__ import annotations

from typing import Any

import click

from ipgraph.commands import open_graph, settings_of, store_option


@click.command()
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--host", help="Address to listen on (default 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (default 8080).")
@click.option("--watch", is_flag=True, help="Build again when a file changes.")
@store_option
@click.pass_obj
def command(
    obj: dict[str, Any],
    files: tuple[str, ...],
    host: str | None,
    port: int | None,
    watch: bool,
    target: tuple[str, ...],
) -> None:
    """Serve the graph: pages to browse, SPARQL at /sparql, linked data.

    Without FILES it is the graph of this project; with them, any RDF of yours.

    \b
    ipgraph serve
    ipgraph serve my.ttl other/ --port 9000 --watch
    """
    from ipgraph.server import serving  # late: --help waits for no web framework

    settings = settings_of(obj, host=host, port=port)
    graph = open_graph((*files, *target), settings)
    serving.serve(graph, settings, watch=watch)
