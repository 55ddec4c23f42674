"""What commands share: options, settings, opening a graph."""

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


class SettingType(click.ParamType):  # type: ignore[type-arg]  # generic for checkers only
    """The value of a flag that is a setting, held to the same bounds as everywhere."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value; raises `UsageError` that names the flag and what it takes."""
        place = param.opts[0] if param else self.name
        return settings.parsed(self.name, value, place)


reasoner_option = click.option(
    "--reasoner",
    type=SettingType("reasoner"),
    metavar="NAME",
    help="rl (default) or owlrl, the reference.",
)


def limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that runs a query the flags of its limits."""
    time = click.option(
        *("--timeout", "--query-time-limit-s", "query_time_limit_s"),
        type=SettingType("query_time_limit_s"),
        metavar="SECONDS",
        help="Stop it after so long.",
    )
    memory = click.option(
        *("--memory", "--query-memory-limit-mib", "query_memory_limit_mib"),
        type=SettingType("query_memory_limit_mib"),
        metavar="MIB",
        help="Stop it when it takes more memory beyond the graph's (0: any).",
    )
    return time(memory(command))


def settings_of(obj: dict[str, Any], **flags: Any) -> Settings:
    """Return the settings of this run, with the options given to `ipgraph` itself in `obj`."""
    given = {name: value for name, value in flags.items() if value is not None}
    return settings.load({"cache": obj["cache"], **given})


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
