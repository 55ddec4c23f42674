"""Temporary folders, removed with the object that owns them, or with the process."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

_REMOVALS: list[weakref.finalize[..., object]] = []


def folder(owner: object) -> Path:
    """Create a folder that is removed when `owner` is collected, or by `clear`."""
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
        shutil.rmtree(path, ignore_errors=True)
