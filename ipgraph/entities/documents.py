"""The documents that a graph rests on, and what each of them states."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.labels import DEFAULT_GRAPH, Name
from ipgraph.namespaces import DCTERMS, FOAF, INFERRED_GRAPH, IP, ONTOLOGY_GRAPH

if TYPE_CHECKING:
    from ipgraph.entities.entity import Entities
    from ipgraph.entities.statements import Value


@dataclass(frozen=True, slots=True)
class Document:
    """One document and how many statements the graph takes from it; unknown facts are empty."""

    iri: str
    title: str
    publisher: str
    issued: str
    as_of: str
    genre: str
    authority: str
    page: str
    archived: str
    statements: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a document states of one subject: its relations and their values."""

    subject: Name
    relations: tuple[tuple[Name, tuple[Value, ...]], ...]


class Sources:
    """Tells of the documents of one graph."""

    def __init__(self, entities: Entities, counts: dict[str, int]) -> None:
        """Take the number of statements of each named graph, the snapshot's own count."""
        self._entities = entities
        self._store = entities.store
        self._counts = counts

    def documents(self) -> tuple[Document, ...]:
        """Return every document, by title."""
        skipped = (INFERRED_GRAPH, ONTOLOGY_GRAPH)
        found = (self.document(iri) for iri in self._counts if iri not in skipped)
        return tuple(sorted(found, key=lambda each: (each.title.casefold(), each.iri)))

    def document(self, iri: str) -> Document:
        """Return the bibliographic facts of a document."""
        publisher = self._first(iri, DCTERMS + "publisher")
        return Document(
            iri=iri,
            title=self._entities.labels.name(iri).label,
            publisher=publisher or self._first(iri, IP + "publisherName"),
            issued=self._first(iri, DCTERMS + "issued"),
            as_of=self._first(iri, IP + "asOf"),
            genre=self._first(iri, IP + "genre"),
            authority=self._first(iri, IP + "authority"),
            page=self._first(iri, FOAF + "page", address=True),
            archived=self._first(iri, IP + "archivedAt", address=True),
            statements=self._counts.get(iri, 0),
        )

    def drawn(self, iri: str, limit: int, offset: int = 0) -> tuple[tuple[Drawn, ...], bool]:
        """Return what a document states, `limit` subjects from `offset` on, by label.

        The second value says whether there are more subjects. What the document says of itself is
        left out.
        """
        found: dict[str, dict[str, list[Value]]] = {}
        for quad in self._store.quads(None, None, None, NamedNode(iri)):
            if isinstance(quad.subject, NamedNode) and quad.subject.value != iri:
                relations = found.setdefault(quad.subject.value, {})
                value = self._entities.reader.value(quad.object)  # type: ignore[arg-type]
                relations.setdefault(quad.predicate.value, []).append(value)
        names = sorted(
            (self._entities.labels.name(each) for each in found),
            key=lambda each: (each.label.casefold(), each.iri),
        )
        shown = tuple(
            Drawn(name, self._ordered(found[name.iri]))
            for name in islice(names, offset, offset + limit)
        )
        return shown, len(names) > offset + limit

    def _ordered(
        self, relations: dict[str, list[Value]]
    ) -> tuple[tuple[Name, tuple[Value, ...]], ...]:
        terms = self._entities.terms
        ordered = sorted(relations, key=lambda each: (terms.rank(each), each))
        return tuple(
            (terms.name(each), tuple(sorted(relations[each], key=lambda value: value.text)))
            for each in ordered
        )

    def _first(self, iri: str, predicate: str, *, address: bool = False) -> str:
        quads = self._store.quads(NamedNode(iri), NamedNode(predicate), None, DEFAULT_GRAPH)
        found = sorted((quad.object for quad in quads), key=str)
        if not found:
            return ""
        if isinstance(found[0], NamedNode):
            return found[0].value if address else self._entities.labels.name(found[0].value).label
        return found[0].value if isinstance(found[0], Literal) else ""
