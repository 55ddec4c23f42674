"""``ipgraph search``."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ipgraph.cli.options import (
    language_option,
    limit_options,
    open_graph,
    settings_of,
    store_option,
)
from ipgraph.cli.output import search_hits
from ipgraph.errors import LimitReached

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.search.answering.answer import Answering


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    help="Show at most this many entities (default: 20).",
)
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text")
@limit_options
@language_option
@store_option
@click.pass_obj
def command(
    obj: dict[str, Any],
    /,
    words: tuple[str, ...],
    limit: int,
    format_name: str,
    language: str | None,
    target: tuple[str, ...],
    **limits: Any,
) -> None:
    """Answer a question, or find entities by words of their names or texts.

    The answer comes first, if a competency question of the dataset fits WORDS.

    \b
    ipgraph search bomb
    ipgraph search head of nppd 2012
    ipgraph search chemical facilities --limit 5
    """
    text = " ".join(words).encode(errors="replace").decode()  # arguments may be other bytes
    graph = open_graph(target, settings_of(obj, **limits), language)
    found = _answers(graph, text)
    page = graph.index.search(text, limit=limit)
    if found is not None:
        page = replace(page, found=found)
    if format_name == "json":
        click.echo(json.dumps(dataclasses.asdict(page), ensure_ascii=False, indent=2))
    else:
        click.echo(search_hits.text(graph, page, text, target))


def _answers(graph: KnowledgeGraph, text: str) -> Answering | None:
    """Return the answers, found in a process with the limits of a query; None at a limit.

    All of it runs there, and first: a store on disk that this process has read does not survive
    the fork.
    """
    if not graph.questions:
        return None
    from ipgraph import workers

    try:
        return workers.call_once(
            graph.prepare_answers,
            lambda: graph.answers(text),
            time_limit_s=graph.settings.query_time_limit_s,
            memory_limit_mib=graph.settings.query_memory_limit_mib,
        )
    except LimitReached as error:
        limit = f"{error.limit} = {getattr(graph.settings, error.limit, '')}".rstrip(" =")
        click.echo(
            f"ipgraph: The question is not answered: it reached a limit ({limit}).", err=True
        )
        return None
