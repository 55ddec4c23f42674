"""Property paths of SHACL (section 2.3.1): read, follow, and write as SPARQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import InvalidData
from ipgraph.namespaces import RDF, SHACL, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ipgraph.checks.shacl.graph import Graph, Term

_OPERATORS = {
    "inversePath": "^",
    "alternativePath": "|",
    "zeroOrMorePath": "*",
    "oneOrMorePath": "+",
    "zeroOrOnePath": "?",
}
_MAX_DEPTH = 50
_MAX_PARTS = 500  # of a path: shared parts count each time


@dataclass(frozen=True, slots=True)
class Path:
    """A property path. A predicate has no `operator`; the other paths have `parts`.

    The operators are those of SPARQL: ``/ | ^ * + ?``.
    """

    operator: str = ""
    predicate: ox.NamedNode | None = None
    parts: tuple[Path, ...] = ()
    size: int = 1  # the number of its parts, and their parts

    def sparql(self) -> str:
        """Return the path in the syntax of SPARQL."""
        return self._text(str)

    def __str__(self) -> str:
        """Return the path with prefixed names."""
        text = self._text(lambda predicate: shorten(predicate.value))
        return text[1:-1] if self.operator in ("/", "|") else text

    def _text(self, name: Callable[[ox.NamedNode], str]) -> str:
        if self.predicate is not None:
            return name(self.predicate)
        parts = [part._text(name) for part in self.parts]
        if self.operator in ("/", "|"):
            return f"({self.operator.join(parts)})"
        is_plain = self.parts[0].operator in ("", "/", "|")  # the last two have parentheses
        inner = parts[0] if is_plain else f"({parts[0]})"
        return f"^{inner}" if self.operator == "^" else f"{inner}{self.operator}"

    def follow(self, graph: Graph, nodes: Iterable[Term]) -> dict[Term, list[Term]]:
        """Return the distinct values of the path for each node, in a stable order."""
        return {node: list(self.step(graph, node)) for node in nodes}

    def step(self, graph: Graph, node: Term) -> dict[Term, None]:
        """Return the values of the path for one node."""
        if self.predicate is not None:
            return dict.fromkeys(graph.objects(self.predicate).get(node, ()))
        (first, *others) = self.parts
        if self.operator == "^":
            return first.step_back(graph, node)
        return self._combine(graph, node, others, back=False)

    def step_back(self, graph: Graph, node: Term) -> dict[Term, None]:
        """Return the nodes for which `node` is a value of the path."""
        if self.predicate is not None:
            return dict.fromkeys(graph.subjects(self.predicate).get(node, ()))
        (first, *others) = self.parts
        if self.operator == "^":
            return first.step(graph, node)
        return self._combine(graph, node, others, back=True)

    def _combine(
        self, graph: Graph, node: Term, others: list[Path], *, back: bool
    ) -> dict[Term, None]:
        def step(path: Path, term: Term) -> dict[Term, None]:
            return path.step_back(graph, term) if back else path.step(graph, term)

        first = self.parts[0]
        if self.operator == "|":
            return {term: None for part in (first, *others) for term in step(part, node)}
        if self.operator == "/":
            found: dict[Term, None] = {node: None}
            for part in reversed(self.parts) if back else self.parts:
                found = {value: None for term in found for value in step(part, term)}
            return found
        if self.operator == "?":
            return {node: None} | step(first, node)
        reached: dict[Term, None] = {} if self.operator == "+" else {node: None}
        ahead = [node]
        while ahead:
            for value in step(first, ahead.pop()):
                if value not in reached:
                    reached[value] = None
                    ahead.append(value)
        return reached


def read(graph: Graph, node: Term, depth: int = 0) -> Path:
    """Return the path at a node of a shapes graph. Raises `InvalidData` if it is malformed."""
    if isinstance(node, ox.NamedNode) and node.value != RDF + "nil":
        return Path(predicate=node)
    if depth > _MAX_DEPTH:
        raise InvalidData(f"a path that is nested more than {_MAX_DEPTH} levels deep")
    if graph.values(node, RDF + "first"):
        return _sequence(graph, node, "/", depth)
    for name, operator in _OPERATORS.items():
        inner = graph.values(node, SHACL + name)
        if len(inner) == 1:
            if operator == "|":
                return _sequence(graph, inner[0], operator, depth)
            return _combined(operator, (read(graph, inner[0], depth + 1),))
    raise InvalidData("a path that is not well formed")


def _sequence(graph: Graph, head: Term, operator: str, depth: int) -> Path:
    items = graph.items(head)
    if not items or len(items) < 2:
        raise InvalidData("a path whose list is not well formed or has less than two members")
    return _combined(operator, tuple(read(graph, item, depth + 1) for item in items))


def _combined(operator: str, parts: tuple[Path, ...]) -> Path:
    size = 1 + sum(part.size for part in parts)
    if size > _MAX_PARTS:
        raise InvalidData(f"a path of more than {_MAX_PARTS} parts")
    return Path(operator, parts=parts, size=size)
