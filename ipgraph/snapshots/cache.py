"""The cache of snapshots: which one belongs to which files, and which ones may go.

Whether a snapshot is stale is seen by `os.stat` of its inputs, not by reading them: for each set of
inputs a record keeps size and time of every file beside the name of the snapshot made from them.
"""

from __future__ import annotations

import os
import sys
from binascii import crc32
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import StoreUnavailable
from ipgraph.snapshots.snapshot import Recipe, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The packages whose code decides what a snapshot holds: a change in any of them makes a new one.
_WRITERS = ("snapshots", "reasoning", "store", "search", "entities")
_LIBRARIES = ("rdflib", "pyoxigraph", "oxrdflib", "owlrl", "numpy")
_NAME_LENGTH = 20  # hexadecimal digits: 80 bits name a snapshot beyond any collision by chance


def current(
    recipe: Recipe, cache: Path, report: Callable[[str], None] = lambda stage: None
) -> Snapshot:
    """Return the snapshot of `recipe`, built first where it is missing or stale."""
    return _known(recipe, cache) or refresh(recipe, cache, report)


def refresh(
    recipe: Recipe, cache: Path, report: Callable[[str], None] = lambda stage: None
) -> Snapshot:
    """Read the inputs of `recipe` and return their snapshot, built where it does not exist.

    One process builds at a time, the others wait for it. Where the build fails, what was there
    stays as it was.
    """
    import logging  # late: `ipgraph query` on a built snapshot does without it (5 ms)

    from filelock import FileLock

    from ipgraph.snapshots import builder

    logger = logging.getLogger(__name__)
    folder = cache / "snapshots"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / "lock"):
            seen = _stats(recipe)
            name = _name(recipe)
            if not (folder / name / "manifest.json").is_file():
                if (folder / name).exists():
                    logger.warning("Snapshot %s is incomplete and is built again", name)
                builder.build(recipe, name, folder / name, report)
                logger.info("Snapshot %s was built", name)
            _write_record(recipe, cache, seen, name)
            return Snapshot(folder / name)
    except OSError as error:
        raise StoreUnavailable(
            f"The cache folder {cache} cannot be written: {error}.",
            hint="Name another folder with --cache or IPGRAPH_CACHE.",
        ) from error


def prune(cache: Path, keep: int) -> int:
    """Remove all but the `keep` newest snapshots and those in use; return how many went."""
    import shutil

    found = sorted(_snapshots(cache), key=lambda item: item.stat().st_mtime_ns, reverse=True)
    removed = 0
    for folder in found[keep:]:
        if not _in_use(folder):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def clean(cache: Path) -> int:
    """Remove every snapshot that is not in use, and the records; return how many went."""
    for record in (cache / "inputs").glob("*.txt"):
        record.unlink(missing_ok=True)
    return prune(cache, 0)


def _snapshots(cache: Path) -> Iterator[Path]:
    return (path for path in (cache / "snapshots").glob("[0-9a-f]*") if path.is_dir())


def _known(recipe: Recipe, cache: Path) -> Snapshot | None:
    """Return the snapshot on record, if nothing it was made from has changed since."""
    try:
        record = _record_path(recipe, cache).read_text(encoding="utf-8")
        name, _, seen = record.partition("\n")
        return Snapshot(cache / "snapshots" / name) if seen == _stats(recipe) else None
    except (OSError, ValueError, StoreUnavailable):
        return None  # no record, or one that an interrupted build left behind


def _write_record(recipe: Recipe, cache: Path, seen: str, name: str) -> None:
    path = _record_path(recipe, cache)
    path.parent.mkdir(exist_ok=True)
    made = path.with_suffix(f".{os.getpid()}")
    made.write_text(f"{name}\n{seen}", encoding="utf-8")
    made.replace(path)


def _record_path(recipe: Recipe, cache: Path) -> Path:
    # A short hash will do: a record that belongs to other files shows by the files it names.
    key = crc32("\n".join((recipe.origin, recipe.reasoner)).encode())
    return cache / "inputs" / f"{key:08x}.txt"


def _stats(recipe: Recipe) -> str:
    """Return what `os.stat` tells of the inputs, the code that writes, and the libraries."""
    libraries = Path(ox.__file__).parent.parent
    lines = [sys.version, str(libraries.stat().st_mtime_ns)]
    for path in (*(item.path for item in recipe.inputs), *_writers()):
        stat = os.stat(path)
        lines.append(f"{stat.st_size} {stat.st_mtime_ns} {path}")
    return "\n".join(lines)


def _name(recipe: Recipe) -> str:
    """Return the name of the snapshot of `recipe`: a hash of all that decides its content."""
    from hashlib import sha256
    from importlib.metadata import version

    digest = sha256()
    parts = [recipe.reasoner, *(f"{library} {version(library)}" for library in _LIBRARIES)]
    for part in parts:
        digest.update(part.encode() + b"\0")
    for item in recipe.inputs:
        digest.update(item.graph.encode() + b"\0")
        digest.update(sha256(item.path.read_bytes()).digest())
    for path in _writers():
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_NAME_LENGTH]


def _writers() -> Iterator[Path]:
    """Yield every module that can change what a build writes."""
    package = Path(__file__).parent.parent
    yield package / "namespaces.py"
    for name in _WRITERS:
        yield from sorted((package / name).rglob("*.py"))


def _in_use(folder: Path) -> bool:
    try:
        import fcntl
    except ImportError:
        return False  # such platforms refuse to remove open files by themselves
    try:
        with (folder / "manifest.json").open("rb") as pin:
            fcntl.flock(pin, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # no manifest: nothing can use it
    return False
