"""``ipgraph check``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ipgraph.cli.options import reasoner_option, settings_of


@click.command()
@click.argument("files", nargs=-1, type=click.Path())
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "junit"]),
    default="text",
    help="Format of the report; SARIF and JUnit are for CI services.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Write there, not to the terminal."
)
@reasoner_option
@click.pass_context
def command(
    context: click.Context,
    files: tuple[str, ...],
    form: str,
    output: str | None,
    reasoner: str | None,
) -> None:
    """Find what is to be mended in the project's files, or in FILES.

    Syntax, style, vocabularies, the rules, the shapes, consistency under OWL 2 RL, and the
    questions with their expected answers. The exit code is 1 where something is found.

    \b
    ipgraph check
    ipgraph check --format sarif -o findings.sarif
    """
    from ipgraph.checks import check, report
    from ipgraph.snapshots import loading

    obj: dict[str, Any] = context.obj
    chosen = settings_of(obj, reasoner=reasoner)
    inputs = loading.inputs_of(files) if files else None
    findings = check(inputs, reasoner=chosen.reasoner)
    text = report(findings, form)
    if output:
        Path(output).write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    if not findings.clean:
        context.exit(1)
