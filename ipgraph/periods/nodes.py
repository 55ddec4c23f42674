"""Dated nodes as documents state them: their dates, the statement that each stands for, rivals."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from ipgraph.namespaces import RDF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.dataset.config.sections import NodeClass, State
    from ipgraph.periods.dates import Reading
    from ipgraph.periods.stated import StatedGraph
    from ipgraph.store import Subject, Term

MAX_NODES = 100_000  # with more, no periods are computed: 60 s on one core
_TYPE = NamedNode(RDF + "type")


@dataclass(frozen=True, slots=True)
class Dates:
    """The readings of one side of a node: those of documents, and those of the editors."""

    stated: list[Reading] = field(default_factory=list)
    estimated: list[Reading] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DatedNode:
    """A dated node. `rivals` is the key of the nodes that follow each other; None without rivals.

    An event or a figure `is_point`: it is not expected to go on.
    """

    iri: Subject
    kind: str
    starts: Dates
    ends: Dates
    seen: tuple[Reading, ...]
    is_point: bool
    statement: tuple[Term, Term, Term] | None
    rivals: tuple[object, ...] | None
    documents: frozenset[str]
    parties: tuple[Term, ...]


class TooManyNodes(Exception):
    """A graph has more dated nodes than periods are computed for."""


class NodeReader:
    """Reads the dated nodes of a graph."""

    def __init__(self, graph: StatedGraph) -> None:
        self._graph = graph
        self._model = graph.model
        self._editors = {*self._model.config.graphs.editors}

    def read(self) -> list[DatedNode]:
        """Return all dated nodes, by class and name. Raises `TooManyNodes`."""
        found: dict[Subject, str] = {}
        for class_ in self._model.nodes:
            for below in self._graph.classes_below(class_):
                for quad in self._graph.quads(None, _TYPE, below):
                    if not isinstance(quad.subject, Triple):
                        found.setdefault(quad.subject, class_)
                    if len(found) > MAX_NODES:
                        raise TooManyNodes
        order = {class_: place for place, class_ in enumerate(self._model.nodes)}
        nodes = sorted(found.items(), key=lambda item: (order[item[1]], str(item[0])))
        return [self._read(node, class_) for node, class_ in nodes]

    def _read(self, node: Subject, class_: str) -> DatedNode:
        described = self._model.nodes[class_]
        ties = {tie: self._graphs_by_value(node, tie) for tie in described.ties}
        on = self._dates(node, "on")
        starts, ends = self._dates(node, "begin"), self._dates(node, "end")
        if not (starts.stated or starts.estimated):
            starts = on
        if not (ends.stated or ends.estimated):
            ends = on
        statement, documents = self._statement(node, described, ties)
        is_figure = any(self._values(node, iri) for iri in self._model.role("value"))
        return DatedNode(
            iri=node,
            kind=class_,
            starts=starts,
            ends=ends,
            seen=tuple(sorted(self._graph.readings(node, "seen"))),
            is_point=bool(is_figure or on.stated or on.estimated),
            statement=statement,
            rivals=self._rivals(node, described, ties) if statement else None,
            documents=documents,
            parties=tuple(dict.fromkeys(value for values in ties.values() for value in values)),
        )

    def _dates(self, node: Subject, role: str) -> Dates:
        """Return the dates in a role; those of the editors count where no document gives any."""
        dates = Dates()
        for reading, graphs in self._graph.readings(node, role).items():
            by_editors = graphs <= self._editors
            (dates.estimated if by_editors else dates.stated).append(reading)
        return dates

    def _graphs_by_value(self, node: Subject, tie: str) -> dict[Term, set[str]]:
        """Return the things at a tie, in order, with the graphs that state each."""
        found: dict[Term, set[str]] = {}
        for quad in self._graph.quads(node, NamedNode(tie)):
            if not isinstance(quad.object, Literal):
                name = getattr(quad.graph_name, "value", "")
                found.setdefault(quad.object, set()).add(name)
        return dict(sorted(found.items(), key=lambda item: str(item[0])))

    def _values(self, node: Subject, iri: str) -> list[Term]:
        return sorted({quad.object for quad in self._graph.quads(node, NamedNode(iri))}, key=str)

    def _statement(
        self, node: Subject, described: NodeClass, ties: dict[str, dict[Term, set[str]]]
    ) -> tuple[tuple[Term, Term, Term] | None, frozenset[str]]:
        """Return the plain statement of a node, and the documents that state the node whole.

        Of several things at one tie, the first by name counts.
        """
        fitting: list[tuple[Term, Term, Term]] = []
        for state in described.states:
            for subject, object_ in islice(_ends(state, described, ties), 1):
                for property_ in islice(self._properties(node, state), 1):
                    statement = (subject, property_, object_)
                    if any(self._graph.quads(*statement)):  # what is stated plainly wins
                        return statement, _whole(ties, subject, object_)
                    if not state.of or state.of in self._graph.types(subject):
                        fitting.append(statement)
        if not fitting:
            stating = [graphs for values in ties.values() for graphs in values.values()]
            return None, frozenset().union(*stating)
        subject, _, object_ = fitting[0]
        return fitting[0], _whole(ties, subject, object_)

    def _properties(self, node: Subject, state: State) -> Iterator[NamedNode]:
        if state.by is None:
            yield NamedNode(state.property)
            return
        for term in sorted(self._graph.ends(node, state.by.steps), key=str):
            if isinstance(term, NamedNode):
                yield term

    def _rivals(
        self, node: Subject, described: NodeClass, ties: dict[str, dict[Term, set[str]]]
    ) -> tuple[object, ...] | None:
        """Return what all rivals of a node agree in; None if it has none.

        A literal that a node lacks counts as a value, a thing that it lacks means no rivals.
        """
        if not described.exclusive:
            return None
        shared = {*described.shared}
        if any(str(getattr(v, "value", "")) in shared for values in ties.values() for v in values):
            return None
        key: list[object] = [described.class_]
        for iri in described.exclusive:
            values = [*ties[iri]] if iri in ties else self._values(node, iri)
            if iri in ties and not values:
                return None
            key.append(tuple(values))
        return tuple(key)


def _ends(
    state: State, described: NodeClass, ties: dict[str, dict[Term, set[str]]]
) -> Iterator[tuple[Term, Term]]:
    """Yield the two ends of a statement; nothing if the node lacks one."""
    first, second = (*described.ties[:2], "", "")[:2]
    subjects = ties.get(state.subject or first, {})
    objects = ties.get(state.object or second, {})
    for subject in islice(subjects, 1):
        for object_ in islice(objects, 1):
            yield subject, object_


def _whole(ties: dict[str, dict[Term, set[str]]], subject: Term, object_: Term) -> frozenset[str]:
    """Return the graphs that state both ends of a node; without one, those that state any."""
    sides = [
        {graph for values in ties.values() for graph in values.get(end, ())}
        for end in (subject, object_)
    ]
    return frozenset(sides[0] & sides[1] or sides[0] | sides[1])
