"""What a user names as a graph: paths and patterns, addresses, and standard input."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ipgraph import scratch
from ipgraph.errors import NotFound, SizeLimitExceeded, UsageError
from ipgraph.snapshots import loading
from ipgraph.snapshots.loading import Input

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ipgraph.settings import Settings

STANDARD_INPUT = "-"
STANDARD_INPUT_GRAPH = "urn:ipgraph:stdin"
_PART_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Resolved:
    """The files that targets stand for. `origin` is that of `snapshot.Recipe`."""

    origin: str
    inputs: tuple[Input, ...]
    skipped: Counter[str]


class Arrivals:
    """Files that were fetched or read from standard input; they are removed with this object."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._standard_input: Path | None = None
        self._count = 0

    @cached_property
    def _folder(self) -> Path:
        return scratch.folder(self)

    def fetch(self, iri: str) -> Input | None:
        """Fetch a file; return None if the address is not that of an RDF file."""
        from ipgraph.inputs import download  # late: few graphs come from an address

        settings = self._settings
        limits = download.Limits(
            settings.fetch_time_limit_s, settings.input_limit_mib << 20, settings.query_time_limit_s
        )
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        found = download.fetch(iri, folder, limits)
        if found is None:
            return None
        # The query of an address may have a key: it is neither shown nor the name of anything.
        graph, base = (re.split("[?#]", name)[0] for name in (iri, found.final_iri))
        syntax = settings.input_format or found.syntax
        return Input(found.path, graph, syntax, base if base != graph else "", label=graph)

    def read_standard_input(self) -> Input:
        """Copy standard input to a file, once. Raises `SizeLimitExceeded` if it is too long."""
        if self._standard_input is None:
            if sys.stdin is None or sys.stdin.isatty():
                raise UsageError("Standard input is a terminal.", hint="Pipe a file into ipgraph.")
            left = limit = self._settings.input_limit_mib << 20
            path = self._folder / "stdin"
            with path.open("wb") as file:
                while part := sys.stdin.buffer.read(_PART_BYTES):
                    left -= len(part)
                    if left < 0:
                        raise SizeLimitExceeded(
                            f"Standard input has more than {limit:,} bytes.",
                            limit="input_limit_mib",
                            hint="If the data are right, raise input_limit_mib.",
                        )
                    file.write(part)
            self._standard_input = path
        return Input(
            self._standard_input,
            STANDARD_INPUT_GRAPH,
            self._settings.input_format,
            label="Standard input",
        )


def is_address(target: str | Path) -> bool:
    """True for an http or https address."""
    return isinstance(target, str) and target.startswith(("http://", "https://"))


def resolve(targets: Iterable[str | Path], arrivals: Arrivals, syntax: str = "") -> Resolved:
    """Return the files of paths (``*`` is expanded), addresses, and ``-``.

    Raises `UsageError` for an address that is not that of a file, and `NotFound`.
    """
    origins: list[str] = []
    inputs: dict[Path, Input] = {}
    skipped = Counter[str]()
    for target in targets:
        if is_address(target):
            fetched = arrivals.fetch(str(target))
            if fetched is None:
                raise UsageError(
                    f"<{target}> is not the address of an RDF file.",
                    hint="An endpoint cannot be combined with files.",
                )
            found: tuple[Input, ...] = (fetched,)
            origins.append(str(target))
        elif target == STANDARD_INPUT:
            found = (arrivals.read_standard_input(),)
            origins.append(STANDARD_INPUT)
        else:
            paths = _expand(Path(target))
            origins += [str(path.absolute()) for path in paths]
            chosen = loading.find(paths, syntax)
            found = chosen.files
            skipped += chosen.skipped
        for file in found:
            if file.path not in inputs or not file.is_found:
                inputs[file.path] = file
    if not inputs:
        raise UsageError("No file was named.")
    return Resolved("\n".join(origins), tuple(inputs.values()), skipped)


def _expand(path: Path) -> list[Path]:
    if "*" not in path.name:
        return [path]
    matches = sorted(path.parent.glob(path.name))
    if not matches:
        raise NotFound(f"No file matches {path}.")
    return matches
