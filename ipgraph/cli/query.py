"""``ipgraph query``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ipgraph.cli import options
from ipgraph.cli.options import (
    infer_option,
    language_option,
    limit_options,
    open_graph,
    settings_of,
    store_option,
)
from ipgraph.cli.output import activity, results
from ipgraph.errors import UsageError

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.sparql.bindings import Bindings


@click.command()
@click.argument("text", required=False)
@click.option(
    "-f",
    "--file",
    type=click.Path(dir_okay=False, exists=True),
    help="Read the query from this file.",
)
@click.option("--format", "format_name", metavar="NAME", help="table, tsv, csv, json, xml, ttl …")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    help="Show at most this many rows (0: all; default for a table: 200).",
)
@click.option(
    *("--param", "parameters"),
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of a variable; may be repeated.",
)
@language_option
@limit_options
@infer_option
@store_option
@click.pass_obj
def command(
    obj: dict[str, Any],
    /,
    text: str | None,
    file: str | None,
    format_name: str | None,
    limit: int | None,
    parameters: tuple[str, ...],
    language: str | None,
    infer: bool | None,
    target: tuple[str, ...],
    **limits: Any,
) -> None:
    """Run a SPARQL query.

    TEXT is the query; without it, or with "-", it is read from standard input. The prefixes of
    the data and well-known ones are declared. The default format is a table with labels for a
    terminal, and TSV (for CONSTRUCT and DESCRIBE: Turtle) for a pipe.

    --param gives a variable a value: a prefixed name, an IRI, a number, true, false, a date, or
    "text" in quotes, with @en or ^^xsd:type after it. Anything else is a text.

    \b
    ipgraph query 'SELECT ?class (COUNT(*) AS ?n) { ?thing a ?class } GROUP BY ?class'
    ipgraph query -f question.rq --format csv > answer.csv
    ipgraph query --param class=foaf:Person 'SELECT ?person { ?person a ?class }'
    """
    if "-" in target and not file and text in (None, "-"):
        raise UsageError("The query and the graph cannot both come from standard input.")
    settings = settings_of(obj, infer=infer, **limits)
    activity.begin("Reading the query")
    query = _query_text(text, file)
    graph = open_graph(target, settings, language)
    bindings = _bindings(parameters, graph) if parameters else ()
    results.run(graph, results.QueryRequest(query, format_name, limit, bindings))


def _bindings(parameters: tuple[str, ...], graph: KnowledgeGraph) -> Bindings:
    """Return the terms of parameters by the names of their variables."""
    from ipgraph.sparql import bindings, values

    texts = options.assignments(parameters)
    terms = {name: values.parse(text, graph.prefixes) for name, text in texts.items()}
    return bindings.terms(terms, graph.prefixes)


def _query_text(text: str | None, file: str | None) -> str:
    if file:
        if text:
            raise UsageError("The query was given twice. Give it as an argument or with --file.")
        return Path(file).read_text(encoding="utf-8")
    if text and text != "-":
        return text
    if text is None and sys.stdin.isatty():
        raise UsageError(
            "No query was given.",
            hint="Try: ipgraph query 'SELECT ?class { ?class a owl:Class }'",
        )
    return sys.stdin.read()
