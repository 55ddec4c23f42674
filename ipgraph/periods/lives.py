"""How long things exist: foundation and end, and the evidence for things without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from ipgraph.namespaces import RDF
from ipgraph.periods import dates
from ipgraph.periods.model import ESTIMATED, STATED, Life

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from ipgraph.periods.held import Held
    from ipgraph.periods.stated import StatedGraph
    from ipgraph.store import Term

_TYPE = NamedNode(RDF + "type")
# The roles that say when a thing begins and ends, the first that has a date first.
_FIRST_ROLES, _LAST_ROLES = ("founded", "begin", "issued"), ("ended", "end")
_MAX_READ = 5000  # statements about a thing that are read for evidence


class Lives:
    """Reads how long the parties of dated nodes exist."""

    def __init__(self, graph: StatedGraph) -> None:
        self._graph = graph
        config = graph.model.config
        self._documents = config.graphs.documents
        self._not_evidence = {*config.graphs.editors, *config.graphs.ontology}
        self._days: dict[str, date | None] = {}

    def horizon(self, held: Iterable[Held]) -> date | None:
        """Return the last day that the dataset knows of: that of its newest document.

        Without dated documents, it is the last day that begins, ends or attests a node.
        """
        if day := self._graph.model.config.time.horizon:
            return day
        found = [day for graph in self._names() if (day := self._day(graph))]
        if not found:
            readings = (
                reading
                for item in held
                for side in (item.node.starts, item.node.ends)
                for reading in (*side.stated, *side.estimated, *item.node.seen)
            )
            found = [reading.last for reading in readings]
        return max(found, default=None)

    def of(self, things: Iterable[Term], held: Iterable[Held]) -> dict[Term, Life]:
        """Return the lives of the things that are known to begin or end.

        A thing without a foundation begins with the first of its placements, if a source gives the
        start of all of them; the same for its end.
        """
        found: dict[Term, list[date | None]] = {}
        for thing in things:
            life = [self._first(thing), self._last(thing)]
            if any(life):
                found[thing] = life
        placed: dict[Term, list[Held]] = {}
        hierarchy = {*self._graph.model.hierarchy}
        for item in held:
            statement = item.node.statement
            if statement and getattr(statement[1], "value", "") in hierarchy:
                placed.setdefault(statement[0], []).append(item)
        for thing, placements in placed.items():
            life = found.setdefault(thing, [None, None])
            starts = [item.since for item in placements if item.from_basis == STATED]
            if life[0] is None and len(starts) == len(placements):
                life[0] = min(day for day in starts if day)
            ends = [
                item.through for item in placements if item.through_basis in (STATED, ESTIMATED)
            ]
            if life[1] is None and len(ends) == len(placements):
                life[1] = max(day for day in ends if day)
        return {thing: Life(*life) for thing, life in found.items() if any(life)}

    def evidence(self, things: Iterable[Term], held: Iterable[Held]) -> dict[Term, Life]:
        """Return the first and last day on which a document or a dated node shows each thing."""
        found: dict[Term, Life] = {}

        def show(thing: Term, day: date) -> None:
            life = found.get(thing, Life(day, day))
            first, last = life.first or day, life.last or day
            found[thing] = Life(min(first, day), max(last, day))

        for thing in things:
            for graph in self._graphs_of(thing):
                if day := self._day(graph):
                    show(thing, day)
        for item in held:
            if item.since and item.through:
                for party in item.node.parties:
                    show(party, item.since)
                    show(party, item.through)
        return found

    def _first(self, thing: Term) -> date | None:
        for role in _FIRST_ROLES:
            readings = dates.most_precise(self._graph.readings(thing, role))
            if readings:
                return min(reading.first for reading in readings)
        return None

    def _last(self, thing: Term) -> date | None:
        for role in _LAST_ROLES:
            readings = dates.most_precise(self._graph.readings(thing, role))
            if readings:
                return max(reading.last for reading in readings)
        return None

    def _names(self) -> set[str]:
        """Return the names of the documents: those of the class, else all with a date."""
        if self._documents:
            classes = self._graph.classes_below(self._documents)
            quads = (quad for class_ in classes for quad in self._graph.quads(None, _TYPE, class_))
        else:
            model = self._graph.model
            properties = (*model.role("issued"), *model.role("seen"))
            quads = (q for iri in properties for q in self._graph.quads(None, NamedNode(iri)))
        return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}

    def _graphs_of(self, thing: Term) -> set[str]:
        graphs: set[str] = set()
        for number, quad in enumerate(self._graph.quads(None, None, thing)):
            if number == _MAX_READ:
                break
            graphs.add(getattr(quad.graph_name, "value", ""))
        for quad in self._graph.quads(thing):
            graphs.add(getattr(quad.graph_name, "value", ""))
        return graphs - self._not_evidence

    def _day(self, graph: str) -> date | None:
        """Return the day that a document shows: when it says it was seen, else its date."""
        if graph not in self._days:
            day = None
            try:
                node = NamedNode(graph)
            except ValueError:
                node = None
            for role in ("seen", "issued") if node else ():
                readings = self._graph.readings(node, role) if node else ()
                if readings:
                    day = max(reading.first for reading in readings)
                    break
            self._days[graph] = day
        return self._days[graph]
