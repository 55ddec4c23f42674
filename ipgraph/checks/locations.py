"""Locations: the file and line where an entity is described, for problems found in graphs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import Place
from ipgraph.namespaces import RDFS
from ipgraph.sparql.lexer import Token, declarations, scan, unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ipgraph.snapshots.loading import Input

# Scanning takes a microsecond a character; problems in longer files are reported without a line.
_MAX_CHARACTERS = 8_000_000


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
    """Return the line of the first statement about each subject in a Turtle file."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if len(text) > _MAX_CHARACTERS:
        return {}
    terminals = [token for token in scan(text) if token.kind not in ("space", "comment")]
    namespaces = {prefix: namespace for _, prefix, namespace in declarations(terminals)}
    lines: dict[str, int] = {}
    line, counted = 1, 0
    for token in _subjects(terminals):
        line += text.count("\n", counted, token.start)
        counted = token.start
        prefix, _, local = token.text.partition(":")
        is_iri = token.kind == "iri"
        iri = token.text[1:-1] if is_iri else namespaces.get(prefix, "") + unescape(local)
        lines.setdefault(iri, line)
    return lines


def _subjects(terminals: list[Token]) -> Iterator[Token]:
    """Yield the terminals that begin a statement and name an entity."""
    depth = 0
    is_start = True
    in_directive = False  # of SPARQL's form, which no period ends
    for token in terminals:
        if in_directive:
            in_directive, is_start = token.kind != "iri", token.kind == "iri"
            continue
        in_directive = is_start and token.text.upper() in ("PREFIX", "BASE")
        if is_start and token.kind in ("iri", "name"):
            yield token
        depth += (token.text in ("[", "(")) - (token.text in ("]", ")"))
        is_start = depth == 0 and token.text in (".", "{", "}")
