"""What a graph says about the statements of an entity.

Four forms are known: reifiers of RDF 1.2, ``rdf:Statement``, ``owl:Axiom``, and the statement nodes
of Wikibase, which stand between an entity and the value of a statement.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Triple

from ipgraph.entities.labels import DEFAULT_GRAPH
from ipgraph.entities.statements import TYPE, Statement, Value
from ipgraph.namespaces import OWL, PERIODS_GRAPH, PROV, RDF, WIKIBASE

if TYPE_CHECKING:
    from ipgraph.entities.values import ValueReader
    from ipgraph.store import Subject, Term

MAX_ANNOTATIONS = 4  # shown for a statement
_MAX_READ = 4000
_REIFIES = NamedNode(RDF + "reifies")
_PERIODS = NamedNode(PERIODS_GRAPH)
# The properties of a node that name subject, property and object of the statement it is about.
_FORMS = tuple(
    tuple(NamedNode(namespace + name) for name in names)
    for namespace, names in (
        (RDF, ("subject", "predicate", "object")),
        (OWL, ("annotatedSource", "annotatedProperty", "annotatedTarget")),
    )
)
_NAMING = frozenset(node.value for form in _FORMS for node in form)
# …/prop/P31 leads to a node with …/prop/statement/P31; …/prop/direct/P31 to the value itself.
_CLAIM = re.compile(r"(.*/prop/)(P[1-9][0-9]*)")
_VALUE_NODES = re.compile(r"/prop/(?:statement|qualifier|reference)/value(?:-normalized)?/")
_NORMAL = NamedNode(WIKIBASE + "NormalRank")
_RANK, _DERIVED = WIKIBASE + "rank", PROV + "wasDerivedFrom"

_Key = tuple[object, str, object]


class Annotations:
    """The annotations of the statements of one entity."""

    def __init__(self, reader: ValueReader, node: NamedNode) -> None:
        self._reader = reader
        self._store = reader.store
        self._node = node
        self._claims: dict[_Key, list[Subject]] = {}
        self._has_reifiers = self._has(_REIFIES)
        self._named = self._read_named()

    def take(
        self, own: list[Statement], about: list[Statement]
    ) -> tuple[list[Statement], list[Statement]]:
        """Return the statements without those that only say what another is about.

        A node between the entity and a value is replaced by the value.
        """
        own = self._without_nodes(own)
        known = {_key(fact) for fact in (*own, *about)}
        annotating = {node for key, nodes in self._named.items() if key in known for node in nodes}
        about = [
            fact for fact in about if not (fact.predicate in _NAMING and fact.subject in annotating)
        ]
        return own, about

    def of(self, fact: Statement) -> tuple[Value, ...]:
        """Return what is said about a statement."""
        found = []
        for node in (*self._reifiers(fact), *self._named.get(_key(fact), ())):
            value = self._reader.contents(node, _NAMING | {_REIFIES.value})
            found.append(value)
        found += [self._claim(node) for node in self._claims.get(_key(fact), ())]
        with_content = [value for value in found if value.parts or value.text or value.iri]
        return tuple(with_content[:MAX_ANNOTATIONS])

    def _has(self, predicate: NamedNode) -> bool:
        quads = self._store.quads(None, predicate, None, DEFAULT_GRAPH)
        return next(iter(quads), None) is not None

    def _reifiers(self, fact: Statement) -> list[Subject]:
        if not self._has_reifiers:
            return []
        triple = Triple(fact.subject, NamedNode(fact.predicate), fact.object)
        quads = self._store.quads(None, _REIFIES, triple, DEFAULT_GRAPH)
        return [quad.subject for quad in islice(quads, MAX_ANNOTATIONS)]  # type: ignore[misc]

    def _read_named(self) -> dict[_Key, list[Subject]]:
        """Return the nodes that name a statement with the entity at one of its ends."""
        found: dict[_Key, list[Subject]] = defaultdict(list)
        for form in _FORMS:
            for end in (form[0], form[2]):
                quads = self._store.quads(None, end, self._node, DEFAULT_GRAPH)
                for quad in islice(quads, _MAX_READ):
                    if any(self._store.quads(quad.subject, end, self._node, _PERIODS)):
                        continue  # a dated node, which the history shows
                    ends = [self._first(quad.subject, part) for part in form]  # type: ignore[arg-type]
                    if isinstance(ends[1], NamedNode):
                        key = (ends[0], ends[1].value, ends[2])
                        found[key].append(quad.subject)  # type: ignore[arg-type]
        return {key: [*dict.fromkeys(nodes)] for key, nodes in found.items()}

    def _first(self, node: Subject, predicate: NamedNode) -> Term | None:
        quads = self._store.quads(node, predicate, None, DEFAULT_GRAPH)
        return next((quad.object for quad in quads), None)

    def _without_nodes(self, own: list[Statement]) -> list[Statement]:
        """Replace the statement nodes of Wikibase by the values of their statements."""
        kept: list[Statement] = []
        direct = {_key(fact) for fact in own}
        for fact in own:
            claim = _CLAIM.fullmatch(fact.predicate)
            if not claim or not isinstance(fact.object, NamedNode | BlankNode):
                kept.append(fact)
                continue
            main = NamedNode(f"{claim[1]}statement/{claim[2]}")
            value = self._first(fact.object, main)
            if value is None:
                kept.append(fact)
                continue
            plain = (fact.subject, f"{claim[1]}direct/{claim[2]}", value)
            key = plain if plain in direct else (fact.subject, fact.predicate, value)
            if key != plain and key not in self._claims:
                kept.append(replace(fact, object=value))
            self._claims.setdefault(key, []).append(fact.object)
        return kept

    def _claim(self, node: Subject) -> Value:
        """Return the qualifiers and references of a statement node."""
        hidden = {_DERIVED}
        for quad in islice(self._store.quads(node, None, None, DEFAULT_GRAPH), _MAX_READ):
            name = quad.predicate.value
            if (
                "/prop/statement/" in name
                or _VALUE_NODES.search(name)
                or (name == _RANK and quad.object == _NORMAL)
            ):
                hidden.add(name)
        value = self._reader.contents(node, frozenset(hidden))
        sources = tuple(
            self._reference(quad.object)
            for quad in self._store.quads(node, NamedNode(_DERIVED), None, DEFAULT_GRAPH)
            if isinstance(quad.object, NamedNode | BlankNode)
        )
        if not sources:
            return replace(value, text="", iri="")
        parts = (*value.parts, (self._reader.labels.name(_DERIVED), sources))
        return replace(value, text="", iri="", kind=None, parts=parts)

    def _reference(self, node: Subject) -> Value:
        value = self._reader.contents(node, frozenset({TYPE}))
        return replace(value, text="", iri="", kind=None) if value.parts else value


def _key(fact: Statement) -> _Key:
    return fact.subject, fact.predicate, fact.object
