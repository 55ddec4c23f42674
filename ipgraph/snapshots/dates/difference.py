"""What a date changes in a closed graph.

What no date changes is read and closed once (`DatedGraph`); a date adds what holds on it, and the
closure goes on from there. So a process that is forked from the one that holds the graph pays for
the difference alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph import reasoning
from ipgraph.entities.model import Model
from ipgraph.namespaces import INFERRED_GRAPH, PERIODS_GRAPH
from ipgraph.reasoning.closure.reasoner import Reasoner, graphs_of
from ipgraph.snapshots.dates.selection import DatedStatements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from ipgraph.entities.periods.model import Certainty, Periods
    from ipgraph.reasoning.inference import Closure
    from ipgraph.settings import InferenceLimits
    from ipgraph.snapshots.dates.selection import Fact
    from ipgraph.store.local import LocalStore

_NT = ox.RdfFormat.N_TRIPLES
_INFERRED, _PERIODS = ox.NamedNode(INFERRED_GRAPH), ox.NamedNode(PERIODS_GRAPH)
_DEFAULT = ox.DefaultGraph()


@dataclass(frozen=True, slots=True)
class Difference:
    """What is added to a graph and removed from it, the merge included, and the closure then."""

    added: tuple[ox.Quad, ...]
    removed: tuple[ox.Quad, ...]
    closure: Closure


class DatedGraph:
    """A closed graph without what a date can change.

    `derive` may be called once in a process: it goes on from the closure that this object holds.
    """

    def __init__(
        self, store: LocalStore, periods: Periods, reasoner: str, limits: InferenceLimits
    ) -> None:
        """The default graph of `store` is the merge of its named graphs, inferred ones included."""
        self._engine = store.engine
        self._name = reasoner
        self._limits = limits
        self._statements = DatedStatements(store, Model(store), periods)
        self._reasoner = Reasoner(limits=limits)
        self._inferred = _lines(self._engine, _INFERRED)
        if reasoner == "rl":
            self._reasoner.add(b"".join(self._unchanging()))
            self._reasoner.close()

    def derive(self, day: date, certainty: Certainty = "possible") -> Difference:
        """Return the difference between the graph and the graph on a day."""
        stated = self._statements.on(day, certainty)
        closure = self._close(stated)
        inferred = {line for chunk in closure.chunks for line in chunk.splitlines(keepends=True)}
        added: set[ox.Quad] = set()
        removed: set[ox.Quad] = set()
        for fact, graphs in self._statements.stated.items():
            wanted = stated.get(fact, set())
            added |= {_quad(fact, graph) for graph in wanted - graphs}
            removed |= {_quad(fact, graph) for graph in graphs - wanted}
        added |= {_quad(triple, _INFERRED) for triple in _triples(inferred - self._inferred)}
        removed |= {_quad(triple, _INFERRED) for triple in _triples(self._inferred - inferred)}
        added |= {_quad(fact, _PERIODS) for fact in self._statements.then(day)}
        return Difference(*self._merged(added, removed), closure)

    def _close(self, stated: dict[Fact, set[ox.NamedNode]]) -> Closure:
        lines = ox.serialize((ox.Triple(*fact) for fact in stated), format=_NT) or b""
        if self._name == "rl":
            self._reasoner.add(lines)
            return self._reasoner.close(partial(graphs_of, self._engine))
        whole = ox.Store()
        parts = b"".join((*self._unchanging(), lines))
        whole.bulk_extend(ox.parse(parts, format=_NT))
        return reasoning.infer(whole, reasoner=self._name, limits=self._limits)

    def _unchanging(self) -> Iterator[bytes]:
        """Yield the stated triples that no date changes, as lines of N-Triples."""
        changing = ox.serialize((ox.Triple(*fact) for fact in self._statements.stated), format=_NT)
        left_out = {*(changing or b"").splitlines(keepends=True), *self._inferred}
        left_out |= _lines(self._engine, _PERIODS)
        # One dump of the merge: one of each graph takes four times as long.
        whole = self._engine.dump(format=_NT, from_graph=_DEFAULT) or b""
        yield from (line for line in whole.splitlines(keepends=True) if line not in left_out)

    def _merged(
        self, added: set[ox.Quad], removed: set[ox.Quad]
    ) -> tuple[tuple[ox.Quad, ...], tuple[ox.Quad, ...]]:
        """Return both sets with the changes of the merge, in an order that depends on them only."""
        new = {quad.triple for quad in added}
        old = {quad.triple for quad in removed} - new
        gone = [triple for triple in old if not self._is_left(triple, removed)]
        return (
            _sorted({*added, *(_quad(triple, _DEFAULT) for triple in new)}),
            _sorted({*removed, *(_quad(triple, _DEFAULT) for triple in gone)}),
        )

    def _is_left(self, triple: ox.Triple, removed: set[ox.Quad]) -> bool:
        """True if a graph still has a triple."""
        return any(
            quad.graph_name != _DEFAULT and quad not in removed
            for quad in self._engine.quads_for_pattern(
                triple.subject, triple.predicate, triple.object, None
            )
        )


def _quad(triple: ox.Triple | Fact, graph: ox.NamedNode | ox.DefaultGraph) -> ox.Quad:
    subject, predicate, object_ = triple
    return ox.Quad(subject, predicate, object_, graph)


def _lines(engine: ox.Store, graph: ox.NamedNode) -> set[bytes]:
    return {*(engine.dump(format=_NT, from_graph=graph) or b"").splitlines(keepends=True)}


def _triples(lines: Iterable[bytes]) -> Iterator[ox.Triple]:
    return (quad.triple for quad in ox.parse(b"".join(lines), format=_NT, lenient=True))


def _sorted(quads: Iterable[ox.Quad]) -> tuple[ox.Quad, ...]:
    return tuple(sorted(quads, key=str))
