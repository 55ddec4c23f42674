"""``ipgraph build``."""

from __future__ import annotations

from typing import Any

import click

from ipgraph import settings
from ipgraph.cli.options import (
    dataset_options,
    open_graph,
    reading_options,
    reasoner_option,
    settings_of,
)
from ipgraph.snapshots import cache as snapshot_cache


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True))
@reasoner_option
@reading_options
@dataset_options
@click.option("--clean", is_flag=True, help="Remove all unused snapshots, and build nothing.")
@click.pass_obj
def command(obj: dict[str, Any], files: tuple[str, ...], reasoner: str | None, clean: bool) -> None:
    """Build the snapshot of a graph: load the files, infer statements, index names.

    The other commands build a missing or stale snapshot by themselves.

    \b
    ipgraph build
    ipgraph build my.ttl other/
    """
    chosen = settings_of(obj, reasoner=reasoner)
    cache = settings.cache_folder(chosen)
    if clean:
        removed = snapshot_cache.clean(cache)
        click.echo(f"Removed {removed} snapshot{'s' * (removed != 1)} from {cache}.", err=True)
        return
    graph = open_graph(files, chosen)
    counts = graph.info()["counts"]
    click.echo(
        f"Snapshot {graph.built.hash}: {counts['stated']:,} triples stated, "
        f"{counts['inferred']:,} inferred, in {graph.built.folder}"
    )
    for note in graph.notes:
        click.echo(note, err=True)
