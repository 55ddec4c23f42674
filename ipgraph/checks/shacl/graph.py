"""A graph to look up terms in: the default graph of a store, indexed by predicate on demand.

Literals are as their files write them: ``"7"^^xsd:byte`` is not the integer that the engine stores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.namespaces import RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ipgraph.store.originals import Originals

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Node = ox.NamedNode | ox.BlankNode
TYPE = ox.NamedNode(RDF + "type")
SUBCLASS = ox.NamedNode(RDFS + "subClassOf")
_FIRST, _REST = ox.NamedNode(RDF + "first"), ox.NamedNode(RDF + "rest")
_NIL = ox.NamedNode(RDF + "nil")
_DEFAULT = ox.DefaultGraph()


class Graph:
    """The default graph of a store. Reading a predicate for the first time takes 1.5 µs a triple.

    The graph must not change while it is read. `originals` has the literals of the files where the
    store has others.
    """

    def __init__(self, store: ox.Store, originals: Originals | None = None) -> None:
        self.store = store
        self._originals = originals
        self._objects: dict[ox.NamedNode, dict[Term, list[Term]]] = {}
        self._subjects: dict[ox.NamedNode, dict[Term, list[Term]]] = {}
        self._below: dict[Term, frozenset[Term]] = {}
        self._instances: dict[Term, frozenset[Term]] = {}

    def quads(
        self, subject: Node | None = None, predicate: ox.NamedNode | None = None
    ) -> Iterable[ox.Quad]:
        """Return the triples that match, as quads. None matches any term."""
        quads = self.store.quads_for_pattern(subject, predicate, None, _DEFAULT)
        return self._originals.restore(quads) if self._originals else quads

    def objects(self, predicate: ox.NamedNode) -> Mapping[Term, list[Term]]:
        """Return the objects of every subject of a predicate."""
        index = self._objects.get(predicate)
        if index is None:
            index = self._objects[predicate] = {}
            for quad in self.quads(predicate=predicate):
                index.setdefault(quad.subject, []).append(quad.object)
        return index

    def subjects(self, predicate: ox.NamedNode) -> Mapping[Term, list[Term]]:
        """Return the subjects of every object of a predicate."""
        index = self._subjects.get(predicate)
        if index is None:
            index = self._subjects[predicate] = {}
            for quad in self.quads(predicate=predicate):
                index.setdefault(quad.object, []).append(quad.subject)
        return index

    def properties(self, subject: Term) -> Iterator[tuple[ox.NamedNode, Term]]:
        """Yield the predicates and objects of a subject."""
        if isinstance(subject, Node):
            for quad in self.quads(subject):
                yield quad.predicate, quad.object

    def values(self, subject: Term, iri: str) -> list[Term]:
        """Return the objects of a subject and the predicate `iri`, in the order of their text."""
        if not isinstance(subject, Node):
            return []
        quads = self.quads(subject, ox.NamedNode(iri))
        return sorted((quad.object for quad in quads), key=str)

    def subjects_of(self, iri: str) -> set[Term]:
        """Return the subjects of the predicate `iri`."""
        quads = self.store.quads_for_pattern(None, ox.NamedNode(iri), None, _DEFAULT)
        return {quad.subject for quad in quads}

    def items(self, head: Term) -> list[Term] | None:
        """Return the members of an RDF list, or None if it is not well formed."""
        items: list[Term] = []
        seen: set[Term] = set()
        while head != _NIL:
            if head in seen:
                return None
            seen.add(head)
            firsts, rests = self.values(head, _FIRST.value), self.values(head, _REST.value)
            if len(firsts) != 1 or len(rests) != 1:
                return None
            items.append(firsts[0])
            head = rests[0]
        return items

    def classes_below(self, class_: Term) -> frozenset[Term]:
        """Return a class and its subclasses, direct or not."""
        found = self._below.get(class_)
        if found is None:
            found = self._below[class_] = self._reach(class_)
        return found

    def instances(self, class_: Term) -> frozenset[Term]:
        """Return the SHACL instances of a class: of the class itself or of a subclass."""
        found = self._instances.get(class_)
        if found is None:
            by_class = self.subjects(TYPE)
            members = (by_class.get(below, ()) for below in self.classes_below(class_))
            found = frozenset(term for group in members for term in group)
            self._instances[class_] = found
        return found

    def _reach(self, start: Term) -> frozenset[Term]:
        seen = {start}
        ahead = [start]
        subclasses = self.subjects(SUBCLASS)
        while ahead:
            for term in subclasses.get(ahead.pop(), ()):
                if term not in seen:
                    seen.add(term)
                    ahead.append(term)
        return frozenset(seen)


def is_true(values: Iterable[Term]) -> bool:
    """True if the only value is the literal true."""
    return [getattr(value, "value", "") for value in values] == ["true"]
