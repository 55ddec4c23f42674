"""A closed graph for proofs: look up triples, walk lists, find the graphs that state a triple."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, cast

import pyoxigraph as ox

from ipgraph.reasoning import vocabulary
from ipgraph.reasoning.rules import LIST_PROPERTIES, Rule, unroll

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.store import Store

Term = ox.NamedNode | ox.BlankNode | ox.Literal
_MAX_LIST_LENGTH = 1000


def node(iri: str) -> ox.NamedNode:
    """Return the node of an IRI in N-Triples syntax."""
    return ox.NamedNode(iri[1:-1])


TYPE, THING, SUBCLASS_OF = map(node, (vocabulary.TYPE, vocabulary.THING, vocabulary.SUBCLASS_OF))
_FIRST, _REST, _NIL, _INVERSE_OF, _SAME_AS = map(
    node,
    (
        vocabulary.FIRST,
        vocabulary.REST,
        vocabulary.NIL,
        vocabulary.INVERSE_OF,
        vocabulary.SAME_AS,
    ),
)


class Fact(NamedTuple):
    """A triple whose subject may be a literal, as in the rules of OWL 2 RL."""

    subject: Term
    predicate: Term
    object: Term

    @classmethod
    def of(cls, triple: ox.Triple | ox.Quad) -> Fact:
        """Return the fact of a triple or quad."""
        return cls(cast("Term", triple.subject), triple.predicate, cast("Term", triple.object))


class ClosedGraph:
    """The distinct triples of a store that contains a closure.

    If the store's default graph has triples, it must be the merge of all graphs. A triple that
    only graph `inferred` contains is inferred; the other graphs state theirs.
    """

    def __init__(self, store: Store, inferred: str) -> None:
        self._store = store
        self._inferred = ox.NamedNode(inferred)
        merged = store.quads(None, None, None, ox.DefaultGraph())
        self._is_merged = next(iter(merged), None) is not None
        self._sources: dict[Fact, tuple[str, ...]] = {}

    def match(
        self, subject: Term | None, predicate: Term | None, object_: Term | None
    ) -> Iterator[Fact]:
        """Yield the triples of a pattern; none if RDF cannot hold them."""
        if isinstance(subject, ox.Literal):
            return
        if isinstance(predicate, ox.BlankNode):
            yield from self._match_inverse(subject, predicate, object_)
            return
        if predicate is not None and not isinstance(predicate, ox.NamedNode):
            return
        graph = ox.DefaultGraph() if self._is_merged else None
        quads = self._store.quads(subject, predicate, object_, graph)
        if self._is_merged:
            yield from map(Fact.of, quads)
        else:
            yield from dict.fromkeys(map(Fact.of, quads))

    def _match_inverse(
        self, subject: Term | None, predicate: ox.BlankNode, object_: Term | None
    ) -> Iterator[Fact]:
        """Yield the triples of a property that is named only as the inverse of another.

        RDF cannot hold them; as steps of a proof they follow by prp-inv2.
        """
        for inverse in self.match(predicate, _INVERSE_OF, None):
            for fact in self.match(object_, inverse.object, subject):
                yield Fact(fact.object, predicate, fact.subject)

    def holds(self, fact: Fact) -> bool:
        """True if a triple is stated or inferred.

        A large class of equal terms has only the triples of a star, so two of its terms may be
        linked by a third.
        """
        if next(self.match(*fact), None) is not None:
            return True
        if fact.predicate != _SAME_AS:
            return False
        centers = (link.object for link in self.match(fact.subject, _SAME_AS, None))
        return any(
            next(self.match(center, _SAME_AS, fact.object), None) is not None for center in centers
        )

    def sources(self, fact: Fact) -> tuple[str, ...]:
        """Return the graphs that state a triple, sorted; none if it is inferred."""
        known = self._sources.get(fact)
        if known is None:
            known = self._sources[fact] = self._find_sources(fact)
        return known

    def _find_sources(self, fact: Fact) -> tuple[str, ...]:
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
        """Yield the cells from which a walk along `rdf:rest` reaches `member`."""
        cells = [fact.subject for fact in self.match(None, _FIRST, member)]
        seen: set[Term] = set()
        while cells:
            cell = cells.pop()
            if cell not in seen:
                seen.add(cell)
                yield cell
                cells += [fact.subject for fact in self.match(None, _REST, cell)]

    def cells(self, start: Term) -> Iterator[tuple[Fact, list[Fact]]]:
        """Yield the memberships of a list, with the cells from its start that prove them."""
        path: list[Fact] = []
        cell = start
        for _ in range(_MAX_LIST_LENGTH):
            for first in self.match(cell, _FIRST, None):
                yield first, [*path, first]
            rest = next(self.match(cell, _REST, None), None)
            if rest is None or rest.object == _NIL:
                return
            path.append(rest)
            cell = rest.object

    def members(self, start: Term) -> list[Term]:
        """Return the members of a list in order."""
        return [first.object for first, _ in self.cells(start)]

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of OWL 2 RL, unrolled for the lists of this graph."""
        lengths: dict[str, set[int]] = {}
        for predicate in LIST_PROPERTIES:
            for fact in self.match(None, node(predicate), None):
                lengths.setdefault(predicate, set()).add(len(self.members(fact.object)))
        return unroll({name: found - {0} for name, found in lengths.items()})
