"""The command line: each command calls one operation of the library.

Only results go to standard output, everything else to standard error. Each command is a module of
`ipgraph.cli` and is imported when it runs.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

import ipgraph
from ipgraph.cli.output import terminal
from ipgraph.errors import EXIT_CODES, IpGraphError, StoreDamaged

COMMANDS = (
    *("serve", "query", "ask", "search", "describe", "explain", "check"),
    *("export", "info", "build", "init", "completion"),
)


class _Commands(click.Group):
    """A group that imports a command when it runs or is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the help."""
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"ipgraph.cli.{cmd_name}").command
        command.name = cmd_name
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the command; most options come after it."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.possibilities:
                raise
            ctx.fail(f"{error.message} Options of a command come after its name.")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the name of a command, the command and its arguments.

        An unknown name is an error that suggests the nearest command, or one for a file.
        """
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            ctx.fail(f"No such command {args[0]!r}. {_suggestion(args[0])}")
        return super().resolve_command(ctx, args)


def _suggestion(name: str) -> str:
    if os.path.exists(name) or name.startswith(("http://", "https://")):
        return f"To serve this graph: ipgraph serve {name}"
    from difflib import get_close_matches  # late: only errors need it

    near = get_close_matches(name.lower(), COMMANDS, n=1, cutoff=0.5)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"The commands are {', '.join(COMMANDS)}."


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(ipgraph.__version__, prog_name="ipgraph")
@click.option(
    "--cache", metavar="FOLDER", help="Folder of the snapshots (default: the user's cache folder)."
)
@click.pass_context
def commands(context: click.Context, cache: str | None) -> None:
    """Query, explain and publish a knowledge graph: the bundled one, or your own RDF.

    \b
    ipgraph query 'SELECT ?unit { ?unit org:unitOf ?whole }'
    ipgraph ask units-of organization=NPPD         a competency question
    ipgraph describe PSCD                          the statements about an entity, with sources
    ipgraph explain PSCD partOf DHS                why a statement holds
    """
    context.obj = {"cache": cache}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        code = commands.main(arguments, prog_name="ipgraph", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except IpGraphError as error:
        click.echo(f"ipgraph: {error}", err=True)
        if error.hint:
            click.echo(f"  {error.hint}", err=True)
        return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:  # the reader of the output has closed it
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  Python flushes it at exit
        return 0
    except RuntimeError as error:
        from ipgraph.store.local import is_damage  # late: it imports the engine

        if not is_damage(error):
            raise
        click.echo(f"ipgraph: The store cannot be read: {error}", err=True)
        return EXIT_CODES[StoreDamaged]


def run() -> None:
    """Run the command line as a process, and exit without finalizing the interpreter.

    Finalization takes 6 of the 60 ms of a query, and nothing here needs `atexit`. Garbage
    collection during the imports takes another 2 ms and frees nothing.
    """
    gc.set_threshold(100_000, 20, 20)
    terminal.protect()
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = code or 0
    os._exit(code)
