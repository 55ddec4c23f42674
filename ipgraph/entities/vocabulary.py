"""The classes and properties of a graph, as a reader of pages needs them: names, order, hierarchy.

All look-ups are bounded by the size of the ontology, never by that of the data, and are kept: a
snapshot does not change.
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

# The order in which a reader wants to be told; what is not listed follows, by label.
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
# Of use to few readers: they come last.
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
    (IP + "note", *(SKOS + each for each in ("note", "editorialNote", "scopeNote", "historyNote")))
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


class Terms:
    """What the ontology of one graph says about its classes and properties."""

    def __init__(self, store: Store, labels: Labels) -> None:
        self._store = store
        self._labels = labels
        # Bound to the instance, so that a graph that is closed takes its tables with it.
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
        found: set[str] = set()
        waiting = [iri]
        while waiting:
            for quad in self._store.quads(NamedNode(waiting.pop()), predicate, None, DEFAULT_GRAPH):
                above = quad.object
                if isinstance(above, NamedNode) and above.value not in found:
                    found.add(above.value)
                    waiting.append(above.value)
        return frozenset(found - {iri})

    def most_specific(self, classes: Iterable[str]) -> list[str]:
        """Return those classes that are above no other of them, by label."""
        given = set(classes)
        above = {each for one in given for each in self.superclasses(one)}
        kept = given - above or given  # classes that are equivalent are all above each other
        return sorted(kept, key=lambda iri: (iri.startswith(OWL), self._labels.name(iri).label))

    def _incoming_label(self, iri: str) -> str:
        """Return how a property reads from its object, or an empty text where none is given."""
        texts = [
            quad.object
            for quad in self._store.quads(NamedNode(iri), _INCOMING_LABEL, None, DEFAULT_GRAPH)
            if isinstance(quad.object, Literal)
        ]
        return self._labels.choose(texts)[0]

    def _comment(self, iri: str) -> str:
        """Return what a term means, in its own words, or an empty text."""
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
        """Return the properties that say the same from the other end."""
        node = NamedNode(iri)
        found = [each.object for each in self._store.quads(node, _INVERSE, None, DEFAULT_GRAPH)]
        found += [each.subject for each in self._store.quads(None, _INVERSE, node, DEFAULT_GRAPH)]
        own = {iri} if self.is_symmetric(iri) else set()
        return frozenset({each.value for each in found if isinstance(each, NamedNode)} | own)

    def _is_symmetric(self, iri: str) -> bool:
        """Say whether a property is declared symmetric."""
        return any(self._store.quads(NamedNode(iri), _TYPE, _SYMMETRIC, DEFAULT_GRAPH))

    def section(self, iri: str) -> str:
        """Return where a property is told: among ``relations``, ``identifiers`` or ``notes``."""
        above = {iri, *self.superproperties(iri)}
        if above & _NOTES:
            return "notes"
        return "identifiers" if above & _IDENTIFIERS else "relations"

    def rank(self, iri: str) -> int:
        """Return the place of a property in a reader's order; those unknown lie in the middle."""
        return _RANKS.get(iri, _LAST_RANKS.get(iri, 500))

    def name(self, iri: str) -> Name:
        """Name a term by the rule of `ipgraph.entities.labels`."""
        return self._labels.name(iri)
