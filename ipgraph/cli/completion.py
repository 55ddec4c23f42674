"""``ipgraph completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
    ipgraph completion bash >> ~/.bashrc
    """
    completion = get_completion_class(shell)
    assert completion is not None  # noqa: S101  click supports all choices above
    click.echo(completion(context.find_root().command, {}, "ipgraph", "_IPGRAPH_COMPLETE").source())
