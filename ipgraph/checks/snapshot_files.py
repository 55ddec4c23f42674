"""Checking a snapshot: read every file, and compare checksums and counts."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

from ipgraph.checks.problems import CheckReport, Problem
from ipgraph.errors import StoreUnavailable
from ipgraph.namespaces import file_iri
from ipgraph.snapshots import inventory
from ipgraph.snapshots.snapshot import STATED
from ipgraph.store.local import LocalStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COUNT_QUADS = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
_COUNT_TRIPLES = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def check_snapshot(folder: Path) -> CheckReport:
    """Read every file of a snapshot and report what differs from its inventory and its counts.

    A snapshot with problems is marked: it is built again when it is opened next.
    """
    started = time.perf_counter()
    differences = [
        *inventory.find_all(folder),
        *(f"{STATED}: {text}" for text in _damage_of_stated(folder / STATED)),
    ]
    problems = [Problem("snapshot/files", text, folder.name) for text in differences]
    reason = inventory.reason_of_mark(folder)
    if reason and not problems:
        problems.append(Problem("snapshot/mark", reason, folder.name))
    checked = {"files": 0, "counts": 0}
    if not problems:
        files = inventory.read(folder).files
        checked["files"] = len(files)
        texts = _differing_counts(folder)
        problems += [Problem("snapshot/counts", text, folder.name) for text in texts]
        checked["counts"] = 3
    if problems:
        inventory.mark_damaged(folder, problems[0].message)
    elapsed_ms = (time.perf_counter() - started) * 1000
    return CheckReport(tuple(problems), checked, {"snapshot": elapsed_ms})


def _damage_of_stated(folder: Path) -> Iterator[str]:
    """Read the store without inferred statements, which is written at first use."""
    return inventory.find_all(folder) if folder.is_dir() else iter(())


def _differing_counts(folder: Path) -> Iterator[str]:
    """Compare the counts of the store and the index; all checksums are right."""
    try:
        counts = json.loads((folder / "manifest.json").read_bytes())["counts"]
        engine = LocalStore.on_disk(folder / "store").engine
        recorded = {_COUNT_QUADS: inventory.read(folder).quads, _COUNT_TRIPLES: counts["triples"]}
        for query, expected in recorded.items():
            (solution,) = engine.query(query)  # type: ignore[misc]  # a SELECT
            actual = int(solution["n"].value)
            if actual != expected:
                yield f"the store has {actual:,} statements instead of {expected:,}"
        index = f"{file_iri(folder / 'search.sqlite')}?mode=ro&immutable=1"
        with closing(sqlite3.connect(index, uri=True)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                yield f"search.sqlite: {verdict}"
    except (StoreUnavailable, RuntimeError, OSError, sqlite3.Error) as error:
        yield str(error)
