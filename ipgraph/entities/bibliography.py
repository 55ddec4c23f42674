"""The bibliography of documents: titles, publishers, dates, addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.labels import DEFAULT_GRAPH, Labels
from ipgraph.namespaces import DCTERMS, FOAF, IP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.store import Store

# A bound on memory, as for labels.
_MAX_CACHED = 50_000


@dataclass(frozen=True, slots=True)
class Source:
    """A document, and how it is cited; unknown facts are empty."""

    iri: str
    title: str
    publisher: str = ""
    issued: str = ""
    as_of: str = ""
    genre: str = ""
    authority: str = ""
    page: str = ""
    archived: str = ""
    statements: int = 0  # in the whole graph
    number: int = 0  # in the description that cites it, from 1
    supported: int = 0  # statements of that description


class Bibliography:
    """Reads the documents of one graph that does not change; each is read once."""

    def __init__(self, store: Store, labels: Labels, counts: Mapping[str, int]) -> None:
        """Take the number of statements in each named graph."""
        self._store = store
        self._labels = labels
        self.counts = counts
        self._cache: dict[str, Source] = {}

    def source(self, iri: str) -> Source:
        """Return the bibliography of a document."""
        source = self._cache.get(iri)
        if source is None:
            if len(self._cache) >= _MAX_CACHED:
                self._cache.clear()
            source = self._cache[iri] = self._read(iri)
        return source

    def _read(self, iri: str) -> Source:
        publisher = self._first(iri, DCTERMS + "publisher")
        return Source(
            iri=iri,
            title=self._labels.name(iri).label,
            publisher=publisher or self._first(iri, IP + "publisherName"),
            issued=self._first(iri, DCTERMS + "issued"),
            as_of=self._first(iri, IP + "asOf"),
            genre=self._first(iri, IP + "genre"),
            authority=self._first(iri, IP + "authority"),
            page=self._first(iri, FOAF + "page", is_address=True),
            archived=self._first(iri, IP + "archivedAt", is_address=True),
            statements=self.counts.get(iri, 0),
        )

    def _first(self, iri: str, predicate: str, *, is_address: bool = False) -> str:
        quads = self._store.quads(NamedNode(iri), NamedNode(predicate), None, DEFAULT_GRAPH)
        first = min((quad.object for quad in quads), key=str, default=None)
        if isinstance(first, NamedNode):
            return first.value if is_address else self._labels.name(first.value).label
        return first.value if isinstance(first, Literal) else ""
