"""The whole graph as files: each format is written once, when it is first asked for."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
import weakref
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ipgraph.errors import NotFound
from ipgraph.formats import Holds, of_kind

if TYPE_CHECKING:
    from ipgraph import KnowledgeGraph

# A larger graph is not written to be listed: its files are made when somebody takes one.
MAX_LISTED = 500_000


@dataclass(frozen=True, slots=True)
class Dump:
    """A file of the whole graph. `size` and `sha256` are None until it has been written."""

    name: str
    label: str
    media_type: str
    with_graphs: bool
    size: int | None = None
    sha256: str = ""


class Dumps:
    """The files of one graph, in a folder that goes with the process."""

    def __init__(self, kg: KnowledgeGraph) -> None:
        self._kg = kg
        self._lock = threading.Lock()
        self._made: dict[str, Dump] = {}

    def listed(self) -> list[Dump]:
        """Return all files, written where the graph is not too large for that."""
        names = [self.name(each.suffix) for each in of_kind(Holds.TRIPLES, Holds.QUADS)]
        manifest = self._kg.snapshot.manifest if self._kg.snapshot else {}
        if manifest.get("counts", {}).get("triples", MAX_LISTED + 1) > MAX_LISTED:
            return [self._described(name) for name in names]
        return [self.file(name)[0] for name in names]

    def file(self, name: str) -> tuple[Dump, Path]:
        """Return a file and where it lies, written at its first use. Raises `NotFound`."""
        described = self._described(name)
        with self._lock:
            path = self._folder / name
            if name not in self._made:
                self._kg.export(path)
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                self._made[name] = Dump(
                    name,
                    described.label,
                    described.media_type,
                    described.with_graphs,
                    path.stat().st_size,
                    digest,
                )
        return self._made[name], path

    @cached_property
    def _folder(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="ipgraph-dumps-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return folder

    def checksums(self) -> str:
        """Return the lines of a file SHA256SUMS."""
        return "".join(f"{each.sha256}  {each.name}\n" for each in self.listed() if each.sha256)

    def name(self, suffix: str) -> str:
        """Return the name of the file with a suffix; the version cited stands in it."""
        version = self._kg.snapshot.content_hash[:12] if self._kg.snapshot else "now"
        return f"ipgraph-{version}{suffix}"

    def _described(self, name: str) -> Dump:
        for each in of_kind(Holds.TRIPLES, Holds.QUADS):
            if name == self.name(each.suffix):
                return Dump(name, each.label, each.media_type, each.holds is Holds.QUADS)
        raise NotFound(f"There is no file {name!r}; /downloads lists those that there are.")
