"""``ipgraph build``."""

from __future__ import annotations

from typing import Any

import click

from ipgraph import settings
from ipgraph.cli.options import open_graph, reasoner_option, settings_of
from ipgraph.snapshots import cache as catalog


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True))
@reasoner_option
@click.option("--clean", is_flag=True, help="Remove all snapshots that are not in use, and stop.")
@click.pass_obj
def command(obj: dict[str, Any], files: tuple[str, ...], reasoner: str | None, clean: bool) -> None:
    """Compile the files into a snapshot: load, infer, index.

    Every other command does so by itself when the snapshot is missing or stale.

    \b
    ipgraph build
    ipgraph build my.ttl other/
    """
    chosen = settings_of(obj, reasoner=reasoner)
    cache = settings.cache_folder(chosen)
    if clean:
        removed = catalog.clean(cache)
        click.echo(f"Removed {removed} snapshot{'s' * (removed != 1)} from {cache}.", err=True)
        return
    graph = open_graph(files, chosen)
    counts = graph.info()["counts"]
    catalog.prune(cache, chosen.kept_snapshots)
    click.echo(
        f"Snapshot {graph.built.hash}: {counts['stated']:,} triples stated, "
        f"{counts['inferred']:,} inferred, in {graph.built.folder}"
    )
