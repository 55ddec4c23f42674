"""The classes and properties of a graph as documentation: what each means, and how much it is used.

They are taken from the index, so that any RDF file documents itself: its own ontology where it has
one, else the terms that it uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode

from ipgraph.entities.labels import DEFAULT_GRAPH, Name
from ipgraph.namespaces import (
    INFERRED_GRAPH,
    ONTOLOGY_LANGUAGES,
    OWL,
    RDF,
    RDFS,
    SHACL,
    SKOS,
    shorten,
)
from ipgraph.resources import folder

if TYPE_CHECKING:
    from ipgraph.entities.entity import Entities
    from ipgraph.search.index import SearchIndex

# The languages in which ontologies are written; their terms document nothing of the graph.
# The graphs that hold what nobody stated there: the inferred one, and the merge of all.
_NOT_STATED = (NamedNode(INFERRED_GRAPH), DEFAULT_GRAPH)
_SUBCLASS = RDFS + "subClassOf"
_SUBPROPERTY = RDFS + "subPropertyOf"


@dataclass(frozen=True, slots=True)
class TermView:
    """One class or property. Hierarchies hold the direct ones that are stated, not the inferred."""

    name: Name
    kind: str  # "class" or "property"
    short: str
    comment: str
    uses: int
    above: tuple[Name, ...]
    below: tuple[Name, ...]
    domain: tuple[Name, ...] = ()
    range: tuple[Name, ...] = ()
    inverses: tuple[Name, ...] = ()
    incoming_label: str = ""
    sorts: tuple[Name, ...] = ()  # object, datatype, transitive …
    related: tuple[Name, ...] = ()  # terms of other vocabularies
    notes: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()  # what the shapes ask of its things, or of its values
    examples: tuple[str, ...] = ()


@cache
def constraints() -> dict[str, tuple[str, ...]]:
    """Return what the project's shapes ask of each class and property, in the words of the shapes.

    A shape's message counts for the classes it targets and for the property it looks at.
    """
    path = folder("ontology") / "shapes.ttl"
    if not path.is_file():
        return {}
    about: dict[str, list[tuple[str, str]]] = {}
    for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
        if isinstance(triple.subject, ox.NamedNode) and triple.predicate.value.startswith(SHACL):
            name = triple.predicate.value.removeprefix(SHACL)
            value = getattr(triple.object, "value", "")
            about.setdefault(triple.subject.value, []).append((name, value))
    found: dict[str, set[str]] = {}
    for facts in about.values():
        targets = [value for name, value in facts if name == "targetClass"]
        for name, shape in facts:
            if name != "property":
                continue
            messages = {value for part, value in about.get(shape, ()) if part == "message"}
            paths = {value for part, value in about.get(shape, ()) if part == "path"}
            for iri in (*targets, *paths):
                found.setdefault(iri, set()).update(messages)
    return {iri: tuple(sorted(texts)) for iri, texts in found.items()}


class Documentation:
    """Documents the terms of one graph."""

    def __init__(self, entities: Entities, index: SearchIndex) -> None:
        self._entities = entities
        self._store = entities.store
        self._index = index

    def terms(self, kind: str) -> tuple[TermView, ...]:
        """Return all classes or properties but those of RDF, RDFS and OWL, by label."""
        found = [
            term for term in self._index.terms(kind) if not term.iri.startswith(ONTOLOGY_LANGUAGES)
        ]
        return tuple(self._view(term.iri, kind, term.uses) for term in found)

    def term(self, iri: str) -> TermView | None:
        """Return one class or property, or None where the graph does not use the IRI as one."""
        found = self._index.term(iri)
        return self._view(iri, *found) if found else None

    def tree(self, classes: tuple[TermView, ...]) -> dict[str, tuple[TermView, ...]]:
        """Arrange classes below those above them; the roots are below the empty text."""
        known = {each.name.iri: each for each in classes}
        below: dict[str, list[TermView]] = {}
        for each in classes:
            parents = [above.iri for above in each.above if above.iri in known]
            for parent in parents or [""]:
                below.setdefault(parent, []).append(each)
        return {parent: tuple(children) for parent, children in below.items()}

    def _view(self, iri: str, kind: str, uses: int) -> TermView:
        hierarchy = _SUBCLASS if kind == "class" else _SUBPROPERTY
        terms = self._entities.terms
        return TermView(
            name=self._entities.labels.name(iri),
            kind=kind,
            short=shorten(iri),
            comment=terms.comment(iri),
            uses=uses,
            above=self._named(iri, hierarchy),
            below=self._naming(iri, hierarchy),
            domain=self._named(iri, RDFS + "domain"),
            range=self._named(iri, RDFS + "range"),
            inverses=tuple(
                self._entities.labels.name(each) for each in sorted(terms.inverses(iri) - {iri})
            ),
            incoming_label=terms.incoming_label(iri) if kind == "property" else "",
            sorts=self._named(iri, RDF + "type"),
            related=self._named(iri, RDFS + "seeAlso")
            + self._named(iri, OWL + "equivalentClass")
            + self._named(iri, OWL + "equivalentProperty"),
            constraints=constraints().get(iri, ()),
            notes=self._texts(iri, SKOS + "editorialNote"),
            examples=self._texts(iri, SKOS + "example"),
        )

    def _named(self, iri: str, predicate: str) -> tuple[Name, ...]:
        """Return the terms that sources state of a term by one property, by label."""
        quads = self._store.quads(NamedNode(iri), NamedNode(predicate))
        found = {
            quad.object.value
            for quad in quads
            if isinstance(quad.object, NamedNode) and quad.graph_name not in _NOT_STATED
        }
        return self._names(found)

    def _naming(self, iri: str, predicate: str) -> tuple[Name, ...]:
        quads = self._store.quads(None, NamedNode(predicate), NamedNode(iri))
        found = {
            quad.subject.value
            for quad in quads
            if isinstance(quad.subject, NamedNode) and quad.graph_name not in _NOT_STATED
        }
        return self._names(found)

    def _names(self, iris: set[str]) -> tuple[Name, ...]:
        names = (self._entities.labels.name(each) for each in iris)
        return tuple(sorted(names, key=lambda each: (each.label, each.iri)))

    def _texts(self, iri: str, predicate: str) -> tuple[str, ...]:
        quads = self._store.quads(NamedNode(iri), NamedNode(predicate), None, DEFAULT_GRAPH)
        texts = (quad.object.value for quad in quads if isinstance(quad.object, Literal))
        return tuple(sorted(texts))
