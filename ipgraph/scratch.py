"""Temporary folders: each is gone with what it was made for, and all of them with the process."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

_REMOVALS: list[weakref.finalize[..., object]] = []


def folder(owner: object) -> Path:
    """Make a folder that is removed when `owner` is collected, or by `clear`."""
    path = Path(tempfile.mkdtemp(prefix="ipgraph-"))
    _REMOVALS[:] = [each for each in _REMOVALS if each.alive]
    _REMOVALS.append(weakref.finalize(owner, _remove, path, os.getpid()))
    return path


def clear() -> None:
    """Remove every folder now: the command line leaves without Python's own clean-up."""
    while _REMOVALS:
        _REMOVALS.pop()()


def _remove(path: Path, process: int) -> None:
    if os.getpid() == process:  # what a server forked has the folder too, and is not its owner
        shutil.rmtree(path, ignore_errors=True)
