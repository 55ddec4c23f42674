"""Temporary folders, removed with the object that owns them, or with the process."""

from __future__ import annotations

import os
import weakref
from pathlib import Path

_REMOVALS: list[weakref.finalize[..., object]] = []


def folder(owner: object) -> Path:
    """Create a folder that is removed when `owner` is collected, or by `clear`."""
    import tempfile  # late: few processes need a folder

    path = Path(tempfile.mkdtemp(prefix="ipgraph-"))
    _REMOVALS[:] = [removal for removal in _REMOVALS if removal.alive]
    _REMOVALS.append(weakref.finalize(owner, _remove, path, os.getpid()))
    return path


def clear() -> None:
    """Remove all folders now: the command line exits without the interpreter's own clean-up."""
    while _REMOVALS:
        _REMOVALS.pop()()


def _remove(path: Path, process: int) -> None:
    if os.getpid() == process:  # a forked process inherits the list, but does not own the folders
        import shutil  # late: few processes have a folder

        shutil.rmtree(path, ignore_errors=True)
