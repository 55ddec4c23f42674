"""Snapshots: the immutable results of builds, named by the hash of their inputs.

The cache folder has ``snapshots/<hash>/`` with ``graph.nq`` (all named graphs, including the
inferred one), ``store/`` (Oxigraph on disk: the same graphs, and their merge as default graph),
``search.sqlite`` (the index of names) and ``manifest.json``. `ipgraph.snapshots.cache` finds the
snapshot of a set of inputs, `ipgraph.snapshots.builder` builds one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import StoreUnavailable
from ipgraph.namespaces import INFERRED_GRAPH
from ipgraph.settings import InferenceLimits
from ipgraph.store.local import LocalStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.snapshots.loading import Input

_STATED = "stated"


@dataclass(frozen=True, slots=True)
class Recipe:
    """The inputs of a snapshot: the files, the reasoner and its limits.

    `origin` identifies the set of files: empty for the project, otherwise the absolute paths of
    the files and folders, one per line. It does not change when a file is added to a folder.
    """

    origin: str
    inputs: tuple[Input, ...]
    reasoner: str
    limits: InferenceLimits = field(default_factory=InferenceLimits)


class Snapshot:
    """A built graph on disk. While this object exists, no clean-up removes its folder.

    Raises `StoreUnavailable` if `folder` does not contain a complete snapshot.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self._pin = _Pin(folder / "manifest.json")
        except OSError as error:
            raise StoreUnavailable(f"No complete snapshot in {folder}: {error}") from error

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The inputs and the time of the build, and counts of the content."""
        import json  # late: a query does not need the manifest

        manifest: dict[str, Any] = json.loads((self.folder / "manifest.json").read_bytes())
        return manifest

    @property
    def hash(self) -> str:
        """The hash of the inputs: the snapshot's name."""
        return self.folder.name

    @property
    def content_hash(self) -> str:
        """The hash of the canonical stated quads: the version for citations."""
        return str(self.manifest["content_hash"])

    @property
    def incomplete(self) -> str:
        """A sentence about what was not inferred; empty if the closure is complete."""
        return str(self.manifest.get("incomplete", ""))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the users of the graph must know about its inferred statements, in sentences."""
        notes = [self.incomplete] if self.incomplete else []
        if stars := self.manifest.get("stars"):
            subject = "1 class" if len(stars) == 1 else f"{len(stars):,} classes"
            notes.append(
                f"{subject} of many equal entities (up to {max(stars):,}): stored "
                "as a star, in which owl:sameAs links each entity with one of them only, in both "
                "directions."
            )
        return tuple(notes)

    @property
    def graph_path(self) -> Path:
        """The N-Quads file of the named graphs."""
        return self.folder / "graph.nq"

    @property
    def search_path(self) -> Path:
        """The index of names and terms (`ipgraph.search.index`)."""
        return self.folder / "search.sqlite"

    def store(self, *, infer: bool = True) -> LocalStore:
        """Open the store on disk, read-only. Without `infer`, it has no inferred statements.

        The store without inferred statements is written at first use.
        """
        if infer:
            return LocalStore.on_disk(self.folder / "store")
        stated = self.folder / _STATED
        if not stated.is_dir():
            self._write_stated(stated)
        return LocalStore.on_disk(stated)

    def _write_stated(self, folder: Path) -> None:
        import tempfile  # late: few commands need this store, and only once

        from ipgraph.store.local import write_store

        engine, inferred = ox.Store(), ox.NamedNode(INFERRED_GRAPH)
        quads = ox.parse(path=str(self.graph_path), format=ox.RdfFormat.N_QUADS)
        engine.bulk_extend(quad for quad in quads if quad.graph_name != inferred)
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            temporary = Path(scratch, "store")
            write_store(engine, Path(scratch, "graph.nq"), temporary)
            try:
                temporary.rename(folder)
            except OSError as error:
                if not folder.is_dir():  # if it exists, another process was faster
                    raise StoreUnavailable(f"Cannot write {folder}: {error}") from error


class _Pin:
    """Marks a snapshot as in use, by a shared lock, while the object exists.

    On a platform without such locks, the open file itself protects the folder from removal.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        try:
            import fcntl
        except ImportError:
            return
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        # `close` is bound here because at exit the module may be deleted before the last snapshot.
        if hasattr(self, "_descriptor"):
            close(self._descriptor)
