"""The cache of snapshots: find the snapshot of a set of files, and remove old snapshots.

`os.stat` of the inputs shows whether a snapshot is stale, without reading them: a record for every
set of inputs has the name of its snapshot, and the size and modification time of every file.
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
    from collections.abc import Callable, Iterable, Iterator

# The packages whose code determines the content of a snapshot. A change to any of them makes all
# snapshots stale.
_BUILD_PACKAGES = ("snapshots", "reasoning", "store", "search", "entities")
_LIBRARIES = ("rdflib", "pyoxigraph", "oxrdflib", "owlrl", "numpy")
_NAME_LENGTH = 20  # hexadecimal digits: 80 bits make an accidental collision practically impossible


def get_or_build(
    recipe: Recipe, cache: Path, report: Callable[[str], None] = lambda stage: None
) -> Snapshot:
    """Return the snapshot of `recipe`. Build it if it is missing or stale."""
    return _find_by_record(recipe, cache) or _find_or_build(recipe, cache, report)


def _find_or_build(
    recipe: Recipe, cache: Path, report: Callable[[str], None] = lambda stage: None
) -> Snapshot:
    """Read the inputs of `recipe` and return their snapshot. Build it if it does not exist.

    One process builds at a time; other processes wait for it. A failed build changes no existing
    snapshot.
    """
    import logging  # late: `ipgraph query` on an existing snapshot does not need it (5 ms)

    from filelock import FileLock

    from ipgraph.snapshots import builder

    logger = logging.getLogger(__name__)
    folder = cache / "snapshots"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / "lock"):
            stats = _stats(recipe)
            name = _name(recipe)
            if not (folder / name / "manifest.json").is_file():
                if (folder / name).exists():
                    logger.warning("Snapshot %s is incomplete and is built again", name)
                builder.build(recipe, name, folder / name, report)
                logger.info("Snapshot %s was built", name)
            _write_record(recipe, cache, stats, name)
            return Snapshot(folder / name)
    except OSError as error:
        raise StoreUnavailable(
            f"Cannot write to the cache folder {cache}: {error}.",
            hint="Choose another folder with --cache or IPGRAPH_CACHE.",
        ) from error


def prune(cache: Path, keep: int) -> int:
    """Remove all snapshots except the `keep` newest and those in use. Return how many."""
    newest_first = sorted(
        _snapshot_folders(cache), key=lambda path: path.stat().st_mtime_ns, reverse=True
    )
    return remove(newest_first[keep:])


def remove(folders: Iterable[Path]) -> int:
    """Remove snapshots that are not in use. Return how many."""
    import shutil

    removed = 0
    for folder in folders:
        if not _is_in_use(folder):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def clean(cache: Path) -> int:
    """Remove every snapshot that is not in use, and all records. Return how many snapshots."""
    for record in (cache / "inputs").glob("*.txt"):
        record.unlink(missing_ok=True)
    return prune(cache, 0)


def _snapshot_folders(cache: Path) -> Iterator[Path]:
    return (path for path in (cache / "snapshots").glob("[0-9a-f]*") if path.is_dir())


def _find_by_record(recipe: Recipe, cache: Path) -> Snapshot | None:
    """Return the snapshot in the record, or None if its inputs have changed since."""
    try:
        record = _record_path(recipe, cache).read_text(encoding="utf-8")
        name, _, stats = record.partition("\n")
        return Snapshot(cache / "snapshots" / name) if stats == _stats(recipe) else None
    except (OSError, ValueError, StoreUnavailable):
        return None  # there is no record, or it is left over from an interrupted build


def _write_record(recipe: Recipe, cache: Path, stats: str, name: str) -> None:
    path = _record_path(recipe, cache)
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(f"{name}\n{stats}", encoding="utf-8")
    temporary.replace(path)


def _record_path(recipe: Recipe, cache: Path) -> Path:
    # A short hash is enough: after a collision, the paths in the record differ from the inputs.
    key = crc32("\n".join((recipe.origin, recipe.reasoner)).encode())
    return cache / "inputs" / f"{key:08x}.txt"


def _stats(recipe: Recipe) -> str:
    """Return sizes and modification times of the inputs, the code and the libraries as text."""
    libraries = Path(ox.__file__).parent.parent
    lines = [sys.version, str(libraries.stat().st_mtime_ns)]
    for path in (*(file.path for file in recipe.inputs), *_build_modules()):
        stat = os.stat(path)
        lines.append(f"{stat.st_size} {stat.st_mtime_ns} {path}")
    return "\n".join(lines)


def _name(recipe: Recipe) -> str:
    """Return the name of the snapshot of `recipe`: a hash of its inputs, code and libraries."""
    from hashlib import sha256
    from importlib.metadata import version

    digest = sha256()
    parts = [recipe.reasoner, *(f"{library} {version(library)}" for library in _LIBRARIES)]
    for part in parts:
        digest.update(part.encode() + b"\0")
    for file in recipe.inputs:
        digest.update(file.graph.encode() + b"\0")
        digest.update(sha256(file.path.read_bytes()).digest())
    for path in _build_modules():
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_NAME_LENGTH]


def _build_modules() -> Iterator[Path]:
    """Yield every module that can affect the content of a snapshot."""
    package = Path(__file__).parent.parent
    yield package / "namespaces.py"
    for name in _BUILD_PACKAGES:
        yield from sorted((package / name).rglob("*.py"))


def _is_in_use(folder: Path) -> bool:
    try:
        import fcntl
    except ImportError:
        return False  # such a platform refuses to remove an open file
    try:
        with (folder / "manifest.json").open("rb") as pin:
            fcntl.flock(pin, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # without a manifest, nothing can use it
    return False
