"""``ipgraph check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ipgraph.cli.options import dataset_options, reasoner_option, settings_of

if TYPE_CHECKING:
    from ipgraph.checks import Plan
    from ipgraph.settings import Settings


@click.command()
@click.argument("files", nargs=-1, type=click.Path())
@click.option(
    "--shapes",
    multiple=True,
    type=click.Path(),
    help="SHACL shapes: a file or folder, in place of the shapes in FILES. May be repeated.",
)
@click.option("--style", is_flag=True, help="Check the layout of Turtle files too.")
@click.option(
    "--select",
    multiple=True,
    metavar="NAMES",
    help="Only these checks: names or groups, such as shapes,consistency or shapes/one-label.",
)
@click.option("--ignore", multiple=True, metavar="NAMES", help="Not these checks.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    help="The least severity that makes the exit code 1.",
)
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
    "--fix",
    is_flag=True,
    help="First rewrite the Turtle files in house style: the same triples, names and comments. "
    "A file that this cannot do is left as it is.",
)
@click.option(
    "--snapshot", is_flag=True, help="Check the snapshot of the files instead: read all of it."
)
@reasoner_option
@dataset_options
@click.pass_context
def command(
    context: click.Context,
    files: tuple[str, ...],
    shapes: tuple[str, ...],
    style: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    form: str,
    output: str | None,
    fix: bool,
    snapshot: bool,
    reasoner: str | None,
) -> None:
    """Check the project's files (or FILES) and report problems.

    Checks syntax, terms that their vocabulary does not have, SHACL shapes, and consistency under
    OWL 2 RL. The shapes are those in FILES, or those of --shapes. What else is checked stands in
    the dataset file: rules, the expected results of questions, style.

    The exit code is 1 if there are errors, and that of unreadable input if a file does not parse.

    \b
    ipgraph check
    ipgraph check data.ttl shapes.ttl
    ipgraph check data/ --shapes shapes.ttl --select shapes
    ipgraph check --fix --style data.ttl
    ipgraph check --format sarif -o problems.sarif
    ipgraph check --snapshot
    """
    from ipgraph import opening
    from ipgraph.checks import check_snapshot, isolated, plan, write_report
    from ipgraph.errors import EXIT_CODES, Unreadable, UsageError
    from ipgraph.snapshots import targets

    if snapshot and (shapes or style or select or ignore or fix):
        raise UsageError("--snapshot reads all of a snapshot; the options of a check have no use.")
    obj: dict[str, Any] = context.obj
    chosen = settings_of(obj, reasoner=reasoner)
    if snapshot:
        folder = opening.snapshot_folder(files or None, dataset=obj.get("dataset"), settings=chosen)
        report = check_snapshot(folder)
    else:
        dataset = obj.get("dataset")
        arrivals = targets.Arrivals(chosen)
        recipe = opening.recipe_of(files or None, arrivals, chosen, dataset=dataset)
        wanted = plan.adjusted(
            plan.plan_of(recipe.inputs, recipe.dataset),
            shapes=shapes,
            style=style or None,
            select=_names(select),
            ignore=_names(ignore),
        )
        if fix:
            _fix(wanted, chosen)
        report = isolated.check(wanted, chosen)
    text = write_report(report, form)
    if output:
        Path(output).write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    if any(problem.check == "syntax" for problem in report.problems):
        context.exit(EXIT_CODES[Unreadable])
    if report.has_severity(fail_on):
        context.exit(1)


def _fix(wanted: Plan, settings: Settings) -> None:
    """Rewrite the files of a check in house style, and say on standard error what was done."""
    from ipgraph.checks.fixing import rewriting

    done = rewriting.rewrite([file.path for file in wanted.files], settings)
    for item in done:
        click.echo(f"{item.path}: {item.note}", err=True)
    number = sum(item.is_rewritten for item in done)
    click.echo(f"{number:,} of {len(wanted.files):,} files rewritten.", err=True)


def _names(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names in values that may each have several, separated by commas."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())
