"""The classes and properties of a graph: names, reading order, hierarchy.

The cost of every look-up is bounded by the size of the ontology, never by that of the data. All
are cached: a snapshot does not change.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.labels import DEFAULT_GRAPH, Labels, Name
from ipgraph.namespaces import (
    DCTERMS,
    FOAF,
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

    from ipgraph.entities.model import Model
    from ipgraph.store import Store

# The reading order of well-known properties; others follow, by label.
READING_ORDER = (
    ORG + "unitOf",
    ORG + "subOrganizationOf",
    DCTERMS + "isPartOf",
    ORG + "memberOf",
    ORG + "holds",
    ORG + "postIn",
    *(SKOS + name for name in ("broader", "narrower", "related")),
)
# Properties that few readers need come last.
READ_LAST = (
    SKOS + "inScheme",
    DCTERMS + "subject",
    DCTERMS + "source",
    SCHEMA + "sameAs",
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

_SUBCLASS = NamedNode(RDFS + "subClassOf")
_SUBPROPERTY = NamedNode(RDFS + "subPropertyOf")
_TYPE = NamedNode(RDF + "type")
_SYMMETRIC = NamedNode(OWL + "SymmetricProperty")
_INVERSE = NamedNode(OWL + "inverseOf")


class Vocabulary:
    """The classes and properties of one graph, as its ontology describes them."""

    def __init__(self, store: Store, labels: Labels, model: Model) -> None:
        self._store = store
        self._labels = labels
        self._model = model
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
        for path in self._model.config.role("incoming"):
            ends = self._model.ends(NamedNode(iri), path)
            texts = [end for end in ends if isinstance(end, Literal)]
            if texts:
                return self._labels.choose(texts)[0]
        return ""

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
        if above.intersection(self._model.role("note")):
            return "notes"
        return "identifiers" if above.intersection(self._model.role("identifier")) else "relations"

    def rank(self, iri: str) -> int:
        """Return the rank of a property in reading order; unlisted ones are in the middle."""
        return self._ranks.get(iri, 500)

    @cached_property
    def _ranks(self) -> dict[str, int]:
        """The ranks of the properties of the dataset file, else of well-known ones."""
        groups = self._model.config.relations
        first = [iri for group in groups for iri in group.properties] or READING_ORDER
        last = {iri: 1000 + rank for rank, iri in enumerate(READ_LAST)}
        return last | {iri: rank for rank, iri in enumerate(first)}

    def name(self, iri: str) -> Name:
        """Return the name of a term by the rule of `ipgraph.entities.labels`."""
        return self._labels.name(iri)
