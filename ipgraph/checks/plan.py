"""What one check looks at: the files, the shapes, and the folders of rules and questions."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ipgraph.errors import UsageError
from ipgraph.snapshots import loading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ipgraph.dataset.config.file import DatasetFile
    from ipgraph.snapshots.loading import Input

PARTS = ("style", "syntax", "vocabularies", "rules", "shapes", "consistency", "questions")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to check in `inputs`, the files of one graph.

    Without `shapes`, the shapes in the files are used. `rules` and `questions` are folders of
    ``.rq`` files. `select` and `ignore` are names of checks or of groups of them (``shapes``,
    ``shapes/one-label``); syntax is always checked, because all other parts need it.
    """

    inputs: tuple[Input, ...]
    shapes: tuple[Input, ...] | None = None
    rules: Path | None = None
    questions: Path | None = None
    style: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    contexts: tuple[tuple[str, str], ...] = ()  # of JSON-LD, as in `ReadingOptions`

    def __post_init__(self) -> None:
        for name in (*self.select, *self.ignore):
            part = name.partition("/")[0]
            if part not in PARTS:
                near = difflib.get_close_matches(part, PARTS, 1)
                hint = f"Did you mean {near[0]}?" if near else f"The parts are {', '.join(PARTS)}."
                raise UsageError(f"There is no check {name!r}.", hint=hint)

    def has(self, part: str) -> bool:
        """Whether any check of a part is wanted."""
        if part == "syntax":
            return True
        named = not self.select or any(name.partition("/")[0] == part for name in self.select)
        return named and part not in self.ignore

    def wants(self, check: str) -> bool:
        """Whether the problems of a check are wanted."""
        if check == "syntax":
            return True
        selected = not self.select or _is_named(check, self.select)
        return selected and not _is_named(check, self.ignore)

    @property
    def files(self) -> tuple[Input, ...]:
        """All RDF files, those of the shapes included."""
        return tuple(dict.fromkeys((*self.inputs, *(self.shapes or ()))))


def plan_of(inputs: Iterable[Input], dataset: DatasetFile) -> Plan:
    """Return what a dataset file says about checking `inputs`, its table ``[checks]``.

    Raises `UsageError` for a path that leads out of its folder.
    """
    config = dataset.config
    named = [dataset.resolve(name) for name in config.checks.shapes]
    return Plan(
        tuple(inputs),
        loading.inputs_of(named) if named else None,
        _folder(dataset, config.checks.rules or "rules"),
        _folder(dataset, config.questions.folder or "questions"),
        style=bool(config.checks.style),
        contexts=loading.contexts_of(dataset),
    )


def project_plan() -> Plan:
    """Return the plan of the dataset that comes with the package."""
    dataset = loading.bundled_dataset()
    return plan_of(loading.dataset_inputs(dataset), dataset)


def _folder(dataset: DatasetFile, name: str) -> Path | None:
    """Return a folder of the dataset with queries; None if there is none."""
    if dataset.folder is None:
        return None
    path = dataset.resolve(name)
    return path if path.is_dir() else None


def adjusted(
    plan: Plan,
    *,
    shapes: str | Path | Sequence[str | Path] | None = None,
    style: bool | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Plan:
    """Return a plan with what the caller asks for in place of its own. None changes nothing.

    `shapes` are files or folders. Raises `NotFound` and `UsageError`.
    """
    paths = [shapes] if isinstance(shapes, str | Path) else shapes
    return replace(
        plan,
        shapes=loading.inputs_of(paths) if paths else plan.shapes,
        style=plan.style if style is None else style,
        select=tuple(select) or plan.select,
        ignore=tuple(ignore) or plan.ignore,
    )


def _is_named(check: str, names: tuple[str, ...]) -> bool:
    return any(check == name or check.startswith(f"{name}/") for name in names)
