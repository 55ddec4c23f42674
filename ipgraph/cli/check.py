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
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    help="Write the report to this file instead of standard output.",
)
@click.option(
    "--snapshot", is_flag=True, help="Check the snapshot of the files instead: read all of it."
)
@reasoner_option
@click.pass_context
def command(
    context: click.Context,
    files: tuple[str, ...],
    form: str,
    output: str | None,
    snapshot: bool,
    reasoner: str | None,
) -> None:
    """Check the project's files (or FILES) and report problems.

    Checks syntax, style, terms of other vocabularies, rules, SHACL shapes, consistency under
    OWL 2 RL, and the expected results of questions. The exit code is 1 if problems are found.

    \b
    ipgraph check
    ipgraph check --format sarif -o problems.sarif
    ipgraph check --snapshot
    """
    from ipgraph import opening
    from ipgraph.checks import check_snapshot, isolated, write_report
    from ipgraph.snapshots import loading

    obj: dict[str, Any] = context.obj
    chosen = settings_of(obj, reasoner=reasoner)
    if snapshot:
        report = check_snapshot(opening.snapshot_folder(files or None, settings=chosen))
    else:
        inputs = loading.inputs_of(files) if files else None
        report = isolated.check(inputs, chosen)
    text = write_report(report, form)
    if output:
        Path(output).write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    if not report.is_clean:
        context.exit(1)
