"""What a user names as a graph: paths and patterns, addresses, and standard input."""

from __future__ import annotations

import re
import sys
from collections import Counter
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ipgraph import scratch
from ipgraph.errors import NotFound, SizeLimitExceeded, UsageError
from ipgraph.snapshots import loading
from ipgraph.snapshots.loading import Input

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.settings import Settings

STANDARD_INPUT = "-"
STANDARD_INPUT_GRAPH = "urn:ipgraph:stdin"
IN_MEMORY = "urn:ipgraph:data"  # names what a program passed, and its graph
_PART_BYTES = 1 << 20
_MAX_NAME_CHARS = 100


class Resolved(NamedTuple):
    """The files that targets stand for. `origin` is that of `snapshot.Recipe`."""

    origin: str
    inputs: tuple[Input, ...]
    skipped: Counter[str]


class Arrivals:
    """Files that were fetched or read from standard input; they are removed with this object."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._standard_input: Path | None = None
        self._given: dict[str, Input] = {}
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
            self._standard_input = self._folder / "stdin"
            parts = iter(partial(sys.stdin.buffer.read, _PART_BYTES), b"")
            self._write(self._standard_input, parts, "Standard input")
        return Input(
            self._standard_input,
            STANDARD_INPUT_GRAPH,
            self._settings.input_format,
            label="Standard input",
        )

    def keep(self, source: object) -> str:
        """Write what a program passed to a file; return the target that stands for it.

        `source` is bytes, text, a file that is open for reading, or a graph of rdflib. Raises
        `UsageError` for anything else, and `SizeLimitExceeded`.
        """
        number = len(self._given) + 1
        target = IN_MEMORY if number == 1 else f"{IN_MEMORY}/{number}"
        folder = self._folder / f"given{number}"
        folder.mkdir()
        path = folder / _name_of(source)
        syntax = "trig" if is_rdflib(source) else self._settings.input_format
        self._write(path, _parts_of(source), "The data")
        name = path.name if path.suffix else "The data"
        self._given[target] = Input(path, target, syntax, label=name)
        return target

    def given(self, target: object) -> Input | None:
        """Return what `keep` wrote for a target, or None if it is another one."""
        return self._given.get(target) if isinstance(target, str) else None

    def _write(self, path: Path, parts: Iterable[bytes], name: str) -> None:
        """Write a file. Raises `SizeLimitExceeded` if it is too long."""
        left = limit = self._settings.input_limit_mib << 20
        with path.open("wb") as file:
            for part in parts:
                left -= len(part)
                if left < 0:
                    raise SizeLimitExceeded(
                        f"{name} has more than {limit:,} bytes.",
                        limit="input_limit_mib",
                        hint="If the data are right, raise input_limit_mib.",
                    )
                file.write(part)


def is_rdflib(source: object) -> bool:
    """True for a graph or dataset of rdflib, which then has been imported."""
    rdflib = sys.modules.get("rdflib")
    return rdflib is not None and isinstance(source, rdflib.Graph)


def _parts_of(source: Any) -> Iterator[bytes]:
    """Yield the bytes of what a program passed. Raises `UsageError` for what has none."""
    if isinstance(source, str):
        yield source.encode()
    elif isinstance(source, bytes | bytearray | memoryview):
        yield bytes(source)
    elif is_rdflib(source):
        from ipgraph.inputs import rdflib_text  # late: it imports rdflib

        yield from (line.encode() for line in rdflib_text.lines(source))
    elif hasattr(source, "read"):
        while part := source.read(_PART_BYTES):
            yield part.encode() if isinstance(part, str) else part
    else:
        raise UsageError(
            f"A {type(source).__name__} cannot be opened.",
            hint="Open a path, an address, bytes, an open file, or a graph of rdflib.",
        )


def _name_of(source: object) -> str:
    """Return a name for the file of a source: that of an open file, for its suffix."""
    name = getattr(source, "name", None)
    if not isinstance(name, str) or not hasattr(source, "read"):
        return "data"
    return re.sub(r"[^\w.+-]", "_", Path(name).name)[-_MAX_NAME_CHARS:].lstrip(".") or "data"


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
            inputs[fetched.path] = fetched
            origins.append(str(target))
        elif (given := arrivals.given(target)) is not None:
            inputs[given.path] = given
            origins.append(str(target))
        elif target == STANDARD_INPUT:
            read = arrivals.read_standard_input()
            inputs[read.path] = read
            origins.append(STANDARD_INPUT)
        else:
            paths = _expand(Path(target))
            origins += [str(path.absolute()) for path in paths]
            chosen = loading.find(paths, syntax, inputs.values())
            inputs = {file.path: file for file in chosen.files}
            skipped += chosen.skipped
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
