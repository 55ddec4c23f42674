"""Folders under construction: written next to the snapshots and renamed when they are complete.

A writer holds the lock of the cache. So a folder under construction that the holder of the lock
finds is left over from a process that was killed.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from filelock import BaseFileLock

PREFIX = ".building-"
DATES_LOCK = "dates.lock"  # of derived snapshots, so that none waits for a build


def lock(cache: Path, timeout_s: float = -1, *, name: str = "lock") -> BaseFileLock:
    """Return a lock of a cache, to be used in a ``with`` statement.

    Raises `filelock.Timeout`, an `OSError`, if another process holds it for `timeout_s`.
    """
    from filelock import FileLock  # late: only writers need it

    return FileLock(cache / name, timeout=timeout_s)


@contextmanager
def folder(snapshots: Path, target: Path, prefix: str = PREFIX) -> Iterator[Path]:
    """Yield a new folder; it replaces `target` when the block ends and is removed if it fails."""
    scratch = _new_path(snapshots, prefix)
    scratch.mkdir()  # not by `tempfile`: other users may read a shared cache
    try:
        yield scratch
        _replace(scratch, target, _new_path(snapshots, prefix))
    finally:
        _remove(scratch)


def remove_leftovers(cache: Path) -> None:
    """Remove what killed processes left in a cache. The caller holds the lock."""
    for path in (cache / "snapshots").glob(f"{PREFIX}*"):
        _remove(path)
    for path in (cache / "inputs").glob("*"):
        if path.suffix != ".txt":
            path.unlink(missing_ok=True)


def _replace(scratch: Path, target: Path, aside: Path) -> None:
    """Rename `scratch` to `target`; a damaged folder of that name goes, by way of `aside`."""
    with suppress(FileNotFoundError):
        target.rename(aside)
    scratch.rename(target)
    # Its readers notice the loss, or go on with the files that they have open.
    _remove(aside)


def _new_path(snapshots: Path, prefix: str) -> Path:
    return snapshots / f"{prefix}{os.getpid()}-{os.urandom(4).hex()}"


def _remove(path: Path) -> None:
    import shutil  # late: only writers need it

    shutil.rmtree(path, ignore_errors=True)
