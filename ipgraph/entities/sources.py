"""The documents of a graph, and the statements from each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from ipgraph.namespaces import INFERRED_GRAPH

if TYPE_CHECKING:
    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.entity import Entities
    from ipgraph.entities.labels import Name
    from ipgraph.entities.statements import Value

# Statements of a document that are read for a page of it.
MAX_READ = 20_000


@dataclass(frozen=True, slots=True)
class SubjectStatements:
    """The statements of a document about one subject, by relation."""

    subject: Name | None  # None for a thing without an IRI, which no other statement is about
    relations: tuple[tuple[Name, tuple[Value, ...]], ...]
    node: BlankNode | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class DocumentStatements:
    """Statements of a document about some subjects; whether there are more subjects.

    `is_cut` is true if the document has more statements than are read (`MAX_READ`).
    """

    subjects: tuple[SubjectStatements, ...]
    has_more: bool
    is_cut: bool


class Sources:
    """Reads the documents of one graph."""

    def __init__(self, entities: Entities) -> None:
        self._entities = entities
        self._bibliography = entities.bibliography

    def all(self) -> tuple[Source, ...]:
        """Return every document, by title."""
        not_documents = (INFERRED_GRAPH, *self._entities.model.config.graphs.ontology)
        iris = (iri for iri in self._bibliography.counts if iri not in not_documents)
        sources = map(self._bibliography.source, iris)
        return tuple(sorted(sources, key=lambda source: (source.title.casefold(), source.iri)))

    def source(self, iri: str) -> Source:
        """Return the bibliography of a document."""
        return self._bibliography.source(iri)

    def statements_of(self, iri: str, limit: int, offset: int = 0) -> DocumentStatements:
        """Return the statements of a document about `limit` subjects from `offset` on, by label.

        Statements about the document itself are left out. Of a document with more than `MAX_READ`
        statements, only so many are read, which the store chooses.
        """
        by_subject: dict[str, dict[str, list[Value]]] = {}
        nameless: dict[BlankNode, None] = {}
        nested: set[object] = set()
        quads = iter(self._entities.reader.written.quads(None, None, None, NamedNode(iri)))
        for quad in islice(quads, MAX_READ):
            nested.add(quad.object)
            if isinstance(quad.subject, BlankNode):
                nameless[quad.subject] = None
            if isinstance(quad.subject, NamedNode) and quad.subject.value != iri:
                relations = by_subject.setdefault(quad.subject.value, {})
                value = self._entities.reader.value(quad.object)
                relations.setdefault(quad.predicate.value, []).append(value)
        is_cut = next(quads, None) is not None
        names = sorted(
            map(self._entities.labels.name, by_subject),
            key=lambda name: (name.label.casefold(), name.iri),
        )
        found = [SubjectStatements(name, ()) for name in names]
        found += [SubjectStatements(None, (), node) for node in nameless if node not in nested]
        subjects = tuple(
            replace(entry, relations=self._ordered(by_subject[entry.subject.iri]))
            if entry.subject
            else self._nameless(entry)
            for entry in islice(found, offset, offset + limit)
        )
        return DocumentStatements(subjects, len(found) > offset + limit, is_cut)

    def _nameless(self, entry: SubjectStatements) -> SubjectStatements:
        """Return what is said about a thing without an IRI."""
        assert entry.node is not None  # noqa: S101  an entry has a subject or a node
        value = self._entities.reader.value(entry.node)
        return replace(entry, label=value.text, relations=value.parts)

    def _ordered(
        self, relations: dict[str, list[Value]]
    ) -> tuple[tuple[Name, tuple[Value, ...]], ...]:
        terms = self._entities.vocabulary
        ordered = sorted(relations, key=lambda iri: (terms.rank(iri), iri))
        return tuple(
            (terms.name(iri), tuple(sorted(relations[iri], key=lambda value: value.text)))
            for iri in ordered
        )
