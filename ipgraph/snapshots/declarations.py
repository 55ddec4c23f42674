"""The prefixes that RDF files declare, collected while a snapshot is built.

They come from files of strangers: only names and namespaces that SPARQL and Turtle accept are
taken, and `MAX_PREFIXES` of them at most. They are stored in the file `NAME` of a snapshot, one
prefix a line.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.namespaces.prefixes import is_valid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME = "prefixes.txt"
MAX_PREFIXES = 500
_MAX_PAIRS = 20_000  # that are counted
_WITH_PREFIXES = (
    *(ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.N3),
    *(ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD),
)
_TURTLE_LIKE = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.N3)
# Namespaces relative to a file without an address are places on the disk of its publisher.
_LOCAL_BASES = ("file:", "urn:")
# Strings, comments and IRIs, in which no declaration begins; or a declaration.
_TOKEN = rb"""(?xs)
      \"{3}(?:[^"\\]++|\\.|"(?!""))*+(?:\"{3}|\Z)
    | '{3}(?:[^'\\]++|\\.|'(?!''))*+(?:'{3}|\Z)
    | "(?:[^"\\\n\r]++|\\.)*+"?
    | '(?:[^'\\\n\r]++|\\.)*+'?
    | \#[^\n\r]*+
    | <[^<>\s]*+>?
    | \\.
    | (?P<declaration>(?:@prefix|(?<![\w:.\-@])(?i:prefix))\s+[^\s:<>"'\#]{0,200}:\s*<[^<>\s]*+>)
    """


class Declarations:
    """Counts the files that declare each prefix."""

    def __init__(self) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()

    def read(self, data: bytes, rdf_format: ox.RdfFormat, base: str) -> None:
        """Count the prefixes of a file; one that cannot be parsed adds none."""
        if rdf_format not in _WITH_PREFIXES:
            return
        found = dict(_declared(data, rdf_format, base))
        for name, namespace in found.items():
            is_local = base.startswith(_LOCAL_BASES) and namespace.startswith(base)
            if is_local or namespace.startswith("file:") or not is_valid(name, namespace):
                continue
            if (name, namespace) in self._pairs or len(self._pairs) < _MAX_PAIRS:
                self._pairs[name, namespace] += 1

    def table(self) -> dict[str, str]:
        """Return the prefixes. Of several namespaces, a name stands for that of most files.

        Ties are decided by the order in which the files were read.
        """
        found: dict[str, str] = {}
        for (name, namespace), _ in self._pairs.most_common():
            found.setdefault(name, namespace)
        kept = set(list(found)[:MAX_PREFIXES])
        return {name: found[name] for name, _ in self._pairs if name in kept}


def _declared(data: bytes, rdf_format: ox.RdfFormat, base: str) -> Iterator[tuple[str, str]]:
    """Yield the prefixes of a file, by the parser: at its head, then those further down."""
    head = _parse(data, rdf_format, base)
    if rdf_format in _TURTLE_LIKE and data.count(b"prefix") + data.count(b"PREFIX") > len(head):
        for token in re.finditer(_TOKEN, data):
            if declaration := token["declaration"]:
                end = b" ." if declaration.startswith(b"@") else b""
                yield from _parse(declaration + end, ox.RdfFormat.TURTLE, base).items()
    yield from head.items()


def _parse(data: bytes, rdf_format: ox.RdfFormat, base: str) -> dict[str, str]:
    """Return the prefixes that a parser knows after the first statement."""
    try:
        parser = ox.parse(data, format=rdf_format, base_iri=base)
        next(parser, None)
    except (SyntaxError, ValueError, MemoryError, OSError):  # `loading` reports it
        return {}
    return dict(parser.prefixes)


def write(folder: Path, prefixes: Mapping[str, str]) -> None:
    """Write the file of a snapshot."""
    lines = "".join(f"{name} {namespace}\n" for name, namespace in prefixes.items())
    (folder / NAME).write_text(lines, encoding="utf-8")


def parse(text: str) -> dict[str, str]:
    """Return the prefixes in the text of the file of a snapshot."""
    lines = text.splitlines()
    return {name: namespace for name, _, namespace in (line.partition(" ") for line in lines)}
