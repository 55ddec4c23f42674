"""``ipgraph ask``."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from ipgraph.cli.options import assignments, limit_options, open_graph, settings_of, store_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ipgraph.dataset.questions import Question
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.store import Store


@click.command()
@click.argument("name", required=False)
@click.argument("values", nargs=-1, metavar="[PARAMETER=VALUE]…")
@click.option("--format", "format_name", metavar="NAME", help="table, tsv, csv, json, xml …")
@click.option("--limit", type=click.IntRange(min=0), help="Show at most this many rows (0: all).")
@click.option("--text", "text_only", is_flag=True, help="Print the query instead of running it.")
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
    """Answer a competency question; without NAME, list all questions.

    A VALUE is an entity name as in `ipgraph describe`, a year or a text.

    \b
    ipgraph ask
    ipgraph ask units-of organization=NPPD
    ipgraph ask agency-of-sector-in-a-year sector='Chemical Sector' year=2016
    """
    from ipgraph.dataset import questions

    graph = open_graph(target, settings_of(obj, **limits))
    if name is None:
        click.echo(_list(graph.questions))
        return
    question = questions.by_name(name, questions.folder_of(graph.dataset_file))
    graph.settings = settings_of(obj, infer=question.infer, **limits)
    text = question.text
    if values:
        text = question.bind(assignments(values), _store_for_names(graph))
    if text_only:
        click.echo(text, nl=False)
        return
    from ipgraph.cli.output import results

    results.run(graph, results.QueryRequest(text, format_name, limit))


def _store_for_names(graph: KnowledgeGraph) -> Store:
    """Return a store for finding entities by name that a later fork does not break.

    The query runs in a forked process, which hangs if its parent has read a store on disk
    (RocksDB's threads do not survive a fork).
    """
    if graph.snapshot is None:
        return graph.store
    from ipgraph.store.local import LocalStore

    return replace(LocalStore.in_memory(graph.built.graph_path), prefixes=graph.prefixes)


def _list(questions: Iterable[Question]) -> str:
    """Return the questions by topic, with names, parameters and defaults."""
    lines: list[str] = []
    for topic, group in groupby(questions, key=lambda question: question.topic):
        lines += ["", topic.capitalize()]
        for question in group:
            defaults = [f"{item.name}={item.default}" for item in question.parameters]
            lines.append(f"  {question.title}\n      {' '.join((question.name, *defaults))}")
    return "\n".join(lines[1:])
