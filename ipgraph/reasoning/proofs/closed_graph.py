"""A closed graph as a proof sees it: triples to look up, lists to walk, and who states what."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, cast

import pyoxigraph as ox

from ipgraph.namespaces import OWL, RDF
from ipgraph.reasoning.rules import LISTS, Rule, unrolled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.store import Store

Term = ox.NamedNode | ox.BlankNode | ox.Literal
FIRST, REST, NIL = (ox.NamedNode(RDF + each) for each in ("first", "rest", "nil"))
TYPE = ox.NamedNode(RDF + "type")
THING = ox.NamedNode(OWL + "Thing")
_INVERSE = ox.NamedNode(OWL + "inverseOf")
_MAX_LIST = 1000


class Fact(NamedTuple):
    """A triple; its subject may be a literal, as in the rules of OWL 2 RL."""

    subject: Term
    predicate: Term
    object: Term

    @classmethod
    def of(cls, triple: ox.Triple | ox.Quad) -> Fact:
        """Return the fact of a triple or quad."""
        return cls(cast("Term", triple.subject), triple.predicate, cast("Term", triple.object))


class ClosedGraph:
    """The triples of a store that holds a closure, each once.

    Where the store's default graph has triples it is taken for the merge of all graphs. What
    graph `inferred` alone holds is inferred; the other graphs state what they hold.
    """

    def __init__(self, store: Store, inferred: str) -> None:
        self._store = store
        self._inferred = ox.NamedNode(inferred)
        anything = store.quads(None, None, None, ox.DefaultGraph())
        self._merged = next(iter(anything), None) is not None
        self._sources: dict[Fact, tuple[str, ...]] = {}

    def match(
        self, subject: Term | None, predicate: Term | None, object_: Term | None
    ) -> Iterator[Fact]:
        """Yield the triples of a pattern; nothing where RDF could not hold one."""
        if isinstance(subject, ox.Literal):
            return
        if isinstance(predicate, ox.BlankNode):
            yield from self._inverses(subject, predicate, object_)
            return
        if predicate is not None and not isinstance(predicate, ox.NamedNode):
            return
        graph = ox.DefaultGraph() if self._merged else None
        quads = self._store.quads(subject, predicate, object_, graph)
        if self._merged:
            yield from map(Fact.of, quads)
        else:
            yield from dict.fromkeys(map(Fact.of, quads))

    def _inverses(
        self, subject: Term | None, predicate: ox.BlankNode, object_: Term | None
    ) -> Iterator[Fact]:
        """Yield the triples of a property that is named only as the inverse of another.

        RDF cannot hold them; as steps of a proof they follow by prp-inv2.
        """
        for inverse in self.match(predicate, _INVERSE, None):
            for fact in self.match(object_, inverse.object, subject):
                yield Fact(fact.object, predicate, fact.subject)

    def holds(self, fact: Fact) -> bool:
        """Tell whether a triple is stated or inferred."""
        return next(self.match(*fact), None) is not None

    def sources(self, fact: Fact) -> tuple[str, ...]:
        """Return the graphs that state a triple, sorted; none where it is inferred."""
        known = self._sources.get(fact)
        if known is None:
            known = self._sources[fact] = self._look_up(fact)
        return known

    def _look_up(self, fact: Fact) -> tuple[str, ...]:
        subject, predicate, object_ = fact
        if isinstance(subject, ox.Literal) or not isinstance(predicate, ox.NamedNode):
            return ()
        quads = self._store.quads(subject, predicate, object_, None)
        return tuple(
            sorted(
                quad.graph_name.value
                for quad in quads
                if not isinstance(quad.graph_name, ox.DefaultGraph)
                and quad.graph_name != self._inferred
            )
        )

    def lists_with(self, member: Term) -> Iterator[Term]:
        """Yield the cells from which a walk along `rdf:rest` meets `member`."""
        cells = [fact.subject for fact in self.match(None, FIRST, member)]
        seen: set[Term] = set()
        while cells:
            cell = cells.pop()
            if cell not in seen:
                seen.add(cell)
                yield cell
                cells += [fact.subject for fact in self.match(None, REST, cell)]

    def cells(self, start: Term) -> Iterator[tuple[Fact, list[Fact]]]:
        """Yield each membership of a list with the cells from its start that show it."""
        path: list[Fact] = []
        cell = start
        for _ in range(_MAX_LIST):
            for first in self.match(cell, FIRST, None):
                yield first, [*path, first]
            rest = next(self.match(cell, REST, None), None)
            if rest is None or rest.object == NIL:
                return
            path.append(rest)
            cell = rest.object

    def members(self, start: Term) -> list[Term]:
        """Return the members of a list in order."""
        return [first.object for first, _ in self.cells(start)]

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of OWL 2 RL, unrolled for the lists that this graph has."""
        lengths: dict[str, set[int]] = {}
        for predicate in LISTS:
            for fact in self.match(None, ox.NamedNode(predicate[1:-1]), None):
                lengths.setdefault(predicate, set()).add(len(self.members(fact.object)))
        return unrolled({name: found - {0} for name, found in lengths.items()})
