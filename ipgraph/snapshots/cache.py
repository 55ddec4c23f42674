"""The cache of snapshots: find the snapshot of a set of files, and remove old snapshots.

`os.stat` of the inputs shows whether a snapshot is stale, without reading them: a record for every
set of inputs has the name of its snapshot, and the size and modification time of every file.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from ipgraph.errors import NotFound, StoreDamaged, StoreUnavailable, StoreUnreadable
from ipgraph.snapshots import construction, inventory
from ipgraph.snapshots.limits import DEFAULT_LIMITS, BuildLimits
from ipgraph.snapshots.snapshot import Recipe, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ipgraph.snapshots.loading import Input

# The packages whose code determines the content of a snapshot. A change to any of them makes all
# snapshots stale.
_BUILD_PACKAGES = (
    *("inputs", "snapshots", "reasoning", "store", "search", "entities"),
    "serialization",
)
_LIBRARIES = ("rdflib", "pyoxigraph", "oxrdflib", "owlrl", "numpy")
_NAME_LENGTH = 20  # hexadecimal digits: 80 bits make an accidental collision practically impossible


class Bounds(NamedTuple):
    """How many snapshots of one graph a cache has, and how large all graphs together may be."""

    snapshots: int = 3
    max_bytes: int = 2 << 30


DEFAULT_BOUNDS = Bounds()


class Usage(NamedTuple):
    """What a cache has."""

    snapshots: int  # without those that were derived for a date
    size_bytes: int


def get_or_build(
    recipe: Recipe,
    cache: Path,
    report: Callable[[str], None] = lambda stage: None,
    bounds: Bounds = DEFAULT_BOUNDS,
    limits: BuildLimits = DEFAULT_LIMITS,
) -> Snapshot:
    """Return the snapshot of `recipe`. Build it if it is missing, stale or damaged.

    A build has `limits`. After it, old snapshots that exceed `bounds` are removed.
    """
    snapshot = _find_by_record(recipe, cache) or _find_or_build(
        recipe, cache, report, bounds, limits
    )
    with suppress(OSError):  # a cache that cannot be written
        os.utime(snapshot.folder)  # for `prune`: it has been used
    return snapshot


def _find_or_build(
    recipe: Recipe,
    cache: Path,
    report: Callable[[str], None],
    bounds: Bounds,
    limits: BuildLimits,
) -> Snapshot:
    """Read the inputs of `recipe` and return their snapshot. Build it if it does not exist.

    One process builds at a time, in a child process; other processes wait for it. A failed build
    changes no existing snapshot.
    """
    try:
        (cache / "snapshots").mkdir(parents=True, exist_ok=True)
        with construction.lock(cache):
            construction.remove_leftovers(cache)
            stats, name = _read_inputs(recipe)
            folder = cache / "snapshots" / name
            is_usable, damage = _inspect(folder)
            if not is_usable:
                _report_damage(damage)
                _build(recipe, folder, report, limits)
            snapshot = Snapshot(folder)  # before `prune`, which removes none in use
            if not is_usable:
                prune(cache, bounds)
            _write_record(recipe, cache, stats, name)
            return snapshot
    except OSError as error:
        folder = cache / "snapshots" / _read_inputs(recipe)[1]
        with suppress(StoreUnavailable):  # a cache that cannot be written may have the snapshot
            return Snapshot(folder)
        raise StoreUnreadable(
            f"Cannot write to the cache folder {cache}: {error.strerror or error}.",
            hint="Free some space, or choose another folder with --cache or IPGRAPH_CACHE.",
        ) from error


def _read_inputs(recipe: Recipe) -> tuple[str, str]:
    """Return the stats of the inputs, and the name of their snapshot."""
    try:
        return _stats(recipe), _name(recipe)
    except OSError as error:
        raise NotFound(f"Cannot read {error.filename}: {error.strerror}") from error


def _report_damage(damage: str) -> None:
    import logging  # late: `ipgraph query` on an existing snapshot does not need it (5 ms)

    if damage:
        logging.getLogger(__name__).warning("%s It is built again.", damage)


def _build(
    recipe: Recipe, folder: Path, report: Callable[[str], None], limits: BuildLimits
) -> None:
    """Build the snapshot in `folder` in a child process."""
    import logging

    from ipgraph.snapshots import isolation

    try:
        isolation.run(
            "ipgraph.snapshots.builder:build",
            *(recipe, folder.name, folder, limits.max_depth),
            limits=limits,
            size_bytes=sum(os.path.getsize(file.path) for file in recipe.inputs),
            report=report,
        )
    except BaseException:
        construction.remove_leftovers(folder.parents[1])  # of a child that was killed
        raise
    logging.getLogger(__name__).info("Snapshot %s was built", folder.name)


def _inspect(folder: Path) -> tuple[bool, str]:
    """Return whether a snapshot can be used, and its damage, if it has any."""
    try:
        Snapshot(folder)
    except StoreDamaged as error:
        return False, str(error)
    except StoreUnavailable:
        return False, ""
    return True, ""


def prune(cache: Path, bounds: Bounds) -> int:
    """Remove snapshots that are not in use, the least recently used first. Return how many.

    Of each graph, the `bounds.snapshots` last used ones stay, as long as all graphs together do
    not exceed `bounds.max_bytes`. One that was derived for a date has no other bound, and goes with
    the one that it was derived from. A time in the future counts as the oldest: the clock was set
    back after that use.
    """
    now_ns = time.time_ns()
    used_ns = {folder: _mtime_ns(folder) for folder in _snapshot_folders(cache)}
    newest_first = sorted(
        used_ns, key=lambda folder: (used_ns[folder] <= now_ns, used_ns[folder]), reverse=True
    )
    seen: Counter[str] = Counter()
    total = 0
    excess = []
    for folder in newest_first:
        key, size = _key(folder), _size(folder)
        if whole := _whole_of(folder):
            is_surplus = not whole.is_dir()
        else:
            seen[key] += 1
            is_surplus = seen[key] > bounds.snapshots
        if not is_surplus or _is_in_use(folder):
            total += size
        if is_surplus or total > bounds.max_bytes:
            excess.append(folder)
    removed = remove(excess)
    removed += remove(f for f in _snapshot_folders(cache) if (w := _whole_of(f)) and not w.is_dir())
    if removed:
        _remove_dead_records(cache)
    return removed


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
    """Remove every snapshot that is not in use, all records, and what killed builds left.

    Return how many snapshots. The folder of a build that is running stays.
    """
    for record in (*(cache / "inputs").glob("*.txt"), *(cache / "datasets").glob("*.txt")):
        record.unlink(missing_ok=True)
    with suppress(OSError), construction.lock(cache, timeout_s=0):
        construction.remove_leftovers(cache)
    return prune(cache, Bounds(0, 0))


def usage(cache: Path) -> Usage:
    """Return the number and the size of all snapshots in a cache."""
    folders = [*_snapshot_folders(cache)]
    return Usage(sum(not _whole_of(folder) for folder in folders), sum(map(_size, folders)))


def find(recipe: Recipe, cache: Path) -> Path:
    """Return the folder of the snapshot of `recipe`, which may be damaged.

    Raises `NotFound` if it has not been built.
    """
    folder = cache / "snapshots" / _read_inputs(recipe)[1]
    if not folder.is_dir():
        raise NotFound(
            f"The cache folder {cache} has no snapshot of these files.",
            hint="Build it with ipgraph build.",
        )
    return folder


def _snapshot_folders(cache: Path) -> Iterator[Path]:
    return (path for path in (cache / "snapshots").glob("[0-9a-f]*") if path.is_dir())


def _whole_of(folder: Path) -> Path | None:
    """Return the folder that one was derived from for a date (`Snapshot.derived_folder`)."""
    name, hyphen, _ = folder.name.partition("-")
    return folder.with_name(name) if hyphen else None


def _mtime_ns(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0  # removed by another process


def _key(folder: Path) -> str:
    try:
        return inventory.read(folder).key
    except inventory.Damage:
        return ""


def _size(folder: Path) -> int:
    """Return the bytes that a folder takes; a file that several link counts in parts."""
    size = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # removed by another process
            stat = path.lstat()
            size += stat.st_size // max(1, stat.st_nlink) if S_ISREG(stat.st_mode) else 0
    return size


def _remove_dead_records(cache: Path) -> None:
    for record in (cache / "inputs").glob("*.txt"):
        with suppress(OSError):
            name = record.read_text(encoding="utf-8").partition("\n")[0]
            if not (cache / "snapshots" / name).is_dir():
                record.unlink()


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
    try:
        temporary.write_text(f"{name}\n{stats}", encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _record_path(recipe: Recipe, cache: Path) -> Path:
    # A short hash is enough: after a collision, the paths in the record differ from the inputs.
    return cache / "inputs" / f"{recipe.key}.txt"


def _stats(recipe: Recipe) -> str:
    """Return sizes and modification times of the inputs, the code and the libraries as text."""
    libraries = Path(ox.__file__).parent.parent
    lines = [sys.version, str(libraries.stat().st_mtime_ns)]
    described = [recipe.dataset.path] if recipe.dataset.path else []
    if not described:
        lines.append(recipe.dataset.digest)
    for file in recipe.inputs:
        stat = os.stat(file.path)
        lines.append(f"{stat.st_size} {stat.st_mtime_ns} {file.path} {_details(file)}")
    contexts = [path for _, path in recipe.options.contexts]
    for path in (*map(str, described), *contexts, *_build_modules()):
        stat = os.stat(path)
        lines.append(f"{stat.st_size} {stat.st_mtime_ns} {path}")
    return "\n".join(lines)


def _name(recipe: Recipe) -> str:
    """Return the name of the snapshot of `recipe`: a hash of its inputs, code and libraries."""
    from hashlib import file_digest, sha256
    from importlib.metadata import version

    digest = sha256()
    parts = [recipe.reasoner, repr(recipe.limits), recipe.dataset.digest]
    parts += [f"{library} {version(library)}" for library in _LIBRARIES]
    for part in parts:
        digest.update(part.encode() + b"\0")
    digest.update(b"lenient" if recipe.options.lenient else b"strict")
    for iri, context in recipe.options.contexts:
        digest.update(iri.encode() + b"\0" + sha256(Path(context).read_bytes()).digest())
    for file in recipe.inputs:
        digest.update(_details(file).encode() + b"\0")
        with file.path.open("rb") as content:
            digest.update(file_digest(content, "sha256").digest())
    for path in _build_modules():
        digest.update(sha256(Path(path).read_bytes()).digest())
    return digest.hexdigest()[:_NAME_LENGTH]


def _details(file: Input) -> str:
    """Return what determines how a file is read, besides its content."""
    return f"{file.graph} {file.base} {file.syntax} {file.path.name} {file.is_found}"


def existing(recipe: Recipe, cache: Path) -> bool:
    """True if the snapshot of `recipe` has been built from the files as they are now."""
    if _find_by_record(recipe, cache) is not None:
        return True
    folder = cache / "snapshots" / _read_inputs(recipe)[1]
    return folder.is_dir() and _inspect(folder)[0]


def _build_modules() -> Iterator[str]:
    """Yield the path of every module that can affect the content of a snapshot."""
    package = os.path.dirname(os.path.dirname(__file__))
    yield os.path.join(package, "dataset", "__init__.py")
    for name in ("namespaces", os.path.join("dataset", "config"), *_BUILD_PACKAGES):
        yield from _modules(os.path.join(package, name))


def _modules(folder: str) -> Iterator[str]:
    """Yield the modules and contexts below a folder. `pathlib` takes five times as long."""
    with os.scandir(folder) as entries:
        found = sorted((entry.name, entry.path, entry.is_dir()) for entry in entries)
    for name, path, is_folder in found:
        if is_folder:
            yield from _modules(path)
        elif name.endswith((".py", ".jsonld")):
            yield path


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
