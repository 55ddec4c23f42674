"""The inventory of a folder: size, time and checksum of every file, to notice damage.

It is the file ``files.txt`` in the folder. Its first line has the checksum of the other lines, the
key of the graph (`ipgraph.snapshots.cache`) and the number of quads; each other line is a file.

`verify` runs whenever a snapshot is opened. It compares sizes and modification times (60 µs), and
reads a file only if its time has changed: after a copy, or after damage. It reads at most
`MAX_READ_BYTES`, so that the cost does not grow with the graph. A bit that changes without a new
time is left to those who read the content: `load_graph`, the blocks of the store on disk, which
have checksums of their own, and `find_all`.
"""

from __future__ import annotations

import os
from binascii import crc32
from contextlib import suppress
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NAME = "files.txt"
_MARK = "damaged.txt"  # has the reason
MAX_READ_BYTES = 64 << 20  # CRC-32 reads about 4 GB/s
_CHUNK_BYTES = 1 << 20


class Damage(Exception):
    """A difference between a folder and its inventory, in words that follow "is damaged:"."""


class File(NamedTuple):
    """A file of a folder; `path` is relative to it."""

    path: str
    size: int
    mtime_ns: int
    checksum: int

    def __str__(self) -> str:
        """Return the line of the file."""
        return f"{self.checksum:08x} {self.size} {self.mtime_ns} {self.path}"


class Inventory(NamedTuple):
    """The files of a folder, the key of its graph, and the number of quads in it."""

    key: str
    quads: int
    files: tuple[File, ...]

    def file(self, path: str) -> File | None:
        """Return the file with this path, or None."""
        return next((file for file in self.files if file.path == path), None)

    def __str__(self) -> str:
        """Return the text of the file `NAME`."""
        body = "\n".join((f"{self.key} {self.quads}", *map(str, self.files)))
        return f"{crc32(body.encode()):08x} {body}\n"


def write(folder: Path, key: str, quads: int) -> None:
    """Write the inventory of a complete folder; it reads every file once."""
    files = [
        _describe(folder, str(path.relative_to(folder)))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (NAME, _MARK)
    ]
    _save(folder, Inventory(key, quads, tuple(files)))


def replace_file(folder: Path, path: str, new: Path) -> None:
    """Replace one file of the folder by a copy of `new`."""
    import shutil  # late: only damage needs it

    copy = folder / f"{path}.{os.getpid()}"
    try:
        shutil.copyfile(new, copy)
        copy.replace(folder / path)
    finally:
        copy.unlink(missing_ok=True)
    known = read(folder)
    others = [file for file in known.files if file.path != path]
    _save(folder, known._replace(files=(*others, _describe(folder, path))))


def read(folder: Path) -> Inventory:
    """Return the inventory of a folder. Raises `Damage` if it has none that is valid."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Damage(f"{NAME} cannot be read ({_reason(error)})") from error
    checksum, _, body = text.removesuffix("\n").partition(" ")
    if checksum != f"{crc32(body.encode()):08x}":
        raise Damage(f"the content of {NAME} has changed")
    head, *lines = body.split("\n")
    key, quads = head.split(" ")
    return Inventory(key, int(quads), tuple(map(_parse, lines)))


def verify(folder: Path) -> Inventory:
    """Compare the files of a folder with its inventory and return that, without reading them all.

    Raises `Damage` with the first difference.
    """
    root = f"{folder}/"
    if os.path.exists(root + _MARK):
        raise Damage(reason_of_mark(folder))
    found = read(folder)
    touched = []
    for file in found.files:
        try:
            stat = os.stat(root + file.path)
        except OSError as error:
            raise Damage(f"{file.path} cannot be read ({_reason(error)})") from error
        if stat.st_size != file.size:
            raise Damage(_size_difference(file, stat.st_size))
        if stat.st_mtime_ns != file.mtime_ns:
            touched.append(file)
    return _read_touched(folder, found, touched) if touched else found


def find_all(folder: Path, under: str = "", max_bytes: int | None = None) -> Iterator[str]:
    """Read every file that begins with `under` and yield the differences from the inventory.

    With `max_bytes`, files that would exceed this sum are left out.
    """
    try:
        found = read(folder)
    except Damage as error:
        yield str(error)
        return
    left = max_bytes
    for file in found.files:
        if not file.path.startswith(under):
            continue
        if left is not None:
            if file.size > left:
                continue
            left -= file.size
        try:
            actual = _describe(folder, file.path)
        except OSError as error:
            yield f"{file.path} cannot be read ({_reason(error)})"
            continue
        if actual.size != file.size:
            yield _size_difference(file, actual.size)
        elif actual.checksum != file.checksum:
            yield _content_difference(file)


def content(folder: Path, file: File) -> bytes:
    """Return the content of a small file. Raises `Damage` if it is not the one that was written."""
    try:
        data = (folder / file.path).read_bytes()
    except OSError as error:
        raise Damage(f"{file.path} cannot be read ({_reason(error)})") from error
    if len(data) != file.size:
        raise Damage(_size_difference(file, len(data)))
    if crc32(data) != file.checksum:
        raise Damage(_content_difference(file))
    return data


def mark_damaged(folder: Path, reason: str) -> None:
    """Record damage that reading has found, so that the next `verify` knows it.

    Does nothing in a folder that cannot be written: the next reader finds the damage again.
    """
    with suppress(OSError):
        _replace(folder / _MARK, " ".join(reason.split()) + "\n")


def reason_of_mark(folder: Path) -> str:
    """Return the reason of `mark_damaged`, or an empty text."""
    try:
        return (folder / _MARK).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


class ChecksumReader:
    """A binary file that computes the checksum of what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.checksum = 0
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes, empty at the end."""
        chunk = self._file.read(size)
        self.checksum = crc32(chunk, self.checksum)
        self.size += len(chunk)
        return chunk

    def check(self, expected: File) -> None:
        """Read to the end. Raises `Damage` if the content is not the expected one."""
        while self.read(_CHUNK_BYTES):
            pass
        if self.size != expected.size:
            raise Damage(_size_difference(expected, self.size))
        if self.checksum != expected.checksum:
            raise Damage(_content_difference(expected))


def _read_touched(folder: Path, known: Inventory, touched: Iterable[File]) -> Inventory:
    """Read the files whose times have changed, and record the new times of those that are equal."""
    left, same = MAX_READ_BYTES, {}
    for file in touched:
        if file.size > left:
            continue  # left to the next opening, if this one can record its progress
        left -= file.size
        actual = _describe(folder, file.path)
        if actual.checksum != file.checksum:
            raise Damage(_content_difference(file))
        same[file.path] = actual
    fresh = known._replace(files=tuple(same.get(file.path, file) for file in known.files))
    with suppress(OSError):  # a cache that cannot be written
        _save(folder, fresh)
    return fresh


def _describe(folder: Path, path: str) -> File:
    with (folder / path).open("rb", buffering=0) as file:
        stat = os.fstat(file.fileno())
        reader = ChecksumReader(file)
        while reader.read(_CHUNK_BYTES):
            pass
    return File(path, reader.size, stat.st_mtime_ns, reader.checksum)


def _parse(line: str) -> File:
    checksum, size, mtime_ns, path = line.split(" ", 3)
    return File(path, int(size), int(mtime_ns), int(checksum, 16))


def _save(folder: Path, content: Inventory) -> None:
    _replace(folder / NAME, str(content))


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _size_difference(file: File, actual: int) -> str:
    return f"{file.path} has {actual:,} bytes instead of {file.size:,}"


def _content_difference(file: File) -> str:
    return f"the content of {file.path} has changed"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
