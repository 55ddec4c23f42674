"""The neighborhood of an entity as nodes and edges: bounded, in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipgraph.entities.entity import Entities
    from ipgraph.entities.labels import Name
    from ipgraph.entities.statements import Value

# Entities per relation, and in all: with more, a drawing is unreadable.
MAX_PER_RELATION = 25
MAX_NODES = 120


@dataclass(frozen=True, slots=True)
class Node:
    """An entity in a neighborhood. `origin` is the node that led to it, empty for the first."""

    name: Name
    kind: Name | None
    origin: str
    more: int  # neighbors that are not in the neighborhood


@dataclass(frozen=True, slots=True)
class Edge:
    """A statement between two nodes, in its stated direction."""

    source: str
    target: str
    relation: Name
    label: str
    is_part: bool
    inferred: bool


@dataclass(frozen=True, slots=True)
class Neighborhood:
    """Nodes, the starting one first, and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class _Link:
    edge: Edge
    other: Value


class Neighborhoods:
    """Reads the neighborhoods of the entities of one graph."""

    def __init__(self, entities: Entities) -> None:
        self._entities = entities

    def parts(self, iri: str, levels: int) -> Neighborhood:
        """Return an entity and its parts, `levels` deep; if it has no parts, its neighbors."""
        origins: dict[str, str] = {iri: ""}
        level = [iri]
        for _ in range(levels):
            next_level = []
            for whole in level:
                for part in self._entities.parts(whole)[:MAX_PER_RELATION]:
                    if part.iri not in origins and len(origins) < MAX_NODES:
                        origins[part.iri] = whole
                        next_level.append(part.iri)
            level = next_level
        if len(origins) == 1:
            return self.around(iri)
        return self._neighborhood(origins, parts_only=True)

    def around(self, iri: str) -> Neighborhood:
        """Return an entity and its neighbors by every stated relation."""
        origins: dict[str, str] = {iri: ""}
        for link in self._links(iri):
            if len(origins) < MAX_NODES:
                origins.setdefault(link.other.iri, iri)
        return self._neighborhood(origins, parts_only=False)

    def _neighborhood(self, origins: dict[str, str], *, parts_only: bool) -> Neighborhood:
        edges: dict[tuple[str, str, str], Edge] = {}
        nodes = []
        start = next(iter(origins))
        for iri, origin in origins.items():
            links = self._links(iri)
            others = {link.other.iri for link in links}
            for link in links:
                edge = link.edge
                # Of all relations, those of the start are included, but not those among its
                # neighbors.
                is_included = edge.is_part or (iri == start and not parts_only)
                if link.other.iri in origins and is_included:
                    edges.setdefault((edge.source, edge.target, edge.relation.iri), edge)
            nodes.append(
                Node(
                    self._entities.labels.name(iri),
                    self._entities.reader.kind(iri),
                    origin,
                    len(others - origins.keys()),
                )
            )
        return Neighborhood(tuple(nodes), tuple(edges.values()))

    def _links(self, iri: str) -> list[_Link]:
        view = self._entities.describe(iri, values=MAX_PER_RELATION, sources=1, history=0)
        return [
            _Link(
                Edge(
                    source=value.iri if group.incoming else iri,
                    target=iri if group.incoming else value.iri,
                    relation=group.relation,
                    label=group.relation.label,
                    is_part=group.relation.iri in self._entities.model.hierarchy,
                    inferred=value.inferred,
                ),
                value,
            )
            for group in view.groups
            if group.section == "relations"
            for value in group.values
            if value.iri and value.kind is not None and not value.inferred
        ]
