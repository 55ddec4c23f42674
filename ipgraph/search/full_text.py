"""The texts of entities by column, with stems, for hits ranked by BM25.

SQLite's Porter stemmer reduces English words to their stems, on both sides of a search alike. In
other languages it only cuts a few endings. An entity is found by its names, its definition, its
other literals, the names of its neighbors, and what dated nodes and figures say about it; a
document also by the entities that it describes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from ipgraph.namespaces import RDF
from ipgraph.search.folding import index_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ipgraph.entities.entity import Entities

# SQLite computes no BM25 without positions (`detail=full`): every score would be 0.
SCHEMA = """
CREATE VIRTUAL TABLE texts USING fts5(names, definition, own, around, content='',
  tokenize="porter unicode61 remove_diacritics 0 categories 'L* N* Co M*'");
CREATE VIRTUAL TABLE text_terms USING fts5vocab(texts, row);
"""
# With more entities, the names of neighbors are left out: they are two thirds of the words.
MAX_WITH_NEIGHBORS = 200_000
_MAX_NEIGHBORS = 100
_MAX_DESCRIBED = 600  # statements of a document that are read for its entities
_MAX_LITERALS = 500
_MAX_TEXT = 20_000
_MAX_WORDS = 5_000
# Ranking reads every hit, at about 2 µs each.
MAX_SCORED = 20_000
_MAX_RANKED = 200
# A hub with hundreds of neighbors has nearly every word in its last column.
_RANKED = (
    "SELECT rowid, bm25(texts, 8.0, 4.0, 2.0, 1.0) AS score FROM texts WHERE texts MATCH ?"
    " ORDER BY score LIMIT ?"
)
_IN_NAMES, _IN_REST = 0.6, 0.4
_TYPE = NamedNode(RDF + "type")
_DEFAULT = DefaultGraph()
_UNKNOWN_FREQUENCY = 0.5
_MAX_BEGINNINGS = 500  # words that begin with a part of a word
_LAST = "\U0010ffff"


class TextReader:
    """Reads what one entity is found by, besides its names."""

    def __init__(self, entities: Entities, *, with_neighbors: bool) -> None:
        self._store = entities.store
        self._label = entities.labels.name
        self._nodes = entities.model.not_indexed
        self._with_neighbors = with_neighbors

    def texts(self, iri: str, known: set[str]) -> tuple[str, str]:
        """Return the words of the literals of an entity, and those of what is around it.

        The texts `known` are left out.
        """
        node = NamedNode(iri)
        quads = [*islice(self._store.quads(node, None, None, _DEFAULT), _MAX_LITERALS)]
        own = (quad.object.value for quad in quads if isinstance(quad.object, Literal))
        related = {
            quad.object.value: None
            for quad in quads
            if isinstance(quad.object, NamedNode) and quad.predicate != _TYPE
        }
        return _words(own, known), _words(self._around(node, related), known)

    def _around(self, node: NamedNode, related: dict[str, None]) -> Iterator[str]:
        if not self._with_neighbors:
            return
        for quad in islice(self._store.quads(None, None, node, _DEFAULT), 2 * _MAX_NEIGHBORS):
            if self._is_dated(quad.subject):
                yield from self._node(quad.subject, node.value)
            elif isinstance(quad.subject, NamedNode):
                related[quad.subject.value] = None
        for neighbor in islice(related, _MAX_NEIGHBORS):
            yield self._label(neighbor).label
        described = islice(self._store.quads(None, None, None, node), _MAX_DESCRIBED)
        subjects = {q.subject.value for q in described if isinstance(q.subject, NamedNode)}
        for subject in sorted(subjects - {node.value} - related.keys()):
            yield self._label(subject).label

    def _is_dated(self, node: object) -> bool:
        if not isinstance(node, NamedNode | BlankNode) or not self._nodes:
            return False
        kinds = self._store.quads(node, _TYPE, None, _DEFAULT)
        return any(getattr(quad.object, "value", "") in self._nodes for quad in kinds)

    def _node(self, node: Any, iri: str) -> Iterator[str]:
        """Yield what a dated node or a figure says about an entity."""
        for quad in islice(self._store.quads(node, None, None, _DEFAULT), _MAX_NEIGHBORS):
            value = quad.object
            if isinstance(value, Literal):
                yield value.value
            elif isinstance(value, NamedNode) and quad.predicate != _TYPE and value.value != iri:
                yield self._label(value.value).label


@lru_cache(maxsize=20_000)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(index_words(text))


def _words(texts: Iterable[str], known: set[str]) -> str:
    """Return the distinct words of some texts, at most `_MAX_WORDS`."""
    words: dict[str, None] = {}
    for text in texts:
        if text not in known:
            words.update(dict.fromkeys(_words_of(text[:_MAX_TEXT])))
        if len(words) > _MAX_WORDS:
            break
    return " ".join(islice(words, _MAX_WORDS))


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entity by its number: its BM25 score from 0 to 1, and the share of the words it has.

    `coverage` weighs the words by their rarity. `has_all` is true if its own texts have all words.
    """

    entity: int
    score: float
    coverage: float
    has_all: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a search: its FTS5 query, and the number of entities that have it.

    The query is a quoted folded word, which has letters, digits and marks only.
    """

    match: str
    frequency: int


class FullText:
    """The texts of an index; `rows` runs a query on it."""

    def __init__(self, rows: Callable[[str, Sequence[object]], list[Any]]) -> None:
        self._rows = rows

    def ranked(self, words: Iterable[str], stem: Callable[[str], str]) -> list[Ranked]:
        """Return the entities with any of some folded words, the best first by BM25.

        The commonest words are not looked up if all of them together are in more than
        `MAX_SCORED` entities.
        """
        wanted = [self._word(word, stem(word)) for word in dict.fromkeys(words)]
        match = " OR ".join(word.match for word in _rarest(wanted))
        if not match:
            return []
        rows = self._rows(_RANKED, (match, _MAX_RANKED))
        ids = {row[0] for row in rows}
        count = self._count()
        rarity = [math.log(2 + count / (word.frequency or _UNKNOWN_FREQUENCY)) for word in wanted]
        held = dict.fromkeys(ids, 0.0)
        missing = dict.fromkeys(ids, 0)
        for word, weight in zip(wanted, rarity, strict=True):
            anywhere = self._with(word.match)
            named = self._with("{names definition} : " + word.match)
            own = named | self._with("own : " + word.match)
            for entity in ids:
                if entity in anywhere:
                    share = _IN_REST + (_IN_NAMES if entity in named else 0)
                    held[entity] += share * weight / sum(rarity)
                missing[entity] += entity not in own
        best = -rows[0][1] if rows else 0.0
        return [
            Ranked(entity, -score / (best or 1.0), held[entity], not missing[entity])
            for entity, score in rows
        ]

    def _word(self, word: str, stem: str) -> _Word:
        """Return how a word is looked up: by its stem, else by the words that begin with it.

        A part of a text in a script without spaces begins one of its words (`index_words`).
        """
        rows = self._rows("SELECT doc FROM text_terms WHERE term = ?", (stem,))
        if rows and word.isascii():
            return _Word(f'"{word}"', int(rows[0][0]))
        query = (
            "SELECT SUM(doc) FROM (SELECT doc FROM text_terms WHERE term >= ? AND term < ? LIMIT ?)"
        )
        rows = self._rows(query, (word, word + _LAST, _MAX_BEGINNINGS))
        return _Word(f'"{word}" *', int(rows[0][0] or 0))

    def _count(self) -> int:
        rows = self._rows("SELECT MAX(id) FROM entities", ())
        return int(rows[0][0] or 0)

    def _with(self, match: str) -> set[int]:
        query = "SELECT rowid FROM texts WHERE texts MATCH ? LIMIT ?"
        return {row[0] for row in self._rows(query, (match, MAX_SCORED))}


def _rarest(words: Iterable[_Word]) -> list[_Word]:
    """Return the rarest words, as many as together are in `MAX_SCORED` entities."""
    found = sorted((word for word in words if word.frequency), key=lambda word: word.frequency)
    totals = accumulate(word.frequency for word in found)
    rare = [word for word, total in zip(found, totals, strict=True) if total <= MAX_SCORED]
    return rare or found[:1]
