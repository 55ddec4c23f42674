"""Files of the whole graph (dumps), written in the background at first use."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ipgraph import scratch
from ipgraph.errors import IpGraphError, NotAcceptable, NotFound
from ipgraph.serialization.formats import TABLE_FORMATS, Content, Feature, formats_with

if TYPE_CHECKING:
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.serialization.formats import Format
    from ipgraph.server.edition import Edition

# Files of a larger graph are not written for the list, only when they are downloaded.
MAX_LISTED = 500_000
_FORMATS = (*formats_with(Content.TRIPLES, Content.QUADS), *TABLE_FORMATS)


@dataclass(frozen=True, slots=True)
class Dump:
    """A file of the whole graph. Its size, checksum and counts are None until it is written."""

    name: str
    label: str
    media_type: str
    content: Content = Content.TRIPLES
    size: int | None = None
    sha256: str = ""
    statements: int | None = None


class Dumps:
    """The dumps of a graph, in a temporary folder of this process."""

    def __init__(self, kg: KnowledgeGraph) -> None:
        self._kg = kg
        self._lock = threading.Lock()
        self._beginning = threading.Lock()
        self._made: dict[str, Dump] = {}
        self._refused: set[str] = set()
        self._writing: threading.Thread | None = None

    @cached_property
    def are_listed(self) -> bool:
        """True if the files are written for the list, not only when they are downloaded."""
        manifest = self._kg.snapshot.manifest if self._kg.snapshot else {}
        return bool(manifest.get("counts", {}).get("triples", MAX_LISTED + 1) <= MAX_LISTED)

    def listed(self) -> list[Dump]:
        """Return all files with the facts known now; the missing files are being written."""
        with self._beginning:
            if self.are_listed and self._writing is None:
                self._writing = threading.Thread(target=self._write_all, daemon=True)
                self._writing.start()
        return [self._made.get(name) or self._described(name) for name in self._names()]

    @cached_property
    def formats(self) -> tuple[Format, ...]:
        """The formats that can hold the graph, as far as the build of its snapshot knows."""
        kind = "closed" if self.are_closed else "stated"
        manifest = self._kg.snapshot.manifest if self._kg.snapshot else {}
        found = {Feature[name] for name in manifest.get("features", {}).get(kind, ())}
        return tuple(form for form in _FORMATS if form.lacks.isdisjoint(found))

    @property
    def are_closed(self) -> bool:
        """True if the files have the inferred statements."""
        return self._kg.exports_inferred

    @property
    def is_writing(self) -> bool:
        """True if files are still being written."""
        return self._writing is not None and self._writing.is_alive()

    def settled(self) -> list[Dump]:
        """Return all files. Waits until those for the list are written."""
        if not self.are_listed:
            return [self._described(name) for name in self._names()]
        self._write_all()
        return [self._made[name] for name in self._names() if name in self._made]

    def file(self, name: str) -> tuple[Dump, Path]:
        """Return a file and its path; it is written at first use.

        Raises `NotFound`, and `NotAcceptable` if the format cannot hold the graph.
        """
        described = self._described(name)
        with self._lock:
            path = self._folder / name
            if name not in self._made:
                statements = self._kg.export(path)
                self._made[name] = replace(_measured(described, path), statements=statements)
        return self._made[name], path

    def curated(self) -> list[tuple[Dump, Path]]:
        """Return the files of shapes that the dataset file names, which are served unchanged."""
        dataset = self._kg.dataset_file
        if dataset.folder is None:
            return []
        paths = [dataset.resolve(name) for name in dataset.config.checks.shapes]
        return [
            (_measured(Dump(path.name, "Turtle", "text/turtle"), path), path)
            for path in paths
            if path.is_file()
        ]

    def checksums(self) -> str:
        """Return the content of a file SHA256SUMS."""
        return "".join(f"{item.sha256}  {item.name}\n" for item in self.settled() if item.sha256)

    def name(self, suffix: str) -> str:
        """Return the file name with a suffix: the name of the graph, and the version to cite."""
        version = self._kg.snapshot.content_hash[:12] if self._kg.snapshot else "now"
        return f"{self._kg.name}-{version}{suffix}"

    def _names(self) -> list[str]:
        """Return the names of all files but those that cannot be written."""
        names = [self.name(form.suffix) for form in self.formats]
        return [name for name in names if name not in self._refused]

    def _write_all(self) -> None:
        for name in self._names():
            try:
                self.file(name)
            except NotAcceptable:
                self._refused.add(name)
            except (IpGraphError, OSError):  # a download of this file reports the error
                continue

    @cached_property
    def _folder(self) -> Path:
        return scratch.folder(self)

    def _described(self, name: str) -> Dump:
        for form in _FORMATS:
            if name == self.name(form.suffix):
                return Dump(name, form.label, form.media_type, form.content)
        raise NotFound(f"There is no file {name!r}.", hint="See /downloads for all files.")


def dumps_of(edition: Edition) -> Dumps:
    """Return the dumps of an edition; for `Edition.part`."""
    return Dumps(edition.kg)


def _measured(dump: Dump, path: Path) -> Dump:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return replace(dump, size=path.stat().st_size, sha256=digest)
