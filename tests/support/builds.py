"""Builds in their own process that are killed, or that find the disk full."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import ipgraph
from ipgraph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NUMBER = 400
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def write_graph(path: Path, name: str, number: int) -> None:
    """Write a graph of 2 * `number` triples; `name` is part of them."""
    lines = (f'<urn:{name}:{n}> <urn:p> "{n}" ; <urn:q> <urn:{name}:0> .' for n in range(number))
    path.write_text("\n".join(lines), encoding="utf-8")


def build(
    path: Path, cache: Path, *, kill_after_s: float | None = None, max_file_bytes: int = 0
) -> tuple[int, str]:
    """Run ``ipgraph build``; return its exit code, or minus the signal, and its errors.

    With `max_file_bytes`, writing beyond it fails, as on a full disk.
    """

    def limit() -> None:
        if max_file_bytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_bytes, max_file_bytes))

    command = [sys.executable, "-m", "ipgraph", "--cache", str(cache), "build", str(path)]
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=limit,  # noqa: PLW1509  no thread of the tests holds a lock that it needs
    ) as process:
        try:
            _, errors = process.communicate(timeout=kill_after_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            _, errors = process.communicate()
    return process.returncode, errors


def is_last_good_served(path: Path, cache: Path, number: int) -> bool:
    """True if the graph in `path` opens without a build and has 2 * `number` triples."""
    stages: list[str] = []
    graph = ipgraph.open(path, settings=Settings(cache=str(cache)), report=stages.append)
    (row,) = graph.query(COUNT)
    return not stages and int(row["n"].value) == 2 * number


PARTS = {
    *("graph.nq", "store", "stated", "search.sqlite"),
    *("manifest.json", "prefixes.txt", "files.txt"),
}


def leftovers(cache: Path) -> list[str]:
    """Return what does not belong into a cache."""
    found = [
        path.name for path in cache.iterdir() if path.name not in {"inputs", "lock", "snapshots"}
    ]
    found += [path.name for path in (cache / "inputs").iterdir() if path.suffix != ".txt"]
    for snapshot in (cache / "snapshots").iterdir():
        if snapshot.name.startswith("."):
            found.append(snapshot.name)
        else:
            found += [path.name for path in snapshot.iterdir() if path.name not in PARTS]
    return found


def interrupt(path: Path, cache: Path, number: int, how: Callable[[], object]) -> None:
    """Call `how` to interrupt a build of other content.

    Raises `AssertionError` unless the good content of `path` opens without a build before and
    after the next build, which works and leaves nothing behind.
    """
    write_graph(path, f"other{number}", 2 * NUMBER)
    how()
    write_graph(path, "good", NUMBER)
    assert is_last_good_served(path, cache, NUMBER)
    write_graph(path, f"next{number}", NUMBER + 1)
    assert build(path, cache) == (0, "")
    assert leftovers(cache) == []
    write_graph(path, "good", NUMBER)
    assert is_last_good_served(path, cache, NUMBER)


def fill_disk(path: Path, cache: Path, max_file_bytes: int) -> bool:
    """Build with no more space than that; return True if it failed, in one line and cleanly."""
    code, errors = build(path, cache, max_file_bytes=max_file_bytes)
    if code:
        assert code == 4, errors
        assert errors.startswith(f"ipgraph: Cannot write to the cache folder {cache}: "), errors
        assert "Traceback" not in errors
    assert leftovers(cache) == []
    return bool(code)


def random_interruptions(path: Path, cache: Path, number: int, seed: int) -> tuple[int, int]:
    """Kill `number` builds and fill the disk in as many; return how many of both had an effect."""
    source = random.Random(seed)  # noqa: S311  reproducible on purpose
    killed = failed = 0
    write_graph(path, "good", NUMBER)
    assert build(path, cache) == (0, "")

    def kill() -> None:
        nonlocal killed
        killed += build(path, cache, kill_after_s=source.uniform(0.2, 1.5))[0] != 0

    def fill() -> None:
        nonlocal failed
        failed += fill_disk(path, cache, int(10 ** source.uniform(2, 5.5)))

    for index in range(number):
        interrupt(path, cache, index, kill)
        interrupt(path, cache, index, fill)
    return killed, failed
