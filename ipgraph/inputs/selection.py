"""The RDF files among the files of a folder, and how many others there are.

A suffix that is only RDF's decides. For suffixes that RDF shares with others, and for files without
one, the first bytes decide. Hidden files and folders are left out without being counted.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from ipgraph.inputs import compression, recognition, syntaxes
from ipgraph.inputs.recognition import HEAD_BYTES, Foreign

_MAX_SHOWN = 6
# What ipgraph itself reads next to RDF: no file to report as skipped.
_OWN = (".rq", "dataset.toml")


@dataclass(frozen=True, slots=True)
class Selection:
    """The RDF files of a folder, sorted, and the number of other files by suffix or name."""

    files: tuple[Path, ...]
    skipped: Counter[str] = field(default_factory=Counter)


def select(folder: Path) -> Selection:
    """Return the RDF files below a folder. Links to folders are not followed."""
    files, skipped = [], Counter[str]()
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if name.startswith(".") or not path.is_file():
                continue
            if is_rdf(path):
                files.append(path)
            elif not name.endswith(_OWN):
                skipped[path.suffix.lower() or name] += 1
    return Selection(tuple(sorted(files)), skipped)


def is_rdf(path: Path) -> bool:
    """True if a file is RDF by its suffix, or by its content if the suffix says nothing."""
    plain = compression.plain_name(path.name)
    suffix = PurePath(plain).suffix.lower()
    if has_own_suffix(path) or path.suffix.lower() == ".zip":
        return True
    if suffix not in syntaxes.UNDECIDED_SUFFIXES:
        return False
    if plain != path.name:  # compressed: only its own process unpacks it
        return suffix != ".txt"
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return False
    found = recognition.recognize(head, path.name)
    return not isinstance(found, Foreign) and found.is_certain


def has_own_suffix(path: Path) -> bool:
    """True if the suffix of a file, before those of compression, is only RDF's."""
    plain = PurePath(compression.plain_name(path.name))
    return plain.suffix.lower() in syntaxes.OWN_SUFFIXES


def summary(skipped: Counter[str]) -> str:
    """Return one sentence about files that were skipped, or nothing."""
    if not skipped:
        return ""
    count = skipped.total()
    kinds = [f"{number:,} {kind}" for kind, number in skipped.most_common(_MAX_SHOWN)]
    more = len(skipped) - len(kinds)
    listed = ", ".join(kinds) + (f" and {more:,} other kinds" if more > 0 else "")
    return f"Skipped {count:,} file{'s' * (count != 1)} that are not RDF: {listed}."
