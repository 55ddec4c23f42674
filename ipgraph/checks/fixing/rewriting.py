"""Rewriting files: checked against the triples and the comments before, and written at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.checks.fixing import layout, syntax
from ipgraph.errors import InvalidData, IpGraphError
from ipgraph.inputs.encodings import to_utf8
from ipgraph.inputs.screening import screen
from ipgraph.snapshots import isolation
from ipgraph.snapshots.limits import BuildLimits
from ipgraph.sparql.lexer import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ipgraph.settings import Settings

MAX_BYTES = 8 << 20  # reading the tokens takes a microsecond a character
_BASE = "http://ipgraph.invalid/"


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What was done with a file: whether it was rewritten, and a sentence that says how or why."""

    path: str
    is_rewritten: bool
    note: str


def rewrite(paths: Iterable[Path], settings: Settings) -> tuple[Rewriting, ...]:
    """Rewrite Turtle files in house style, in a child process; files in style are left out.

    Raises `BuildStopped` if the process reaches a limit or crashes: no file is then half written.
    """
    files = tuple(dict.fromkeys(path.resolve() for path in paths))
    limits = BuildLimits.of(settings)
    found = isolation.run(
        "ipgraph.checks.fixing.rewriting:rewrite_to_json",
        *(files, limits.max_depth),
        limits=limits,
        size_bytes=sum(path.stat().st_size for path in files),
    )
    return tuple(Rewriting(**item) for item in found)


def rewrite_to_json(
    files: tuple[Path, ...],
    max_depth: int,
    report: Callable[[str], None],
    reading: Callable[[Path], None],
) -> list[dict[str, Any]]:
    """Rewrite files: what the child process does."""
    report("check")
    found = []
    for path in files:
        reading(path)
        rewriting = _rewrite(path, max_depth)
        if rewriting is not None:
            found.append(asdict(rewriting))
    return found


def _rewrite(path: Path, max_depth: int) -> Rewriting | None:
    """Rewrite a file; None if it is in style."""
    if path.suffix.lower() != ".ttl":
        return Rewriting(str(path), False, "It is not Turtle, so it was left as it is.")
    try:
        data = path.read_bytes()
        text, note = in_style(data, path, max_depth)
        if text.encode() == data:
            return None
        _replace(path, data, text.encode())
    except IpGraphError as error:
        return Rewriting(str(path), False, f"Left as it is: {error}")
    return Rewriting(str(path), True, note)


def in_style(data: bytes, path: Path, max_depth: int) -> tuple[str, str]:
    """Return a Turtle file in house style, and a sentence about it.

    Raises `InvalidData` if it does not parse, and unless the text has the same triples and the
    same comments.
    """
    if len(data) > MAX_BYTES:
        raise InvalidData(f"It has more than {MAX_BYTES >> 20} MiB.")
    screened = to_utf8(data, str(path))
    screen(screened, str(path), "turtle", max_depth)
    before = _canonical(screened)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidData(f"It is not UTF-8: {error.reason}.") from error
    document = syntax.parse(text)
    moved = sum(len(block.inner) for section in document.sections for block in section.blocks)
    written = layout.write(document)
    screen(written.encode(), str(path), "turtle", max_depth)
    if _canonical(written.encode()) != before:
        raise InvalidData("Its triples would change. Please report this.")
    if _comments(written) != _comments(text):
        raise InvalidData("Its comments would change. Please report this.")
    number = f"{moved:,} comment{'s' * (moved != 1)}"
    note = f"Rewritten; {number} inside blocks moved above them." if moved else "Rewritten."
    dropped = sorted(set(document.prefixes) - set(syntax.parse(written).prefixes))
    if dropped:
        note += f" Unused prefixes removed: {', '.join(dropped)}."
    return written, note


def _canonical(data: bytes) -> frozenset[str]:
    """Return the triples of a Turtle text with canonical labels (RDFC-1.0)."""
    try:
        quads = ox.parse(data, format=ox.RdfFormat.TURTLE, base_iri=_BASE)
        dataset = ox.Dataset(quads)
    except SyntaxError as error:
        raise InvalidData(f"It does not parse: {error}") from error
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(map(str, dataset))


def _comments(text: str) -> Counter[str]:
    return Counter(token.text.rstrip() for token in scan(text) if token.kind == "comment")


def _replace(path: Path, before: bytes, after: bytes) -> None:
    """Write a file at once, with the permissions that it has."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, temporary)
        if path.read_bytes() != before:
            raise InvalidData("It was changed meanwhile.")
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
