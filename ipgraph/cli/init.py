"""``ipgraph init``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ipgraph.cli.options import open_graph, settings_of
from ipgraph.errors import UsageError


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write to this file; - prints (default: dataset.toml in the folder).",
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.pass_obj
def command(obj: dict[str, Any], folder: str, output: str | None, force: bool) -> None:
    """Write a dataset file for a folder of RDF files, from what the data show.

    The file changes nothing until you edit it: proposals are comments with their evidence.

    \b
    ipgraph init library/
    ipgraph init library/ --output -
    """
    from ipgraph.dataset.proposal import propose

    path = Path(output) if output else Path(folder, "dataset.toml")
    if output != "-" and path.exists() and not force:
        raise UsageError(f"{path} exists.", hint="Replace it with --force, or choose --output.")
    obj["dataset"] = False
    graph = open_graph((folder,), settings_of(obj))
    text = propose(graph.store, graph.title, graph.description)
    if output == "-":
        click.echo(text, nl=False)
        return
    path.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {path}.", err=True)
