"""The command line: each command is one verb of the library, and says no more than it does.

Results alone go to standard output, everything else to standard error. Libraries are imported where
they are used: `ipgraph query` on a built snapshot loads neither rdflib nor Flask.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import ipgraph
from ipgraph import settings as settings_module
from ipgraph.errors import EXIT_CODES, IpGraphError, UsageError

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
_SHELLS = ("bash", "zsh", "fish")

_store = click.option(
    "--store",
    "target",
    multiple=True,
    metavar="WHERE",
    help="A SPARQL endpoint, a folder written by Oxigraph, RDF files; else the built graph.",
)
_infer = click.option(
    "--infer/--no-infer", default=None, help="Count what is inferred, or only what is stated."
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        code = commands.main(arguments, prog_name="ipgraph", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except IpGraphError as error:
        _complain(str(error), error.hint)
        return EXIT_CODES[type(error)]
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:  # whoever read the output has read enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  Python flushes it at exit
        return 0


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(ipgraph.__version__, prog_name="ipgraph")
@click.option("--cache", metavar="FOLDER", help="Where snapshots lie (default: the user's cache).")
@click.pass_context
def commands(context: click.Context, cache: str | None) -> None:
    r"""Query, explain and publish a knowledge graph of the Office of Infrastructure Protection.

    \b
    ipgraph serve                                  browse and query it at a local address
    ipgraph query 'SELECT ?unit { ?unit org:unitOf id:ip }'
    ipgraph describe PSCD                          what is known of a thing, and who says so
    """
    context.obj = {"cache": cache}


@commands.command()
@click.argument("text", required=False)
@click.option("-f", "--file", type=click.Path(dir_okay=False, exists=True), help="Read it there.")
@click.option("--format", "format_name", metavar="NAME", help="table, tsv, csv, json, xml, ttl …")
@click.option(
    "--limit", type=click.IntRange(min=0), help="Rows a table shows (default 200; 0: all)."
)
@click.option(
    "--timeout", "time_limit_s", type=click.FloatRange(0, min_open=True), metavar="SECONDS"
)
@_infer
@_store
@click.pass_obj
def query(
    obj: dict[str, Any],
    text: str | None,
    file: str | None,
    format_name: str | None,
    limit: int | None,
    time_limit_s: float | None,
    infer: bool | None,
    target: tuple[str, ...],
) -> None:
    r"""Answer a SPARQL query.

    TEXT is the query; without it, or with "-", it is read from standard input. The project's
    prefixes are declared. A terminal gets a table with labels, a pipe gets TSV (Turtle for
    CONSTRUCT and DESCRIBE), unless --format says otherwise.

    \b
    ipgraph query 'SELECT ?sector { id:sopd ip:sectorSpecificAgencyOf ?sector }'
    ipgraph query -f question.rq --format csv > answer.csv
    """
    from ipgraph.terminal import answers

    wanted = answers.Wanted(_query_text(text, file), format_name, limit)
    settings = _settings(obj, infer=infer, query_time_limit_s=time_limit_s)
    answers.answer(_open(target, settings), wanted)


@commands.command()
@click.argument("name")
@click.option(
    "--format", "format_name", metavar="NAME", help="text, ttl, nt, rdf, jsonld, trig, nq."
)
@_infer
@_store
@click.pass_obj
def describe(
    obj: dict[str, Any],
    name: str,
    format_name: str | None,
    infer: bool | None,
    target: tuple[str, ...],
) -> None:
    r"""Tell what is known of a thing, and which sources say so.

    NAME is an acronym, a label, a prefixed name or an IRI.

    \b
    ipgraph describe PSCD
    ipgraph describe id:nicc --format ttl
    """
    graph = _open(target, _settings(obj, infer=infer))
    if format_name in (None, "text"):
        from ipgraph.terminal import things

        click.echo(things.text(graph.describe(name)), nl=False)
    else:
        graph.export(sys.stdout.buffer, format=format_name, about=name)


@commands.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--format", "format_name", metavar="NAME", help="ttl, nt, rdf, jsonld, trig, nq.")
@_infer
@_store
@click.pass_obj
def export(
    obj: dict[str, Any],
    file: str,
    format_name: str | None,
    infer: bool | None,
    target: tuple[str, ...],
) -> None:
    r"""Write the graph to FILE ("-": standard output), in the format of its suffix.

    TriG and N-Quads keep the named graphs, and so what each source states; the others hold
    the merge of them.

    \b
    ipgraph export ip.trig
    ipgraph export --format nt --no-infer - | wc -l
    """
    graph = _open(target, _settings(obj, infer=infer))
    if file == "-":
        graph.export(sys.stdout.buffer, format=format_name or "ttl")
    else:
        written = graph.export(Path(file), format=format_name)
        click.echo(f"Wrote {written:,} statements to {file}.", err=True)


@commands.command()
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text")
@_store
@click.pass_obj
def info(obj: dict[str, Any], format_name: str, target: tuple[str, ...]) -> None:
    r"""Say what the graph holds, how it was made and where its snapshot lies.

    \b
    ipgraph info
    ipgraph info --format json | jq .counts
    """
    import json

    from ipgraph.terminal import summaries

    graph = _open(target, _settings(obj))
    if format_name == "json":
        click.echo(json.dumps(graph.info(), indent=2, ensure_ascii=False))
    else:
        click.echo(summaries.summary(graph))


@commands.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True))
@click.option("--reasoner", metavar="NAME", help="rl (default) or owlrl, the reference.")
@click.option("--clean", is_flag=True, help="Remove all snapshots that are not in use, and stop.")
@click.pass_obj
def build(obj: dict[str, Any], files: tuple[str, ...], reasoner: str | None, clean: bool) -> None:
    r"""Compile the files into a snapshot: load, infer, index.

    Every other command does so by itself when the snapshot is missing or stale.

    \b
    ipgraph build
    ipgraph build my.ttl other/
    """
    from ipgraph import catalog

    settings = _settings(obj, reasoner=reasoner)
    cache = settings_module.cache_folder(settings)
    if clean:
        removed = catalog.clean(cache)
        click.echo(f"Removed {removed} snapshot{'s' * (removed != 1)} from {cache}.", err=True)
        return
    graph = _open(files, settings)
    counts = graph.info()["counts"]
    catalog.prune(cache, settings.kept_snapshots)
    click.echo(
        f"Snapshot {graph.built.hash}: {counts['stated']:,} triples stated, "
        f"{counts['inferred']:,} inferred, in {graph.built.folder}"
    )


@commands.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    r"""Print the completion script of a shell.

    \b
    ipgraph completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101  the choice above names what click has
    click.echo(found(commands, {}, "ipgraph", "_IPGRAPH_COMPLETE").source())


def _settings(obj: dict[str, Any], **flags: Any) -> Settings:
    return settings_module.load({"cache": obj["cache"], **flags})


def _open(target: tuple[str, ...], settings: Settings) -> KnowledgeGraph:
    where = target[0] if len(target) == 1 else (target or None)
    with _progress() as report:
        return ipgraph.open(where, settings=settings, report=report)


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


def _query_text(text: str | None, file: str | None) -> str:
    if file:
        if text:
            raise UsageError("Give the query as an argument or with --file, not both.")
        return Path(file).read_text(encoding="utf-8")
    if text and text != "-":
        return text
    if text is None and sys.stdin.isatty():
        raise UsageError(
            "No query was given.",
            hint="Try: ipgraph query 'SELECT ?unit { ?unit org:unitOf id:ip }'",
        )
    return sys.stdin.read()


def _complain(message: str, hint: str) -> None:
    click.echo(f"ipgraph: {message}", err=True)
    if hint:
        click.echo(f"  {hint}", err=True)
