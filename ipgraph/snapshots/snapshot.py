"""Snapshots: the immutable results of builds, named by the hash of their inputs.

The cache folder has ``snapshots/<hash>/`` with ``graph.nq`` (all named graphs, including the
inferred one), ``store/`` (Oxigraph on disk: the same graphs, and their merge as default graph),
``search.sqlite`` (the index of names), ``prefixes.txt``, ``manifest.json``, ``literals.json`` if
the engine changed literals (`ipgraph.store.originals`), ``warnings.txt`` if the build found
something that users must know, and ``files.txt``, the inventory that shows damage.
`ipgraph.snapshots.cache` finds the snapshot of a set of inputs, `ipgraph.snapshots.builder` builds
one.
"""

from __future__ import annotations

import os
from binascii import crc32
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache, cached_property
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from ipgraph.dataset.config.file import DatasetFile
from ipgraph.errors import StoreDamaged, StoreUnreadable
from ipgraph.inputs.options import ReadingOptions
from ipgraph.namespaces import COMPUTED_GRAPHS
from ipgraph.settings import InferenceLimits
from ipgraph.snapshots import construction, declarations, inventory
from ipgraph.store.local import LocalStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ipgraph.snapshots.findings import Findings
    from ipgraph.snapshots.loading import Input
    from ipgraph.store.originals import Originals

GRAPH = "graph.nq"
SEARCH = "search.sqlite"
LITERALS = "literals.json"
_MANIFEST = "manifest.json"
WARNINGS = "warnings.txt"
STATED = "stated"


class Recipe(NamedTuple):
    """The inputs of a snapshot: the files, how to read them, the reasoner, the dataset file.

    `origin` identifies the set of files: empty for the project, otherwise the absolute paths of
    the files and folders, one per line. It does not change when a file is added to a folder.
    `skipped` counts the files in folders that are not RDF, by suffix or name.
    """

    origin: str
    inputs: tuple[Input, ...]
    reasoner: str
    limits: InferenceLimits = InferenceLimits()
    dataset: DatasetFile = DatasetFile()
    options: ReadingOptions = ReadingOptions()
    skipped: tuple[tuple[str, int], ...] = ()

    @property
    def key(self) -> str:
        """A short hash of the origin, and of how to read and infer: one for each graph."""
        described = str(self.dataset.path or "")
        how = (self.reasoner, repr(self.limits), repr(self.options))
        text = "\n".join((self.origin, described, *how))
        return f"{crc32(text.encode()):08x}"


class Snapshot:
    """A built graph on disk. While this object exists, no clean-up removes its folder.

    Raises `StoreUnreadable` if there is no such folder, and `StoreDamaged` if its files are not
    those of its inventory.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self._pin = _Pin(folder / _MANIFEST)
        except OSError as error:
            if not folder.is_dir():
                raise StoreUnreadable(f"There is no snapshot in {folder}.") from error
            raise self._damaged(f"{_MANIFEST} cannot be read ({error.strerror})") from error
        try:
            self.inventory = inventory.verify(folder)
        except inventory.Damage as damage:
            raise self._damaged(str(damage)) from damage

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The inputs and the time of the build, and counts of the content."""
        import json  # late: a query does not need the manifest

        manifest: dict[str, Any] = json.loads(self.content(_MANIFEST))
        return manifest

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that the files declare, and the well-known ones of the terms in them."""
        return declarations.parse(self.content(declarations.NAME).decode())

    @property
    def languages(self) -> dict[str, int]:
        """The number of labels by language tag, most first."""
        return dict(self.manifest["languages"])

    @cached_property
    def description(self) -> DatasetFile:
        """The description of the dataset when the snapshot was built."""
        from ipgraph.dataset.config import reader

        return DatasetFile.of(reader.from_table(self.manifest["dataset"]))

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

    @cached_property
    def findings(self) -> Findings:
        """What the build found: contradictions, files that cannot be read, repairs."""
        from ipgraph.snapshots.findings import Findings  # late: a query does not need it

        return Findings.from_json(self.manifest["findings"])

    @property
    def warnings(self) -> list[str]:
        """What users of the graph must know, a line each (0.1 ms without the manifest)."""
        if self.inventory.file(WARNINGS) is None:
            return []
        return self.content(WARNINGS).decode().split("\n")

    def content(self, name: str) -> bytes:
        """Return the content of a small file. Raises `StoreDamaged` if it has changed."""
        file = self.inventory.file(name)
        try:
            if file is None:
                raise inventory.Damage(f"{name} is not in {inventory.NAME}")
            return inventory.content(self.folder, file)
        except inventory.Damage as damage:
            raise self.report_damage(str(damage)) from damage

    @property
    def graph_path(self) -> Path:
        """The N-Quads file of the named graphs."""
        return self.folder / GRAPH

    def derived_folder(self, key: str) -> Path:
        """Return the folder of the snapshot that is derived from this one for some days."""
        return self.folder.with_name(f"{self.hash}-{key}")

    @property
    def search_path(self) -> Path:
        """The index of names and terms (`ipgraph.search.index`)."""
        return self.folder / SEARCH

    def is_same(self, other: Snapshot) -> bool:
        """True if both are the same build: a damaged snapshot is built again under its name."""
        return self._pin.identity == other._pin.identity

    def find_damage(self, *, everything: bool = False) -> str:
        """Return how the files differ from the inventory, empty if they do not.

        Compares sizes and times; reads `everything` on demand. A folder that was removed or built
        again is damage too.
        """
        try:
            if _identity(os.stat(self.folder / _MANIFEST)) != self._pin.identity:
                return "another process has built it again"
            inventory.verify(self.folder)
        except OSError:
            return "its folder was removed"
        except inventory.Damage as damage:
            return str(damage)
        return next(inventory.find_all(self.folder), "") if everything else ""

    def report_damage(self, reason: str) -> StoreDamaged:
        """Return the error to raise after a part could not be read.

        The snapshot counts as damaged from now on, and is built again when it is opened next.
        """
        with suppress(OSError):
            if _identity(os.stat(self.folder / _MANIFEST)) == self._pin.identity:
                inventory.mark_damaged(self.folder, reason)
        return self._damaged(reason)

    def store(self, *, infer: bool = True, read_files: bool = True) -> LocalStore:
        """Open the store on disk, read-only. Without `infer`, it has no inferred statements.

        The store without inferred statements is written at first use. With `read_files`, the
        checksums of its files are compared before, up to `inventory.MAX_READ_BYTES` (3 ms for the
        graph of the project): an aggregate over a damaged block does not fail, but collects errors
        until the memory is full (pyoxigraph 0.5.13), so without it a memory limit is necessary.
        """
        if not infer:
            return self._stated_store(read_files)
        if read_files:
            for damage in inventory.find_all(self.folder, "store/", inventory.MAX_READ_BYTES):
                raise self.report_damage(damage)
        store = LocalStore.on_disk(self.folder / "store", self.report_damage, self.originals)
        if self.inventory.quads and next(store.quads(), None) is None:
            raise self.report_damage(f"it has 0 of {self.inventory.quads:,} quads")
        return store

    @cached_property
    def originals(self) -> Callable[[], Originals] | None:
        """What reads the literals that the files write in another form; None if no literal is."""
        return _originals(self.folder, self.inventory)

    def rebuild_search(self) -> Path:
        """Build the index of names again from the store, and return its path.

        In a cache that cannot be written, that is a temporary file.
        """
        import logging  # late: only damage needs it

        from ipgraph import scratch
        from ipgraph.search import builder

        logging.getLogger(__name__).warning(
            "Snapshot %s: %s cannot be read and is built again", self.hash, SEARCH
        )
        temporary = scratch.folder(self) / SEARCH
        store = replace(self.store(), description=self.description)
        builder.build(store, temporary)
        try:
            with construction.lock(self._cache):
                inventory.replace_file(self.folder, SEARCH, temporary)
        except OSError:
            return temporary
        return self.search_path

    @property
    def _cache(self) -> Path:
        return self.folder.parent.parent

    def _damaged(self, reason: str) -> StoreDamaged:
        return StoreDamaged(
            f"Snapshot {self.hash} is damaged: {reason}.",
            hint=f"The next command builds it again. Its folder is {self.folder}.",
        )

    def _stated_store(self, read_files: bool) -> LocalStore:
        counts = self.manifest["counts"]
        if not counts["inferred"] and not counts["periods"]:
            return self.store(read_files=read_files)
        folder = self.folder / STATED
        try:
            if not _is_whole(folder, read_files):
                self._write_stated(folder)
        except OSError:  # a cache that cannot be written
            return load_graph(self.graph_path, infer=False)
        return LocalStore.on_disk(
            folder / "store",
            lambda reason: inventory.mark_damaged(folder, reason),
            self.originals,
        )

    def _write_stated(self, target: Path) -> None:
        from ipgraph.store.local import write_store  # late: few commands need it, and only once

        snapshots = self.folder.parent
        with construction.lock(self._cache), construction.folder(snapshots, target) as scratch:
            engine, computed = ox.Store(), {*map(ox.NamedNode, COMPUTED_GRAPHS)}
            with _checked(self.graph_path) as file:
                quads = ox.parse(file, format=ox.RdfFormat.N_QUADS)
                engine.bulk_extend(quad for quad in quads if quad.graph_name not in computed)
            keep_labels = self.originals is not None
            write_store(engine, scratch / GRAPH, scratch / "store", keep_labels=keep_labels)
            inventory.write(scratch, self.inventory.key, len(engine))


def _is_whole(stated: Path, read_files: bool) -> bool:
    """True if a folder has the undamaged store without inferred statements; see `store`."""
    try:
        inventory.verify(stated)
    except inventory.Damage:
        return False
    return not read_files or not any(inventory.find_all(stated, "store/", inventory.MAX_READ_BYTES))


def load_graph(path: Path, *, infer: bool = True) -> LocalStore:
    """Load the named graphs of a snapshot into memory; `path` is its `graph_path`.

    The checksum of the file is compared while it is read. Raises `StoreDamaged` if it differs, and
    marks the snapshot. A file outside a snapshot has no checksum.
    """
    folder = path.parent
    if path.exists() and not any((folder / name).exists() for name in (_MANIFEST, inventory.NAME)):
        return LocalStore.in_memory(path, infer=infer)
    with _checked(path) as file:
        store = LocalStore.in_memory(file, infer=infer)
    return replace(store, originals=_originals(folder, inventory.read(folder)))


def _originals(folder: Path, known: inventory.Inventory) -> Callable[[], Originals] | None:
    """Return what reads the original forms of a snapshot, once; None if it has none."""
    if known.file(LITERALS) is None:
        return None

    @cache
    def read() -> Originals:
        from ipgraph.store.originals import Originals  # late: a query does not need it

        with _checked(folder / LITERALS) as file:
            return Originals.load(file.read())

    return read


@contextmanager
def _checked(path: Path) -> Iterator[IO[bytes]]:
    """Open a file of a snapshot; at the end of the block, it must be the one of the inventory."""
    try:
        expected = inventory.read(path.parent).file(path.name)
        if expected is None:
            raise inventory.Damage(f"{path.name} is not in {inventory.NAME}")
        with path.open("rb", buffering=0) as file:
            reader = inventory.ChecksumReader(file)
            try:
                yield reader  # type: ignore[misc]  # the part of a file that parsers need
            finally:
                reader.check(expected)  # a syntax error is damage too
    except (inventory.Damage, OSError) as error:
        reason = str(error) if isinstance(error, inventory.Damage) else f"{path.name}: {error}"
        inventory.mark_damaged(path.parent, reason)
        raise StoreDamaged(
            f"Snapshot {path.parent.name} is damaged: {reason}.",
            hint=f"The next command builds it again. Its folder is {path.parent}.",
        ) from error


class _Pin:
    """Marks a snapshot as in use, by a shared lock, while the object exists.

    On a platform without such locks, the open file itself protects the folder from removal.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        self.identity = _identity(os.fstat(self._descriptor))
        try:
            import fcntl
        except ImportError:
            return
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        # `close` is bound here because at exit the module may be deleted before the last snapshot.
        if hasattr(self, "_descriptor"):
            close(self._descriptor)


def _identity(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_dev, stat.st_ino
