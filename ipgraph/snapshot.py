"""Snapshots: what a build makes, immutable and named by the hash of what went into it.

A folder of the cache holds ``snapshots/<hash>/`` with ``graph.nq`` (every named graph, the inferred
one included), ``store/`` (Oxigraph on disk: the same, and their merge as default graph),
``search.sqlite`` (the index of names) and ``manifest.json``. `catalog` finds the snapshot of some
inputs, `build` makes one.

What only a build needs is imported there: every command opens a snapshot, few make one.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import Inconsistent, StoreUnavailable
from ipgraph.namespaces import INFERRED_GRAPH
from ipgraph.store.local import LocalStore, write_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.loading import Input

_STATED = "stated"
_COUNT_TRIPLES = "SELECT (COUNT(*) AS ?count) WHERE { ?s ?p ?o }"
_COUNT_GRAPHS = """SELECT ?key (COUNT(*) AS ?count)
WHERE { GRAPH ?key { ?s ?p ?o } } GROUP BY ?key ORDER BY DESC(?count) ?key"""
_COUNT_CLASSES = """SELECT ?key (COUNT(?s) AS ?count)
WHERE { ?s a ?key FILTER(isIRI(?key)) } GROUP BY ?key ORDER BY DESC(?count) ?key"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a snapshot is made from: the files, the base IRI and the reasoner.

    `origin` names the set of files however many there are now: the project, or paths as given.
    """

    origin: str
    inputs: tuple[Input, ...]
    base: str
    reasoner: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A built graph on disk. While this object lives, no clean-up removes its folder."""

    folder: Path
    manifest: dict[str, Any]
    _pin: _Pin | None = field(default=None, repr=False, compare=False)

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """Open the snapshot in `folder`; raises `StoreUnavailable` where it is not whole."""
        try:
            pin = _Pin(folder / "manifest.json")
            return cls(folder, json.loads((folder / "manifest.json").read_bytes()), pin)
        except (OSError, ValueError) as error:
            raise StoreUnavailable(f"There is no whole snapshot in {folder}: {error}") from error

    @property
    def hash(self) -> str:
        """The hash of the inputs: the snapshot's name."""
        return str(self.manifest["hash"])

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
        """The index of names and terms (`ipgraph.search`)."""
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
        import tempfile

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


def build(
    recipe: Recipe, name: str, folder: Path, report: Callable[[str], None] = lambda stage: None
) -> None:
    """Make the snapshot `name` of `recipe` in `folder`, whole or not at all.

    `report` is told each stage as it begins. Raises `InvalidData` at a broken file and
    `Inconsistent` where the data contradict the ontology.
    """
    import shutil
    import tempfile

    from ipgraph import loading, reasoning, search_index

    clock = _Clock(report)
    clock.begin("load")
    engine = loading.load(recipe.inputs, base=recipe.base)
    clock.begin("infer")
    closure = reasoning.infer(engine, reasoner=recipe.reasoner)
    if closure.inconsistencies:
        first, more = closure.inconsistencies[0], len(closure.inconsistencies) - 1
        raise Inconsistent(
            f"{first}" + (f" ({more} more contradictions)" if more else ""),
            hint="Mend one of the statements named, or the axiom they contradict.",
        )
    closure.store(engine, ox.NamedNode(INFERRED_GRAPH))
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    try:
        clock.begin("write")
        write_store(engine, scratch / "graph.nq", scratch / "store")
        clock.begin("index")
        search_index.build(LocalStore.on_disk(scratch / "store"), scratch / "search.sqlite")
        manifest = _manifest(recipe, name, scratch)
        clock.begin("")
        manifest["timings_ms"] = clock.timings_ms
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (scratch / "manifest.json").write_text(text, encoding="utf-8")
        if folder.exists():  # without a manifest, or it would not be built again
            shutil.rmtree(folder)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _manifest(recipe: Recipe, name: str, scratch: Path) -> dict[str, Any]:
    return {
        "hash": name,
        "content_hash": _content_hash(scratch / "graph.nq"),
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "base": recipe.base,
        "reasoner": recipe.reasoner,
        "inputs": [{"path": str(each.path), "graph": each.graph} for each in recipe.inputs],
        "counts": _counts(LocalStore.on_disk(scratch / "store").engine),
    }


def _counts(engine: ox.Store) -> dict[str, Any]:
    graphs = _counted(engine, _COUNT_GRAPHS)
    inferred = graphs.pop(INFERRED_GRAPH, 0)
    triples = _counted(engine, _COUNT_TRIPLES)[""]
    return {
        "triples": triples,
        "stated": triples - inferred,
        "inferred": inferred,
        "graphs": graphs,
        "classes": _counted(engine, _COUNT_CLASSES),
    }


def _counted(engine: ox.Store, text: str) -> dict[str, int]:
    solutions = engine.query(text)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101  a SELECT, by the constants above
    keyed = len(solutions.variables) > 1
    return {
        (solution["key"].value if keyed else ""): int(solution["count"].value)
        for solution in solutions
    }


def _content_hash(quads: Path) -> str:
    """Return a hash of the stated quads that depends on neither order nor blank node labels.

    The sum of the SHA-256 of each line, modulo 2^256; quads with blank nodes are first put into
    canonical form (RDFC-1.0). Streams: memory is that of the quads with blank nodes.
    """
    from hashlib import sha256

    inferred = f"<{INFERRED_GRAPH}> .\n".encode()
    total, blank = 0, []
    with quads.open("rb") as lines:
        for line in lines:
            if line.endswith(inferred):
                continue
            if b"_:" in line:
                blank.append(line)
            else:
                total += int.from_bytes(sha256(line).digest())
    dataset = ox.Dataset(ox.parse(b"".join(blank), format=ox.RdfFormat.N_QUADS))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    canonical = ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b""
    for line in canonical.splitlines(keepends=True):
        total += int.from_bytes(sha256(line).digest())
    return f"{total % 2**256:064x}"


class _Clock:
    """Time the stages of a build, in milliseconds."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self.timings_ms: dict[str, int] = {}
        self._report = report
        self._stage, self._since = "", time.perf_counter()

    def begin(self, stage: str) -> None:
        now = time.perf_counter()
        if self._stage:
            self.timings_ms[self._stage] = round((now - self._since) * 1000)
        self._stage, self._since = stage, now
        if stage:
            self._report(stage)


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

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)
