"""The commands, one module each, and what they share: options, settings, opening a graph.

`ipgraph.cli` imports a command when it is called, so that one does not wait for another's imports.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

import ipgraph
from ipgraph import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.settings import Settings

_STAGES = {
    "load": "Loading the files",
    "infer": "Inferring what follows",
    "write": "Writing the snapshot",
    "index": "Indexing",
}

store_option = click.option(
    "--store",
    "target",
    multiple=True,
    metavar="WHERE",
    help="A SPARQL endpoint, a folder written by Oxigraph, RDF files; else the built graph.",
)
infer_option = click.option(
    "--infer/--no-infer", default=None, help="Count what is inferred, or only what is stated."
)


def settings_of(obj: dict[str, Any], **flags: Any) -> Settings:
    """Return the settings of this run, with the options given to `ipgraph` itself in `obj`."""
    return settings.load({"cache": obj["cache"], **flags})


def open_graph(target: tuple[str, ...], chosen: Settings) -> KnowledgeGraph:
    """Open what ``--store`` or the arguments name; show the stages of a build to a terminal."""
    where = target[0] if len(target) == 1 else (target or None)
    with _progress() as report:
        return ipgraph.open(where, settings=chosen, report=report)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show the stages of a build, if there are any and somebody watches."""
    if not sys.stderr.isatty():
        yield lambda stage: None
        return
    shown: list[Any] = []

    def report(stage: str) -> None:
        if not shown:
            from rich.console import Console

            shown.append(Console(stderr=True).status(""))
            shown[0].start()
        shown[0].update(f"{_STAGES[stage]} …")

    try:
        yield report
    finally:
        for each in shown:
            each.stop()
