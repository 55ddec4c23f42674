"""Documentation of the classes and properties of a graph: definition, hierarchy, number of uses.

The terms come from the search index, so that any RDF file has documentation: from its own ontology
if it has one, else of the terms that it uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ipgraph.entities.labels import DEFAULT_GRAPH, Name
from ipgraph.entities.values import FIRST
from ipgraph.namespaces import (
    COMPUTED_GRAPHS,
    ONTOLOGY_LANGUAGES,
    OWL,
    RDF,
    RDFS,
    SCHEMA,
    SCHEMA_HTTP,
    SHACL,
    SKOS,
)
from ipgraph.resources import folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Quad

    from ipgraph.entities.entity import Entities
    from ipgraph.search.index import SearchIndex
    from ipgraph.store import Subject, Term

# The graphs whose statements are not stated there: the inferred one, and the merge of all.
NOT_STATED = (*map(NamedNode, COMPUTED_GRAPHS), DEFAULT_GRAPH)
DOMAINS = (
    *(RDFS + "domain", SCHEMA + "domainIncludes"),
    SCHEMA_HTTP + "domainIncludes",
)
RANGES = (RDFS + "range", SCHEMA + "rangeIncludes", SCHEMA_HTTP + "rangeIncludes")
# Statements read for one fact of a term.
MAX_READ = 2_000
_SUBCLASS = RDFS + "subClassOf"
_SUBPROPERTY = RDFS + "subPropertyOf"


@dataclass(frozen=True, slots=True)
class TermDocumentation:
    """One class or property; `above` and `below` are its stated direct neighbors."""

    name: Name
    kind: str  # "class" or "property"
    short: str
    comment: str
    uses: int
    above: tuple[Name, ...]
    below: tuple[Name, ...]
    domain: tuple[Name, ...] = ()
    range: tuple[Name, ...] = ()
    properties: tuple[Name, ...] = ()  # that have the class as domain, by an axiom or a shape
    inverses: tuple[Name, ...] = ()
    incoming_label: str = ""
    types: tuple[Name, ...] = ()  # object property, datatype property, transitive …
    related: tuple[Name, ...] = ()  # terms of other vocabularies
    notes: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()  # messages of the shapes for its instances or values
    examples: tuple[str, ...] = ()


@cache
def constraints() -> dict[str, tuple[str, ...]]:
    """Return the messages of the project's shapes for each class and property.

    A message belongs to the target classes of its shape and to the property of its path.
    """
    path = folder("ontology") / "shapes.ttl"
    if not path.is_file():
        return {}
    nodes: dict[str, list[tuple[str, str]]] = {}
    for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
        if isinstance(triple.subject, ox.NamedNode) and triple.predicate.value.startswith(SHACL):
            name = triple.predicate.value.removeprefix(SHACL)
            value = getattr(triple.object, "value", "")
            nodes.setdefault(triple.subject.value, []).append((name, value))
    messages_of: dict[str, set[str]] = {}
    for facts in nodes.values():
        targets = [value for name, value in facts if name == "targetClass"]
        for name, shape in facts:
            if name != "property":
                continue
            messages = {value for part, value in nodes.get(shape, ()) if part == "message"}
            paths = {value for part, value in nodes.get(shape, ()) if part == "path"}
            for iri in (*targets, *paths):
                messages_of.setdefault(iri, set()).update(messages)
    return {iri: tuple(sorted(messages)) for iri, messages in messages_of.items()}


class Documentation:
    """Reads the documentation of the terms of one graph."""

    def __init__(self, entities: Entities, index: SearchIndex) -> None:
        self._entities = entities
        self._store = entities.store
        self._index = index

    def terms(self, kind: str) -> tuple[TermDocumentation, ...]:
        """Return all classes or properties but those of RDF, RDFS and OWL, by label."""
        terms = [
            term for term in self._index.terms(kind) if not term.iri.startswith(ONTOLOGY_LANGUAGES)
        ]
        return tuple(self._read(term.iri, kind, term.uses) for term in terms)

    def term(self, iri: str) -> TermDocumentation | None:
        """Return one class or property, or None if the IRI is neither in the graph."""
        kind_and_uses = self._index.term(iri)
        return self._read(iri, *kind_and_uses) if kind_and_uses else None

    def tree(
        self, classes: tuple[TermDocumentation, ...]
    ) -> dict[str, tuple[TermDocumentation, ...]]:
        """Return the direct subclasses of each class; the top classes are under an empty text."""
        known = {term.name.iri for term in classes}
        below: dict[str, list[TermDocumentation]] = {}
        for term in classes:
            parents = [above.iri for above in term.above if above.iri in known]
            for parent in parents or [""]:
                below.setdefault(parent, []).append(term)
        return {parent: tuple(children) for parent, children in below.items()}

    def _read(self, iri: str, kind: str, uses: int) -> TermDocumentation:
        hierarchy = _SUBCLASS if kind == "class" else _SUBPROPERTY
        vocabulary = self._entities.vocabulary
        return TermDocumentation(
            name=self._entities.labels.name(iri),
            kind=kind,
            short=self._entities.store.prefixes.shorten(iri),
            comment=vocabulary.comment(iri),
            uses=uses,
            above=self._objects(iri, hierarchy),
            below=self._subjects(iri, hierarchy),
            domain=self._all_objects(iri, DOMAINS),
            range=self._all_objects(iri, RANGES),
            properties=self.properties_of(iri) if kind == "class" else (),
            inverses=tuple(
                self._entities.labels.name(inverse)
                for inverse in sorted(vocabulary.inverses(iri) - {iri})
            ),
            incoming_label=vocabulary.incoming_label(iri) if kind == "property" else "",
            types=self._objects(iri, RDF + "type"),
            related=self._objects(iri, RDFS + "seeAlso")
            + self._objects(iri, OWL + "equivalentClass")
            + self._objects(iri, OWL + "equivalentProperty"),
            constraints=constraints().get(iri, ()),
            notes=self._texts(iri, SKOS + "editorialNote"),
            examples=self._texts(iri, SKOS + "example"),
        )

    def properties_of(self, iri: str) -> tuple[Name, ...]:
        """Return the properties whose stated domain or whose shape names a class, by label."""
        node = NamedNode(iri)
        classes: list[Subject] = [node]
        for quad in self._stated(None, FIRST, node):  # a domain that is a union of classes
            if isinstance(quad.subject, Triple):
                continue  # RDF 1.2 has none; an endpoint may
            for owner, name in self._entities.reader.list_owners(quad.subject):
                if name == OWL + "unionOf":
                    classes.append(owner)
        iris = {
            quad.subject.value
            for property_iri in DOMAINS
            for class_ in classes
            for quad in self._stated(None, property_iri, class_)
            if isinstance(quad.subject, NamedNode)
        }
        shapes = [quad.subject for quad in self._stated(None, SHACL + "targetClass", node)]
        for shape in (node, *shapes):
            for quad in self._stated(shape, SHACL + "property", None):
                paths = self._stated(quad.object, SHACL + "path", None)
                iris |= {path.object.value for path in paths if isinstance(path.object, NamedNode)}
        return self._names(iris)

    def ranges(self, iri: str) -> tuple[Name, ...]:
        """Return the stated classes of the values of a property, by label."""
        return self._all_objects(iri, RANGES)

    def expressions(self, iri: str, predicates: tuple[str, ...]) -> list[BlankNode]:
        """Return the class expressions that are stated objects of a term, up to a limit."""
        found = [
            quad.object
            for predicate in predicates
            for quad in self._stated(NamedNode(iri), predicate, None)
            if isinstance(quad.object, BlankNode)
        ]
        return [*dict.fromkeys(found)]

    def _stated(self, subject: Term | None, predicate: str, object_: Term | None) -> Iterator[Quad]:
        quads = self._store.quads(subject, NamedNode(predicate), object_)
        return islice((quad for quad in quads if quad.graph_name not in NOT_STATED), MAX_READ)

    def _all_objects(self, iri: str, predicates: tuple[str, ...]) -> tuple[Name, ...]:
        return self._names(
            {name.iri for predicate in predicates for name in self._objects(iri, predicate)}
        )

    def _objects(self, iri: str, predicate: str) -> tuple[Name, ...]:
        """Return the objects of the stated statements with one subject and property, by label."""
        quads = self._store.quads(NamedNode(iri), NamedNode(predicate))
        iris = {
            quad.object.value
            for quad in quads
            if isinstance(quad.object, NamedNode) and quad.graph_name not in NOT_STATED
        }
        return self._names(iris)

    def _subjects(self, iri: str, predicate: str) -> tuple[Name, ...]:
        quads = self._store.quads(None, NamedNode(predicate), NamedNode(iri))
        iris = {
            quad.subject.value
            for quad in quads
            if isinstance(quad.subject, NamedNode) and quad.graph_name not in NOT_STATED
        }
        return self._names(iris)

    def _names(self, iris: set[str]) -> tuple[Name, ...]:
        names = map(self._entities.labels.name, iris)
        return tuple(sorted(names, key=lambda name: (name.label, name.iri)))

    def _texts(self, iri: str, predicate: str) -> tuple[str, ...]:
        quads = self._store.quads(NamedNode(iri), NamedNode(predicate), None, DEFAULT_GRAPH)
        texts = (quad.object.value for quad in quads if isinstance(quad.object, Literal))
        return tuple(sorted(texts))
