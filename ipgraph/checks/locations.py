"""Locations: the file and line where an entity is described, for problems found in graphs."""

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


class Locator:
    """Finds the blocks of Turtle files by subject and graph; reads files on demand."""

    def __init__(self, inputs: Iterable[Input]) -> None:
        self._files: dict[str, list[Path]] = {}
        for file in inputs:
            self._files.setdefault(file.graph, []).append(file.path)

    def find(
        self, entity: ox.NamedNode, engine: ox.Store, graph: str | None = None
    ) -> Place | None:
        """Return where `entity` is described: in `graph` if given, else where its label is."""
        graphs = [graph] if graph else list(_graphs(engine, entity))
        files = [file for name in graphs for file in self._files.get(name, ())]
        for file in files:
            line = _lines(file).get(entity.value)
            if line:
                return Place(line, 1, str(file))
        return Place(1, 1, str(files[0])) if files else None


def _graphs(engine: ox.Store, entity: ox.NamedNode) -> Iterable[str]:
    """Yield the graphs that describe an entity, the one with its label first."""
    label = ox.NamedNode(RDFS + "label")
    for predicate in (label, None):
        for quad in engine.quads_for_pattern(entity, predicate, None, None):
            if isinstance(quad.graph_name, ox.NamedNode):
                yield quad.graph_name.value


@cache
def _lines(file: Path) -> dict[str, int]:
    """Return the line of each block of a file by its subject."""
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
