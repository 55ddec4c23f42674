"""``ipgraph ask``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ipgraph.cli.options import limit_options, open_graph, settings_of, store_option
from ipgraph.errors import UsageError

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.store import Store


@click.command()
@click.argument("name", required=False)
@click.argument("values", nargs=-1, metavar="[PARAMETER=VALUE]…")
@click.option("--format", "format_name", metavar="NAME", help="table, tsv, csv, json, xml …")
@click.option("--limit", type=click.IntRange(min=0), help="Rows shown (0: all).")
@click.option("--text", "text_only", is_flag=True, help="Print the query, and do not run it.")
@limit_options
@store_option
@click.pass_obj
def command(
    obj: dict[str, Any],
    /,
    name: str | None,
    values: tuple[str, ...],
    format_name: str | None,
    limit: int | None,
    text_only: bool,
    target: tuple[str, ...],
    **limits: Any,
) -> None:
    """Answer one of the competency questions; without NAME, list them.

    A VALUE is a name of a thing, as `ipgraph describe` takes it, a year or a text.

    \b
    ipgraph ask
    ipgraph ask units-of organization=NPPD
    ipgraph ask agency-of-sector-in-a-year sector='Chemical Sector' year=2016
    """
    from ipgraph.dataset import questions

    if name is None:
        click.echo(_listing(questions.all_questions()))
        return
    question = questions.named(name)
    graph = open_graph(target, settings_of(obj, infer=question.infer, **limits))
    text = question.text
    if values:
        text = question.bind(_pairs(values), _names(graph))
    if text_only:
        click.echo(text, nl=False)
        return
    from ipgraph.cli.output import results

    results.answer(graph, results.Wanted(text, format_name, limit))


def _names(graph: KnowledgeGraph) -> Store:
    """Return a store to find things by name in, one that a fork survives.

    The answer comes from a process forked later, and that hangs where its parent has read a store
    on disk (RocksDB's threads do not follow a fork).
    """
    if graph.snapshot is None:
        return graph.store
    from ipgraph.store.local import LocalStore

    return LocalStore.memory(graph.built.graph_path)


def _pairs(values: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for each in values:
        key, equals, value = each.partition("=")
        if not equals:
            raise UsageError(f"A parameter is given as NAME=VALUE, not as {each!r}.")
        pairs[key] = value
    return pairs


def _listing(questions: Any) -> str:
    """Write the questions by topic, each with its name, its parameters and their defaults."""
    lines: list[str] = []
    topic = ""
    for each in questions:
        if each.topic != topic:
            topic = each.topic
            lines += ["", topic.capitalize()]
        takes = " ".join(f"{one.name}={one.default}" for one in each.parameters)
        lines.append(f"  {each.title}\n      {' '.join((each.name, takes)).rstrip()}")
    return "\n".join(lines[1:])
