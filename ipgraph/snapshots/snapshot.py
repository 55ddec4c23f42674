"""Snapshots: what a build makes, immutable and named by the hash of what went into it.

A folder of the cache holds ``snapshots/<hash>/`` with ``graph.nq`` (every named graph, the inferred
one included), ``store/`` (Oxigraph on disk: the same, and their merge as default graph),
``search.sqlite`` (the index of names) and ``manifest.json``. `ipgraph.snapshots.cache` finds the
snapshot of some inputs, `ipgraph.snapshots.builder` makes one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import StoreUnavailable
from ipgraph.namespaces import INFERRED_GRAPH
from ipgraph.store.local import LocalStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.snapshots.loading import Input

_STATED = "stated"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a snapshot is made from: the files and the reasoner.

    `origin` names the set of files however many there are now: the project, or paths as given.
    """

    origin: str
    inputs: tuple[Input, ...]
    reasoner: str


class Snapshot:
    """A built graph on disk. While this object lives, no clean-up removes its folder.

    Raises `StoreUnavailable` where no whole snapshot lies in `folder`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self._pin = _Pin(folder / "manifest.json")
        except OSError as error:
            raise StoreUnavailable(f"There is no whole snapshot in {folder}: {error}") from error

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was built when from what, and the counts of what is in it."""
        import json  # late: a query needs no manifest

        found: dict[str, Any] = json.loads((self.folder / "manifest.json").read_bytes())
        return found

    @property
    def hash(self) -> str:
        """The hash of the inputs: the snapshot's name."""
        return self.folder.name

    @property
    def content_hash(self) -> str:
        """The hash of the canonical stated quads: the version that one cites."""
        return str(self.manifest["content_hash"])

    @property
    def graph_path(self) -> Path:
        """The N-Quads file of the named graphs."""
        return self.folder / "graph.nq"

    @property
    def search_path(self) -> Path:
        """The index of names and terms (`ipgraph.search.index`)."""
        return self.folder / "search.sqlite"

    def store(self, *, infer: bool = True) -> LocalStore:
        """Open the store on disk, read-only; without `infer` one that lacks what is inferred.

        That second store is made at its first use.
        """
        if infer:
            return LocalStore.on_disk(self.folder / "store")
        stated = self.folder / _STATED
        if not stated.is_dir():
            self._write_stated(stated)
        return LocalStore.on_disk(stated)

    def _write_stated(self, folder: Path) -> None:
        import tempfile  # late: few commands need such a store, and only once

        from ipgraph.store.local import write_store

        engine = ox.Store()
        engine.bulk_load(path=str(self.graph_path), format=ox.RdfFormat.N_QUADS)
        engine.remove_graph(ox.NamedNode(INFERRED_GRAPH))
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            made = Path(scratch, "store")
            write_store(engine, Path(scratch, "graph.nq"), made)
            try:
                made.rename(folder)
            except OSError as error:
                if not folder.is_dir():  # another process was not faster either
                    raise StoreUnavailable(f"{folder} cannot be written: {error}") from error


class _Pin:
    """Marks a snapshot as in use, by a shared lock, until the object goes.

    Where the platform has no such locks, the open file itself keeps the folder from being removed.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        try:
            import fcntl
        except ImportError:
            return
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        # Bound here, because the module may be gone before the last snapshot is.
        if hasattr(self, "_descriptor"):
            close(self._descriptor)
