"""Derive the snapshot of a date from the snapshot of its graph, in a child process.

Files that do not change are linked: the tables of the store, the index, the prefixes. So a derived
snapshot has only the differences on disk, and a copy of the named graphs.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.namespaces import INFERRED_GRAPH
from ipgraph.serialization import limits
from ipgraph.snapshots import builder, construction, declarations, inventory
from ipgraph.snapshots.dates import calendar, stored
from ipgraph.snapshots.dates.difference import DatedGraph
from ipgraph.snapshots.findings import MAX_CONTRADICTIONS, Findings
from ipgraph.snapshots.snapshot import GRAPH, LITERALS, SEARCH, WARNINGS, Snapshot
from ipgraph.store.local import LocalStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from ipgraph.entities.periods.model import Certainty
    from ipgraph.snapshots.dates.difference import Difference
    from ipgraph.snapshots.snapshot import Recipe

_NQ = ox.RdfFormat.N_QUADS
_LINKED = (SEARCH, declarations.NAME, LITERALS, calendar.NAME, stored.NAME)
_PREFIX = ".dating-"  # of folders under construction


@dataclass(frozen=True, slots=True)
class Order:
    """A derived snapshot to make: from which folder, in which, and for which days."""

    source: Path
    target: Path
    first: date
    last: date
    certainty: Certainty


def derive(
    recipe: Recipe,
    order: Order,
    report: Callable[[str], None] = lambda stage: None,
    reading: Callable[[Path], None] = lambda path: None,
) -> None:
    """Write the derived snapshot of an order; leave nothing if that fails."""
    report("load")
    snapshot = Snapshot(order.source)
    graph = prepare(recipe, snapshot)
    report("infer")
    difference = graph.derive(order.first, order.certainty)
    report("write")
    write(snapshot, order, difference)


def prepare(recipe: Recipe, snapshot: Snapshot) -> DatedGraph:
    """Read and close what no date changes."""
    store = replace(LocalStore.on_disk(snapshot.folder / "store"), description=recipe.dataset)
    periods = stored.load(snapshot.content(stored.NAME))
    return DatedGraph(store, periods, str(snapshot.manifest["reasoner"]), recipe.limits)


def write(snapshot: Snapshot, order: Order, difference: Difference) -> None:
    """Write the derived snapshot of a difference."""
    snapshots = order.target.parent
    with construction.folder(snapshots, order.target, _PREFIX) as scratch:
        for name in _LINKED:
            if snapshot.inventory.file(name) is not None:
                _link(snapshot.folder / name, scratch / name)
        _write_store(snapshot.folder / "store", scratch / "store", difference)
        engine = ox.Store.read_only(str(scratch / "store"))
        _write_graphs(snapshot.graph_path, scratch / GRAPH, engine, difference)
        manifest = _manifest(snapshot, order, difference, scratch)
        manifest["counts"] = builder.counts(engine, snapshot.description.config.graphs)
        found = Findings.from_json(manifest["findings"])
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (scratch / "manifest.json").write_text(text, encoding="utf-8")
        if found.warnings:
            (scratch / WARNINGS).write_text("\n".join(found.warnings), encoding="utf-8")
        counts = manifest["counts"]
        quads = counts["inferred"] + counts["periods"] + sum(counts["graphs"].values())
        inventory.write(scratch, snapshot.inventory.key, quads)


def remove_leftovers(snapshots: Path) -> None:
    """Remove what killed processes left. The caller holds the lock of derived snapshots."""
    for path in snapshots.glob(f"{_PREFIX}*"):
        shutil.rmtree(path, ignore_errors=True)


def _link(source: Path, target: Path) -> None:
    """Link a file, or copy it where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _write_store(source: Path, target: Path, difference: Difference) -> None:
    """Write a store: the tables of `source`, which the engine never changes, and a difference."""
    target.mkdir()
    for path in source.iterdir():
        if path.suffix == ".sst":
            _link(path, target / path.name)
        elif not path.name.startswith("LOG"):  # the engine's log
            shutil.copyfile(path, target / path.name)
    engine = ox.Store(str(target))
    for quad in difference.removed:
        engine.remove(quad)
    engine.extend(difference.added)
    engine.flush()
    del engine
    for path in target.glob("LOG*"):
        path.unlink()


def _write_graphs(source: Path, target: Path, engine: ox.Store, difference: Difference) -> None:
    """Write the named graphs as N-Quads: the lines of `source` that are left, and those added.

    The labels of blank nodes in it may differ from those of the store; if the difference has any,
    all graphs are written from the store.
    """
    default = ox.DefaultGraph()
    added, removed = (
        ox.serialize((quad for quad in quads if quad.graph_name != default), format=_NQ) or b""
        for quads in (difference.added, difference.removed)
    )
    with target.open("wb") as out:
        if b"_:" in added or b"_:" in removed:
            for graph in engine.named_graphs():
                lines = engine.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
                out.write(lines.replace(b" .\n", f" {graph} .\n".encode()))
            return
        gone = {*removed.splitlines(keepends=True)}
        with source.open("rb") as lines_before:
            out.writelines(line for line in lines_before if line not in gone)
        out.write(added)


def _manifest(
    snapshot: Snapshot, order: Order, difference: Difference, scratch: Path
) -> dict[str, Any]:
    parent, closure = snapshot.manifest, difference.closure
    found = replace(
        snapshot.findings,
        contradictions=closure.inconsistencies[:MAX_CONTRADICTIONS],
        contradiction_count=len(closure.inconsistencies),
    )
    version = f"{parent['content_hash']} {order.first} {order.certainty}"
    return {
        **parent,
        "hash": order.target.name,
        # As the content follows from that of the whole and from the day, so does its hash.
        "content_hash": sha256(version.encode()).hexdigest(),
        "file_hash": builder.file_hash(scratch / GRAPH),
        "features": _features(parent["features"], scratch, difference),
        "findings": found.as_json(),
        "unsupported_axioms": list(closure.unsupported),
        "incomplete": str(closure.incomplete or ""),
        "stars": list(closure.stars),
        "as_of": {
            "first": order.first.isoformat(),
            "last": order.last.isoformat(),
            "certainty": order.certainty,
        },
    }


def _features(
    known: dict[str, list[str]], scratch: Path, difference: Difference
) -> dict[str, list[str]]:
    """Return what some format cannot hold: as before, and in what was added."""
    path = scratch / "added.nq"
    try:
        path.write_bytes(ox.serialize(difference.added, format=_NQ) or b"")
        found = {"closed": limits.features(path), "stated": limits.features(path, INFERRED_GRAPH)}
    finally:
        with suppress(FileNotFoundError):
            path.unlink()
    return {
        name: sorted({*known[name], *(feature.name for feature in features)})
        for name, features in found.items()
    }
