"""The classes and properties of a graph: names, reading order, hierarchy.

The cost of every look-up is bounded by the size of the ontology, never by that of the data. All
are cached: a snapshot does not change.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.labels import DEFAULT_GRAPH, Labels, Name
from ipgraph.namespaces import (
    DCTERMS,
    FOAF,
    IP,
    ORG,
    OWL,
    RDF,
    RDFS,
    SCHEMA,
    SCHEMA_HTTP,
    SKOS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ipgraph.store import Store

# The reading order of properties; those not listed follow, by label.
READING_ORDER = (
    ORG + "unitOf",
    ORG + "subOrganizationOf",
    IP + "partOf",
    ORG + "memberOf",
    IP + "leads",
    IP + "runs",
    IP + "maintains",
    IP + "enforces",
    IP + "performs",
    IP + "provides",
    IP + "worksThrough",
    IP + "uses",
    IP + "develops",
    IP + "integrates",
    IP + "supports",
    IP + "sectorSpecificAgencyOf",
    IP + "subsectorOf",
    IP + "covers",
    IP + "represents",
    IP + "belongsTo",
    IP + "dependsOn",
    IP + "regulates",
    IP + "addresses",
    IP + "pursues",
    IP + "serves",
    IP + "worksWith",
    ORG + "holds",
    IP + "headOf",
    ORG + "postIn",
    IP + "establishedBy",
    IP + "authorizedBy",
    IP + "governedBy",
    IP + "implements",
    IP + "supersedes",
    IP + "amends",
    IP + "succeeds",
)
# Properties that few readers need come last.
READ_LAST = (
    IP + "responsibleFor",
    SKOS + "inScheme",
    DCTERMS + "subject",
    DCTERMS + "source",
    SCHEMA + "sameAs",
    IP + "identifier",
    FOAF + "page",
    RDFS + "seeAlso",
    RDFS + "isDefinedBy",
)
DEFINITIONS = (
    SKOS + "definition",
    RDFS + "comment",
    DCTERMS + "description",
    SCHEMA + "description",
    SCHEMA_HTTP + "description",
)

_NOTES = frozenset(
    (IP + "note", *(SKOS + name for name in ("note", "editorialNote", "scopeNote", "historyNote")))
)
_IDENTIFIERS = frozenset((IP + "identifier", SCHEMA + "sameAs", OWL + "sameAs"))
_RANKS = {iri: rank for rank, iri in enumerate(READING_ORDER)}
_LAST_RANKS = {iri: 1000 + rank for rank, iri in enumerate(READ_LAST)}
_SUBCLASS = NamedNode(RDFS + "subClassOf")
_SUBPROPERTY = NamedNode(RDFS + "subPropertyOf")
_TYPE = NamedNode(RDF + "type")
_SYMMETRIC = NamedNode(OWL + "SymmetricProperty")
_INVERSE = NamedNode(OWL + "inverseOf")
_INCOMING_LABEL = NamedNode(IP + "incomingLabel")


class Vocabulary:
    """The classes and properties of one graph, as its ontology describes them."""

    def __init__(self, store: Store, labels: Labels) -> None:
        self._store = store
        self._labels = labels
        # Bound to the instance, so that the caches of a closed graph are freed.
        self.superclasses = lru_cache(maxsize=4096)(self._superclasses)
        self.superproperties = lru_cache(maxsize=4096)(self._superproperties)
        self.incoming_label = lru_cache(maxsize=4096)(self._incoming_label)
        self.comment = lru_cache(maxsize=4096)(self._comment)
        self.inverses = lru_cache(maxsize=4096)(self._inverses)
        self.is_symmetric = lru_cache(maxsize=4096)(self._is_symmetric)

    def _superclasses(self, iri: str) -> frozenset[str]:
        """Return all strict superclasses of a class."""
        return self._above(iri, _SUBCLASS)

    def _superproperties(self, iri: str) -> frozenset[str]:
        """Return all strict superproperties of a property."""
        return self._above(iri, _SUBPROPERTY)

    def _above(self, iri: str, predicate: NamedNode) -> frozenset[str]:
        above: set[str] = set()
        queue = [iri]
        while queue:
            for quad in self._store.quads(NamedNode(queue.pop()), predicate, None, DEFAULT_GRAPH):
                parent = quad.object
                if isinstance(parent, NamedNode) and parent.value not in above:
                    above.add(parent.value)
                    queue.append(parent.value)
        return frozenset(above - {iri})

    def most_specific(self, classes: Iterable[str]) -> list[str]:
        """Return the classes that are not superclasses of others among them, by label."""
        given = set(classes)
        above = {parent for iri in given for parent in self.superclasses(iri)}
        specific = given - above or given  # equivalent classes are superclasses of each other
        return sorted(specific, key=lambda iri: (iri.startswith(OWL), self._labels.name(iri).label))

    def _incoming_label(self, iri: str) -> str:
        """Return the label of a property in the direction from its object, or an empty text."""
        texts = [
            quad.object
            for quad in self._store.quads(NamedNode(iri), _INCOMING_LABEL, None, DEFAULT_GRAPH)
            if isinstance(quad.object, Literal)
        ]
        return self._labels.choose(texts)[0]

    def _comment(self, iri: str) -> str:
        """Return the definition of a term, or an empty text."""
        for predicate in DEFINITIONS:
            texts = [
                quad.object
                for quad in self._store.quads(
                    NamedNode(iri), NamedNode(predicate), None, DEFAULT_GRAPH
                )
                if isinstance(quad.object, Literal)
            ]
            if texts:
                return self._labels.choose(texts)[0]
        return ""

    def _inverses(self, iri: str) -> frozenset[str]:
        """Return the inverse properties of a property."""
        node = NamedNode(iri)
        store = self._store
        ends = [quad.object for quad in store.quads(node, _INVERSE, None, DEFAULT_GRAPH)]
        ends += [quad.subject for quad in store.quads(None, _INVERSE, node, DEFAULT_GRAPH)]
        own = {iri} if self.is_symmetric(iri) else set()
        return frozenset({end.value for end in ends if isinstance(end, NamedNode)} | own)

    def _is_symmetric(self, iri: str) -> bool:
        """True if a property is declared symmetric."""
        return any(self._store.quads(NamedNode(iri), _TYPE, _SYMMETRIC, DEFAULT_GRAPH))

    def section(self, iri: str) -> str:
        """Return the section of a property: ``relations``, ``identifiers`` or ``notes``."""
        above = {iri, *self.superproperties(iri)}
        if above & _NOTES:
            return "notes"
        return "identifiers" if above & _IDENTIFIERS else "relations"

    def rank(self, iri: str) -> int:
        """Return the rank of a property in reading order; unlisted ones are in the middle."""
        return _RANKS.get(iri, _LAST_RANKS.get(iri, 500))

    def name(self, iri: str) -> Name:
        """Return the name of a term by the rule of `ipgraph.entities.labels`."""
        return self._labels.name(iri)
