"""The bibliography of documents: titles, publishers, dates, addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.entities.labels import Labels
    from ipgraph.entities.model import Model

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

    def __init__(self, labels: Labels, model: Model, counts: Mapping[str, int]) -> None:
        """Take the number of statements in each named graph."""
        self._labels = labels
        self._model = model
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
        node = NamedNode(iri)

        def first(role: str, *, is_address: bool = False) -> str:
            term = self._model.first(node, role)
            if isinstance(term, NamedNode):
                return term.value if is_address else self._labels.name(term.value).label
            return term.value if isinstance(term, Literal) else ""

        return Source(
            iri=iri,
            title=self._labels.name(iri).label,
            publisher=first("publisher"),
            issued=first("issued"),
            as_of=first("seen"),
            genre=first("genre"),
            authority=first("rank"),
            page=first("page", is_address=True),
            archived=first("archive", is_address=True),
            statements=self.counts.get(iri, 0),
        )
