"""The surroundings of a thing as nodes and edges: bounded, and in the order of reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.entities.entity import HIERARCHY

if TYPE_CHECKING:
    from ipgraph.entities.entity import Entities
    from ipgraph.entities.labels import Name
    from ipgraph.entities.statements import Value

# Things drawn of one relation, and at one time: more of them would be a hairball.
MAX_OF_RELATION = 25
MAX_NODES = 120


@dataclass(frozen=True, slots=True)
class Node:
    """A thing of a neighbourhood. `origin` is the node it was reached from, empty at the start."""

    name: Name
    kind: Name | None
    origin: str
    more: int  # neighbours that are not in the neighbourhood


@dataclass(frozen=True, slots=True)
class Edge:
    """A statement between two nodes, in the direction in which it is stated."""

    source: str
    target: str
    relation: Name
    label: str
    is_part: bool
    inferred: bool


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Nodes, the start first, and the edges among them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class _Link:
    edge: Edge
    other: Value


class Surveyor:
    """Surveys the surroundings of things of one graph."""

    def __init__(self, entities: Entities) -> None:
        self._entities = entities

    def parts(self, iri: str, levels: int) -> Neighbourhood:
        """Return a thing and its parts, `levels` deep; a thing without parts and its neighbours."""
        reached: dict[str, str] = {iri: ""}
        front = [iri]
        for _ in range(levels):
            following = []
            for each in front:
                for value in self._entities.parts(each)[:MAX_OF_RELATION]:
                    if value.iri not in reached and len(reached) < MAX_NODES:
                        reached[value.iri] = each
                        following.append(value.iri)
            front = following
        if len(reached) == 1:
            return self.around(iri)
        return self._drawn(reached, parts_only=True)

    def around(self, iri: str) -> Neighbourhood:
        """Return a thing and its neighbours by every relation that sources state."""
        reached: dict[str, str] = {iri: ""}
        for link in self._links(iri):
            if len(reached) < MAX_NODES:
                reached.setdefault(link.other.iri, iri)
        return self._drawn(reached, parts_only=False)

    def _drawn(self, reached: dict[str, str], *, parts_only: bool) -> Neighbourhood:
        edges: dict[tuple[str, str, str], Edge] = {}
        nodes = []
        for iri, origin in reached.items():
            links = self._links(iri)
            others = {link.other.iri for link in links}
            for link in links:
                edge = link.edge
                wanted = edge.is_part or not parts_only
                # Around a thing its own relations are drawn, not those among its neighbours.
                near = not parts_only and iri != next(iter(reached)) and not edge.is_part
                if link.other.iri in reached and wanted and not near:
                    edges.setdefault((edge.source, edge.target, edge.relation.iri), edge)
            nodes.append(
                Node(
                    self._entities.labels.name(iri),
                    self._entities.reader.kind(iri),
                    origin,
                    len(others - reached.keys()),
                )
            )
        return Neighbourhood(tuple(nodes), tuple(edges.values()))

    def _links(self, iri: str) -> list[_Link]:
        view = self._entities.describe(iri, values=MAX_OF_RELATION, cited=1, episodes=0)
        return [
            _Link(
                Edge(
                    source=value.iri if group.incoming else iri,
                    target=iri if group.incoming else value.iri,
                    relation=group.relation,
                    label=group.relation.label,
                    is_part=group.relation.iri in HIERARCHY,
                    inferred=value.inferred,
                ),
                value,
            )
            for group in view.groups
            if group.section == "relations"
            for value in group.values
            if value.iri and value.kind is not None and not value.inferred
        ]
