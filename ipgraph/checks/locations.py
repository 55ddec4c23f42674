"""Where a thing is written: the file and line of its block, for findings about graphs."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import Place
from ipgraph.namespaces import RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ipgraph.snapshots.loading import Input

_BLOCK = re.compile(r"^(<[^>]+>|[A-Za-z][\w-]*:[^\s;,]+)$")


class Places:
    """The blocks of some Turtle files, found by subject and graph. Files are read when needed."""

    def __init__(self, inputs: Iterable[Input]) -> None:
        self._files: dict[str, list[Path]] = {}
        for each in inputs:
            self._files.setdefault(each.graph, []).append(each.path)

    def of(self, thing: ox.NamedNode, engine: ox.Store, graph: str | None = None) -> Place | None:
        """Return where `thing` is described: in `graph` if given, else where it has its label."""
        graphs = [graph] if graph else list(_graphs(engine, thing))
        for name in graphs:
            for file in self._files.get(name, ()):
                line = _lines(file).get(thing.value)
                if line:
                    return Place(line, 1, str(file))
        for name in graphs:
            for file in self._files.get(name, ()):
                return Place(1, 1, str(file))
        return None


def _graphs(engine: ox.Store, thing: ox.NamedNode) -> Iterable[str]:
    """Yield the graphs that speak of a thing, the one that labels it first."""
    label = ox.NamedNode(RDFS + "label")
    for predicate in (label, None):
        for quad in engine.quads_for_pattern(thing, predicate, None, None):
            if isinstance(quad.graph_name, ox.NamedNode):
                yield quad.graph_name.value


@cache
def _lines(file: Path) -> dict[str, int]:
    """Map the subjects of a file's blocks to their lines."""
    prefixes: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        declared = re.match(r"@prefix ([\w-]*): <([^>]*)> \.", line)
        if declared:
            prefixes[declared[1]] = declared[2]
            continue
        block = _BLOCK.match(line)
        if block:
            prefix, _, local = block[1].partition(":")
            iri = block[1][1:-1] if line.startswith("<") else prefixes.get(prefix, "") + local
            lines.setdefault(iri, number)
    return lines
