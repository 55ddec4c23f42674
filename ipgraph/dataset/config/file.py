"""A dataset file as the opening of a graph needs it: its files at once, its values when asked.

A local query needs the names of the input files and the prefixes. Reading them from TOML takes
40 ms, as much as the query; so the cache has an outline of the file, with its size and time.
"""

from __future__ import annotations

import os
from binascii import crc32
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from ipgraph.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ipgraph.dataset.config.model import DatasetConfig

NAME = "dataset.toml"
_WILDCARDS = frozenset("*?[")
_MAX_LISTED = 2000


class DatasetFile:
    """The description of a dataset. Without a `path`, its paths have no folder.

    `patterns` are pairs of a file pattern and a graph, which is empty if the file has none;
    `contexts` maps the IRI of a JSON-LD context to a file.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        config: DatasetConfig | None = None,
        patterns: tuple[tuple[str, str], ...] = (),
        prefixes: Mapping[str, str] | None = None,
        contexts: Mapping[str, str] | None = None,
    ) -> None:
        self.path = path
        self._config = config
        self.patterns = patterns
        self.prefixes = dict(prefixes or {})
        self.contexts = dict(contexts or {})

    @classmethod
    def of(cls, config: DatasetConfig, path: Path | None = None) -> DatasetFile:
        """Return the description with these values."""
        patterns = tuple((entry.path, entry.graph) for entry in config.files)
        prefixes, contexts = dict(config.prefixes), dict(config.contexts)
        return cls(path, config=config, patterns=patterns, prefixes=prefixes, contexts=contexts)

    @classmethod
    def at(cls, path: Path, cache: Path | None = None) -> DatasetFile:
        """Return the description in a file, from the outline in the cache folder if it is fresh.

        Raises `NotFound` and `UsageError` as `reader.read`.
        """
        path = path.absolute()
        outline = cache / "datasets" / f"{crc32(os.fsencode(path)):08x}.txt" if cache else None
        state = _state(path)
        if outline and state and (file := _from_outline(path, outline, state)):
            return file
        from ipgraph.dataset.config import reader

        file = cls.of(reader.read(path), path)
        if outline:
            _write_outline(file, outline, state)
        return file

    @property
    def config(self) -> DatasetConfig:
        """The checked values of the file; read when first asked for."""
        if self._config is None:
            from ipgraph.dataset.config import reader
            from ipgraph.dataset.config.model import DatasetConfig

            self._config = reader.read(self.path) if self.path else DatasetConfig()
        return self._config

    @property
    def digest(self) -> str:
        """A hash of the values that a snapshot depends on; empty if there are none."""
        from ipgraph.dataset.config import reader
        from ipgraph.dataset.config.table import CONTENT, INDEX

        if self.path is None and self._config is None:
            return ""
        return reader.digest(self.config, CONTENT, INDEX)

    @property
    def folder(self) -> Path | None:
        """The folder that the paths of the file begin in."""
        return self.path.parent if self.path else None

    def resolve(self, name: str) -> Path:
        """Return the path of a file or folder of the dataset. It need not exist.

        Raises `UsageError` without a folder, or if a link leads out of it.
        """
        if self.folder is None:
            raise UsageError(f"{name} has no folder: the dataset was described without a file.")
        path = self.folder / name
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise UsageError(f"{self.path}: {name} leads out of the folder of the file.")
        return path

    def input_files(self) -> tuple[tuple[Path, str], ...]:
        """Return the files in the order of the patterns, each with its graph.

        Raises `UsageError` for a pattern that matches no file, for a file with two graphs, and for
        one outside the folder.
        """
        if self.path is None or self.folder is None:
            return ()
        found: dict[str, str] = {}  # by path as text: many paths are compared at every start
        faults: list[tuple[int, str]] = []
        for number, (pattern, template) in enumerate(self.patterns):
            count = 0
            for path, is_link in _matches(self.folder, pattern):
                count += 1
                graph = template
                if "{name}" in template:
                    stem = os.path.splitext(os.path.basename(path))[0]
                    graph = template.replace("{name}", quote(stem, safe=""))
                if is_link and not self._is_own(path):
                    faults.append((number, f"{path} is a link that leads out, or to no file."))
                elif found.setdefault(path, graph) != graph:
                    message = f"{path} has two graphs: <{found[path]}> and <{graph}>."
                    faults.append((number, message))
            if not count:
                hint = _nearest(self.folder, pattern)
                faults.append((number, f'No file in {self.folder} matches "{pattern}". {hint}'))
        if faults:
            raise _error(self.path, faults)
        return tuple((Path(path), graph) for path, graph in found.items())

    def _is_own(self, path: str) -> bool:
        with suppress(UsageError):
            return self.resolve(path).is_file()
        return False


NO_DESCRIPTION = DatasetFile()


def _matches(folder: Path, pattern: str) -> Iterator[tuple[str, bool]]:
    """Yield the paths of the regular files, sorted, and whether each is reached through a link."""
    outer, _, last = pattern.rpartition("/")
    parent = folder / outer
    real = os.path.join(os.path.realpath(folder), *(part for part in outer.split("/") if part))
    through_link = os.path.realpath(parent) != real
    try:
        # One `scandir` instead of a `stat` of each: every start lists the files of the dataset.
        with os.scandir(parent) as entries:
            found = [
                (entry.name, through_link or entry.is_symlink())
                for entry in entries
                if _is_match(entry.name, last) and (entry.is_symlink() or entry.is_file())
            ]
    except OSError:
        return
    for name, is_link in sorted(found):
        yield os.path.join(parent, name), is_link


def _is_match(name: str, pattern: str) -> bool:
    if _WILDCARDS.isdisjoint(pattern):
        return name == pattern
    return fnmatchcase(name, pattern) and not name.startswith(".")


def _nearest(folder: Path, pattern: str) -> str:
    from ipgraph.dataset.config.reading import nearest

    outer, _, last = pattern.rpartition("/")
    try:
        return nearest(last, os.listdir(folder / outer)[:_MAX_LISTED])
    except OSError:
        return f'There is no folder "{outer}".'


def _error(path: Path, faults: list[tuple[int, str]]) -> UsageError:
    from ipgraph.dataset.config import reader
    from ipgraph.dataset.config.reading import Fault

    return reader.error_at(
        path, [Fault(("files", number, "path"), text) for number, text in faults]
    )


def _state(path: Path) -> str:
    """Return what an outline depends on: the file and the code that reads it, by size and time."""
    try:
        stat = os.stat(path)
        with os.scandir(os.path.dirname(__file__)) as entries:
            times = [entry.stat().st_mtime_ns for entry in entries if entry.name.endswith(".py")]
    except OSError:
        return ""
    return f"{path} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino} {max(times)} {sum(times)}"


def _from_outline(path: Path, outline: Path, state: str) -> DatasetFile | None:
    try:
        lines = outline.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError):
        return None
    if lines[0] != state or lines[-1] != "end":
        return None
    rows = [line.split("\t") for line in lines[1:-1]]
    return DatasetFile(
        path,
        patterns=tuple((row[1], row[2]) for row in rows if row[0] == "file"),
        prefixes={row[1]: row[2] for row in rows if row[0] == "prefix"},
        contexts={row[1]: row[2] for row in rows if row[0] == "context"},
    )


def _write_outline(file: DatasetFile, outline: Path, state: str) -> None:
    rows = [("file", *pair) for pair in file.patterns]
    rows += [("prefix", *pair) for pair in file.prefixes.items()]
    rows += [("context", *pair) for pair in file.contexts.items()]
    lines = [state, *("\t".join(row) for row in rows), "end"]
    if any("\n" in cell or "\t" in cell for row in rows for cell in row):
        return
    temporary = outline.with_suffix(f".{os.getpid()}")
    with suppress(OSError):  # a cache that cannot be written
        outline.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text("\n".join(lines), encoding="utf-8")
        temporary.replace(outline)
