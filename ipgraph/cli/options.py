"""Options, settings and the opening of a graph, for all commands."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

import ipgraph
from ipgraph import settings
from ipgraph.cli.output import activity, terminal
from ipgraph.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.settings import Settings

_STAGES = {
    "load": "Loading the files",
    "infer": "Inferring statements",
    "date": "Computing periods",
    "write": "Writing the snapshot",
    "index": "Indexing",
}
# What a command does before and after it opens a graph.
_ACTIVITIES = {
    "query": "Running the query",
    "ask": "Running the query",
    "search": "Searching",
    "describe": "Describing the entity",
    "explain": "Proving the statement",
    "check": "Checking the files",
    "export": "Writing the graph",
    "info": "Counting",
}

_READING = ("lenient", "strict", "input_format")  # settings with a flag on every command
_FOUND = "\0"  # the value of --dataset without a file

target_option = click.option(
    "--store",
    "target",
    multiple=True,
    metavar="STORE",
    help="RDF files or folders of them, the address of an RDF file, - (standard input), a SPARQL "
    "endpoint, or a folder written by Oxigraph (default: the bundled dataset).",
)
language_option = click.option(
    "--language",
    metavar="TAG",
    callback=lambda context, option, value: _check_language(value),
    help="Show labels and texts in this language where the data have it, such as es.",
)


def dataset_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that describe the graph; `open_graph` reads them from the context."""
    return _dataset_option({})(_no_dataset_option(command))


def shown_dataset_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the same flags to a command that shows the description: the file need not be given."""
    more = {"is_flag": False, "flag_value": _FOUND, "metavar": "[FILE]", "expose_value": True}
    help_text = "Show every value of the dataset file, or of FILE, and where it comes from."
    return _dataset_option({**more, "help": help_text})(_no_dataset_option(command))


def _dataset_option(more: dict[str, Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    attributes: dict[str, Any] = {
        "metavar": "FILE",
        "expose_value": False,
        "callback": _keep_dataset,
        "help": "Dataset file that describes the graph (default: dataset.toml in its folder).",
    }
    return click.option("--dataset", **(attributes | more))


def _no_dataset_option(command: Callable[..., Any]) -> Callable[..., Any]:
    none = click.option(
        "--no-dataset",
        is_flag=True,
        expose_value=False,
        callback=_keep_dataset,
        help="Ignore dataset files.",
    )
    return none(command)


def _keep_dataset(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    if value and value != _FOUND:
        if "dataset" in context.obj:
            raise UsageError("Use --dataset or --no-dataset, not both.")
        context.obj["dataset"] = False if value is True else value
    return value


class SettingType(click.ParamType):  # type: ignore[type-arg]  # generic for checkers only
    """The value of a flag for a setting, with the same validation as in other places."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value. Raises `UsageError` with the flag and its valid values."""
        place = param.opts[0] if param else self.name
        return settings.parse_value(self.name, value, place)


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Put an option into the object of the context, where `settings_of` finds it."""
    if value is not None and parameter.name:
        context.obj[parameter.name] = value


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags of the settings that say how files are read; `settings_of` has their values."""
    for option in (
        click.option(
            "--lenient",
            is_flag=True,
            default=None,
            expose_value=False,
            callback=_remember,
            help="Repair invalid IRIs and language tags in the files, and count them.",
        ),
        click.option(
            "--strict",
            is_flag=True,
            default=None,
            expose_value=False,
            callback=_remember,
            help="Refuse a graph with contradictions, or with files in folders that are broken.",
        ),
        click.option(
            "--input-format",
            type=SettingType("input_format"),
            metavar="NAME",
            expose_value=False,
            callback=_remember,
            help="Syntax of the files (default: by name and content).",
        ),
    ):
        command = option(command)
    return command


def date_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags for the graph at a date; `open_graph` reads them from the context."""
    as_of = click.option(
        "--as-of",
        metavar="DATE",
        expose_value=False,
        callback=_remember,
        help="Show the graph as it stood at a year, month or day: 2010, 2010-06, 2010-06-15.",
    )
    certainty = click.option(
        "--certainty",
        type=click.Choice(["possible", "held"]),
        expose_value=False,
        callback=_remember,
        help="With --as-of: what may have held then (default), or only what evidence covers.",
    )
    return as_of(certainty(command))


def store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags for the graph, its description and its date, and for how files are read."""
    return target_option(date_options(dataset_options(reading_options(command))))


infer_option = click.option(
    "--infer/--no-infer", default=None, help="Include inferred statements, or only stated ones."
)


reasoner_option = click.option(
    "--reasoner",
    type=SettingType("reasoner"),
    metavar="NAME",
    help="rl (default), or owlrl, the reference implementation.",
)


def limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags for the limits of a query."""
    time = click.option(
        *("--timeout", "--query-time-limit-s", "query_time_limit_s"),
        type=SettingType("query_time_limit_s"),
        metavar="SECONDS",
        help="Stop the query after this time.",
    )
    memory = click.option(
        *("--memory", "--query-memory-limit-mib", "query_memory_limit_mib"),
        type=SettingType("query_memory_limit_mib"),
        metavar="MIB",
        help="Stop the query at this memory size, in addition to the graph (0: no limit).",
    )
    return time(memory(command))


def settings_of(obj: dict[str, Any], **flags: Any) -> Settings:
    """Return the settings of this run; `obj` has the options before the command."""
    given = {name: value for name, value in flags.items() if value is not None}
    before = {name: obj[name] for name in ("cache", *_READING) if name in obj}
    chosen = settings.load({**before, **given})
    activity.start(chosen.progress_after_s, _activity())
    return chosen


def _activity() -> str:
    """Return what the command does, in words."""
    context = click.get_current_context(silent=True)
    return _ACTIVITIES.get((context.info_name if context else None) or "", "Working")


def _check_language(value: str | None) -> str | None:
    from ipgraph.entities.languages import is_tag  # late: few commands are given a language

    if value is not None and not is_tag(value):
        raise UsageError(
            f"--language is {value!r}, which is not a language tag.", hint="Use a tag such as es."
        )
    return value


def open_graph(
    target: tuple[str, ...], chosen: Settings, language: str | None = None
) -> KnowledgeGraph:
    """Open the graph of ``--store`` or the arguments, with progress on a terminal.

    Texts are shown in `language` where the data have it. With ``--as-of``, it is the graph at a
    date.
    """
    paths = target[0] if len(target) == 1 else (target or None)
    context = click.get_current_context(silent=True)
    dataset = context.obj.get("dataset") if context else None
    activity.begin("Opening the graph")
    with _progress() as report:
        languages = (language,) if language else ()
        graph = ipgraph.open(
            paths, dataset=dataset, settings=chosen, report=report, languages=languages
        )
        graph = _at_date(graph, context.obj if context else {})
    activity.begin(_activity())
    for line in graph.warnings:
        click.echo(line, err=True)
    return graph


def _at_date(graph: KnowledgeGraph, given: Mapping[str, Any]) -> KnowledgeGraph:
    """Return the graph at the date of ``--as-of``, and say on standard error what it means."""
    if "as_of" not in given:
        if "certainty" in given:
            raise UsageError("--certainty is for a graph at a date.", hint="Add --as-of DATE.")
        return graph
    activity.begin("Deriving the graph at this date")
    dated = graph.at(given["as_of"], certainty=given.get("certainty", "possible"))
    click.echo(f"ipgraph: {dated.as_of}", err=True)
    return dated


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show the stages of a build: on a terminal at once, elsewhere if they take long."""
    if not sys.stderr.isatty():
        yield lambda stage: activity.begin(_STAGES[stage])
        return
    statuses: list[Any] = []

    def report(stage: str) -> None:
        if not statuses:
            from rich.console import Console

            statuses.append(Console(file=terminal.unfiltered(sys.stderr)).status(""))
            statuses[0].start()
        statuses[0].update(f"{_STAGES[stage]} …")
        activity.begin(_STAGES[stage], is_shown=True)

    try:
        yield report
    finally:
        for status in statuses:
            status.stop()


def assignments(arguments: Iterable[str]) -> dict[str, str]:
    """Return the values of arguments ``NAME=VALUE``, by name. Raises `UsageError`."""
    values: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or not name:
            raise UsageError(f"{argument!r} is not a parameter. Write NAME=VALUE.")
        if name in values:
            raise UsageError(f"The parameter {name} was given twice.")
        values[name] = value
    return values
