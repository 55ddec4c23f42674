"""Unpack compressed files and archives, in memory and within a limit of size.

What a file is packed with is seen by its first bytes. Nothing is written to disk, so the name of a
member of an archive is never a path: it is a name in messages and graphs.
"""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from ipgraph.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".zip")
MAX_MEMBERS = 10_000
_MAX_LAYERS = 2  # a compressed file in an archive
_PART_BYTES = 1 << 20
_LZMA_MEMORY_BYTES = 256 << 20  # of its dictionary
_ZSTD_WINDOW_LOG = 27  # 128 MiB, what its command accepts by itself
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_ERRORS = ("LZMAError", "ZstdError")  # their modules are imported late
_ENCRYPTED = 1  # bit of a member's flags


class _Decompressor(Protocol):
    """What the decompressors of the standard library have in common."""

    eof: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        """Return at most `max_length` bytes."""
        ...


class _Gzip:
    """`zlib` with the interface of the other decompressors, which keep unread input."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)


# The modules are imported late: few files are compressed.
def _bzip2() -> Any:
    import bz2

    return bz2.BZ2Decompressor()


def _xz() -> Any:
    import lzma

    return lzma.LZMADecompressor(memlimit=_LZMA_MEMORY_BYTES)


def _zstd() -> Any:
    try:
        from compression import zstd  # type: ignore[import-not-found]  # Python 3.14
    except ImportError:
        from backports import zstd
    parameter = zstd.DecompressionParameter.window_log_max
    return zstd.ZstdDecompressor(options={parameter: _ZSTD_WINDOW_LOG})


# The first bytes of a compressed file, its name in words, and its decompressor.
_FORMATS: tuple[tuple[bytes, str, Callable[[], Any]], ...] = (
    (b"\x1f\x8b", "gzip", _Gzip),
    (b"BZh", "bzip2", _bzip2),
    (b"\xfd7zXZ\x00", "xz", _xz),
    (b"\x28\xb5\x2f\xfd", "zstd", _zstd),
)
MAGICS = (*_ZIP, *(magic for magic, _, _ in _FORMATS))
_ERRORS = (OSError, EOFError, zlib.error, ValueError)


@dataclass(slots=True)
class Budget:
    """The bytes that the files of a build may still unpack to."""

    left: int
    limit: int

    @classmethod
    def of(cls, max_bytes: int) -> Budget:
        """Return a budget of that many bytes."""
        return cls(max_bytes, max_bytes)

    def spend(self, count: int, name: str) -> None:
        """Count bytes. Raises `Unreadable` if they are too many."""
        self.left -= count
        if self.left < 0:
            raise Unreadable(
                f"{name}: the compressed files unpack to more than {self.limit >> 20:,} MiB.",
                hint="If the files are right, raise max_unpacked_mib.",
            )


@dataclass(frozen=True, slots=True)
class Member:
    """An unpacked file. `name` has no suffix of compression; `path` is empty outside archives."""

    name: str
    data: bytes
    path: str = ""


def plain_name(name: str) -> str:
    """Return a file name without the suffixes of compression."""
    while (suffix := PurePosixPath(name).suffix) and suffix.lower() in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def unpack(data: bytes, name: str, budget: Budget) -> Iterator[Member]:
    """Yield what a file contains: itself, unpacked, or the members of an archive.

    Raises `Unreadable` for what is damaged, encrypted or too large.
    """
    yield from _unpack(data, name, budget, "", 0)


def _unpack(data: bytes, name: str, budget: Budget, path: str, layers: int) -> Iterator[Member]:
    if data.startswith(_ZIP):
        if path:
            raise Unreadable(f"{name}: an archive in an archive is not read.", hint="Unpack it.")
        yield from _members(data, name, budget, layers)
        return
    for magic, what, decompressor in _FORMATS:
        if data.startswith(magic):
            if layers >= _MAX_LAYERS:
                raise Unreadable(f"{name} is compressed more than {_MAX_LAYERS} times.")
            unpacked = _decompress(data, name, what, decompressor, budget)
            yield from _unpack(unpacked, name, budget, path, layers + 1)
            return
    yield Member(plain_name(name), data, path)


def _decompress(
    data: bytes, name: str, what: str, make: Callable[[], _Decompressor], budget: Budget
) -> bytes:
    """Return the content of all streams of a file (`cat a.gz b.gz` is one file)."""
    unpacked = io.BytesIO()
    try:
        rest = data
        while rest:
            decoder = make()
            while not decoder.eof:
                part = decoder.decompress(rest, _PART_BYTES)
                rest = b""
                if not part and not decoder.eof:
                    raise EOFError("it ends too early")
                budget.spend(len(part), name)
                unpacked.write(part)
            rest = decoder.unused_data.lstrip(b"\0")  # padding
    except Unreadable:
        raise
    except ImportError as error:
        hint = "Install the package backports.zstd, or unpack the file."
        raise Unreadable(f"{name}: zstd cannot be unpacked here.", hint=hint) from error
    except Exception as error:
        if not isinstance(error, _ERRORS) and type(error).__name__ not in _OTHER_ERRORS:
            raise
        raise Unreadable(f"{name} is damaged: not valid {what} ({error}).") from error
    return unpacked.getvalue()


def _members(data: bytes, name: str, budget: Budget, layers: int) -> Iterator[Member]:
    """Yield the files of a ZIP archive, in the order of its directory."""
    import zipfile  # late: few files are archives

    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, *_ERRORS) as error:
        raise Unreadable(f"{name} is damaged: not a valid ZIP archive ({error}).") from error
    if len(entries) > MAX_MEMBERS:
        raise Unreadable(
            f"{name} has {len(entries):,} members; at most {MAX_MEMBERS:,} are read.",
            hint="Unpack it and open the folder.",
        )
    for entry in entries:
        if entry.is_dir() or is_hidden(entry.filename):
            continue
        path = _checked_path(entry.filename, name)
        full = f"{name}/{path}"
        if entry.flag_bits & _ENCRYPTED:
            raise Unreadable(f"{full} is encrypted.", hint="Unpack the archive.")
        content = io.BytesIO()
        try:
            with archive.open(entry) as file:
                while part := file.read(_PART_BYTES):
                    budget.spend(len(part), full)
                    content.write(part)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, *_ERRORS) as error:
            raise Unreadable(f"{full} is damaged ({error}).") from error
        yield from _unpack(content.getvalue(), full, budget, path, layers + 1)


def is_hidden(path: str) -> bool:
    """True for the path of a file that systems add, as .DS_Store and __MACOSX."""
    parts = re.split(r"[/\\]", path)
    return any(part == "__MACOSX" or re.match(r"\.[^./]", part) for part in parts)


def _checked_path(path: str, archive: str) -> str:
    """Return the path of a member. Raises `Unreadable` for one that leaves the archive."""
    shown = "".join(char if char.isprintable() else "�" for char in path)
    parts = re.split(r"[/\\]", path)
    if ".." in parts or path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path):
        raise Unreadable(
            f"{archive} has a member {shown!r}, whose name leaves the archive.",
            hint="Unpack it with a tool that you trust, and look at the files.",
        )
    return shown
