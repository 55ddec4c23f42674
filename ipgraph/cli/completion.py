"""``ipgraph completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    ipgraph completion bash >> ~/.bashrc
    """
    found = get_completion_class(shell)
    assert found is not None  # noqa: S101  the choice above names what click has
    click.echo(found(context.find_root().command, {}, "ipgraph", "_IPGRAPH_COMPLETE").source())
