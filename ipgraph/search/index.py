"""Search: an index of names and terms in one SQLite file of the snapshot.

Rows are numbered by weight (the number of statements that mention an entity), so an unranked
look-up that stops early has the best hits first; ranking by the text engine would be a hundred
times slower. A look-up takes well under a millisecond with thousands of names.
"""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from ipgraph.search.answering.answer import Answering
from ipgraph.search.answering.reading import Reader
from ipgraph.search.file import IndexFile
from ipgraph.search.folding import MAX_TEXT_CHARS, fold, query_words, unspaced_runs
from ipgraph.search.nameless import MARK
from ipgraph.search.ranking import Ranking
from ipgraph.search.ranks import NameType, Tier
from ipgraph.search.vocabulary import Vocabulary, content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ipgraph.entities.labels import Labels

# Hits that are read and ordered; with more, a result says "more than".
MAX_HITS = 2000
MAX_SUGGESTED = 200
MIN_SIMILARITY = 0.6
# The sort orders for the instances of a class.
SORTS = {
    "label": "t.folded, t.iri",
    "short": "t.acronym = '', t.acronym, t.folded, t.iri",
    "mentions": "t.weight DESC, t.folded, t.iri",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that matches, and the name that matches."""

    iri: str
    label: str
    acronym: str
    kind: str  # the IRI of its most specific class, empty if it has none
    description: str
    matched: str = ""  # the name that matches, if it is neither label nor acronym
    weight: int = 0

    @property
    def is_nameless(self) -> bool:
        """True if the entity has no IRI: `iri` is its label in this graph, ``_:`` before it."""
        return self.iri.startswith(MARK)


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of a search. `facets` are classes with their numbers of hits, largest first."""

    hits: tuple[Hit, ...]
    total: int
    complete: bool  # False if more entities match than were counted
    facets: tuple[tuple[str, int], ...]
    is_relaxed: bool = False  # True if no entity has all words of the text
    found: Answering = field(default_factory=Answering)  # what the questions of the dataset say


@dataclass(frozen=True, slots=True)
class Term:
    """A class, property or entity as a completion; `uses` counts its uses in the data."""

    iri: str
    label: str
    uses: int
    comment: str


class SearchIndex:
    """An index made by `ipgraph.search.builder.build`; any number of threads may read it.

    If its file cannot be read, `rebuild` makes a new one, once, and returns its path.
    """

    def __init__(
        self,
        path: Path,
        rebuild: Callable[[], Path] | None = None,
        synonyms: Iterable[tuple[str, tuple[str, ...]]] = (),
    ) -> None:
        """`synonyms` are words with those that mean the same in texts to search for."""
        self._file = IndexFile(path, rebuild)
        self._labels: Labels | None = None
        self.reader = Reader(self._rows, synonyms)
        self._ranking = Ranking(self._rows, self.reader)

    def labeled_by(self, labels: Labels) -> SearchIndex:
        """Return the same index with other labels: those of the index are in its own languages."""
        index = copy(self)
        index._labels = labels
        return index

    def _labeled(self, hit: Hit) -> Hit:
        if self._labels is None or hit.is_nameless:
            return hit
        label = self._labels.name(hit.iri).label
        if label == hit.label:
            return hit
        return replace(hit, label=label, matched="" if hit.matched == label else hit.matched)

    def suggest(self, text: str, limit: int = 8) -> tuple[Hit, ...]:
        """Return the entities with a name that starts with `text`, the best first."""
        return tuple(self._ordered(text, MAX_SUGGESTED)[:limit])

    def search(
        self, text: str, *, kind: str = "", limit: int = 20, offset: int = 0
    ) -> SearchResults:
        """Return a page of the entities with the words of `text`, matches by name first.

        Those with only some of the words follow if the text is a question, or if none has all.
        """
        text = text[:MAX_TEXT_CHARS]
        hits = self._ordered(text, MAX_HITS)
        reading = self.reader.read(text)
        others, whole = self._ranking.ranked(reading)
        known = {hit.iri for hit in hits}
        found = [
            (number, hit)
            for number, hit in zip(others, self._by_id(others), strict=True)
            if hit.iri not in known and not hit.is_nameless
        ]
        by_all_words = [hit for number, hit in found if number in whole]
        is_relaxed = not hits and not by_all_words and bool(found)
        if reading.is_question or is_relaxed:
            hits += [hit for _, hit in found]
        else:
            hits += by_all_words
        facets = Counter(hit.kind for hit in hits)
        chosen = [hit for hit in hits if not kind or hit.kind == kind]
        return SearchResults(
            hits=tuple(chosen[offset : offset + limit]),
            total=len(chosen),
            complete=len(hits) < MAX_HITS,
            facets=tuple(facets.most_common()),
            is_relaxed=is_relaxed,
        )

    def similar(self, text: str, limit: int = 5) -> tuple[Hit, ...]:
        """Return the entities with the names most similar to `text`, by their trigrams."""
        folded = fold(text[:MAX_TEXT_CHARS])
        trigrams = {folded[start : start + 3] for start in range(len(folded) - 2)}
        if not trigrams:
            return ()
        match = " OR ".join(map(_quoted, sorted(trigrams)))
        rows = self._rows(
            "SELECT n.entity, n.folded FROM name_trigrams t JOIN names n ON n.id = t.rowid"
            " WHERE name_trigrams MATCH ? LIMIT 2000",
            (match,),
        )
        scores: dict[int, float] = {}
        matcher = SequenceMatcher(None)
        matcher.set_seq2(folded)
        for entity, name in rows:
            matcher.set_seq1(name)
            # The upper bounds are far cheaper than the ratio, and few names pass them.
            if min(matcher.real_quick_ratio(), matcher.quick_ratio()) >= MIN_SIMILARITY:
                scores[entity] = max(scores.get(entity, 0.0), matcher.ratio())
        best = sorted(scores, key=lambda entity: (-scores[entity], entity))[:limit]
        return tuple(self._by_id([entity for entity in best if scores[entity] >= MIN_SIMILARITY]))

    def complete(self, kind: str, text: str, *, within: str = "", limit: int = 20) -> list[Term]:
        """Return the terms that contain `text`; `kind` is ``class``, ``property`` or ``entity``.

        The properties of instances of the class `within` come first; then exact names, names that
        start with `text`, other names; each group by uses.
        """
        if kind == "entity":
            return [
                Term(hit.iri, hit.label, hit.weight, hit.description)
                for hit in self.suggest(text.partition(":")[2] or text, limit)
            ]
        wanted = fold(text[:MAX_TEXT_CHARS].rpartition(":")[2])
        rows = self._rows(
            "SELECT t.iri, t.label, t.uses, t.comment, t.folded, t.local, COALESCE(u.uses, 0)"
            " FROM terms t LEFT JOIN property_uses u ON u.property = t.iri AND u.class = ?"
            " WHERE t.kind = ? AND (t.folded LIKE ? ESCAPE '\\' OR t.local LIKE ? ESCAPE '\\')",
            (within, kind, f"%{_escaped(wanted)}%", f"%{_escaped(wanted)}%"),
        )

        def order(row: Sequence[Any]) -> tuple[bool, bool, bool, int, str]:
            exact = wanted in (row[4], row[5])
            starts = row[4].startswith(wanted) or row[5].startswith(wanted)
            return (not row[6], not exact, not starts, -row[2], row[1])

        return [Term(*row[:4]) for row in sorted(rows, key=order)[:limit]]

    def instances(
        self, kind: str, *, initial: str = "", limit: int = 50, offset: int = 0, sort: str = "label"
    ) -> tuple[Hit, ...]:
        """Return the instances of a class, including inferred ones, in an order of `SORTS`."""
        return self._hits(
            _INSTANCES.replace("$order", SORTS[sort]), (kind, initial, initial, limit, offset)
        )

    def initials(self, kind: str) -> dict[str, int]:
        """Count the instances of a class by the first letter of their labels."""
        rows = self._rows(
            "SELECT t.initial, COUNT(*) FROM instances i JOIN entities t ON t.id = i.entity"
            " WHERE i.class = ? GROUP BY t.initial ORDER BY t.initial",
            (kind,),
        )
        return dict(rows)

    def kinds(self) -> tuple[tuple[str, int], ...]:
        """Count the entities by their most specific class, largest first."""
        rows = self._rows(
            "SELECT kind, COUNT(*) FROM entities WHERE kind <> ''"
            " GROUP BY kind ORDER BY 2 DESC, kind",
            (),
        )
        return tuple(content(rows))

    def first(self) -> Hit | None:
        """Return the entity with most links to it, a term only if there is nothing else."""
        hits = self._hits("SELECT {columns} FROM entities t ORDER BY t.id LIMIT 1", ())
        return next((hit for hit in hits if not hit.is_nameless), None)

    def of_kind(self, kind: str, limit: int, offset: int = 0) -> tuple[Hit, ...]:
        """Return the entities with this most specific class, by label."""
        return self._hits(
            "SELECT {columns} FROM entities t WHERE t.kind = ?"
            " ORDER BY t.folded, t.iri LIMIT ? OFFSET ?",
            (kind, limit, offset),
        )

    def used_with(self, kind: str) -> tuple[tuple[str, int], ...]:
        """Count the properties of a sample of the instances of a class, largest first."""
        rows = self._rows(
            "SELECT property, uses FROM property_uses WHERE class = ? ORDER BY uses DESC, property",
            (kind,),
        )
        return tuple(rows)

    def terms(self, kind: str) -> list[Term]:
        """Return all terms of a kind (class or property), by label."""
        query = "SELECT iri, label, uses, comment FROM terms WHERE kind = ? ORDER BY folded, iri"
        return [Term(*row) for row in self._rows(query, (kind,))]

    def term(self, iri: str) -> tuple[str, int] | None:
        """Return the kind of a term and the number of its uses, or None for an unknown IRI."""
        rows = self._rows("SELECT kind, uses FROM terms WHERE iri = ?", (iri,))
        return (str(rows[0][0]), int(rows[0][1])) if rows else None

    @property
    def vocabulary(self) -> Vocabulary:
        """The hierarchy of the terms."""
        return Vocabulary(self._rows)

    def _ordered(self, text: str, limit: int) -> list[Hit]:
        """Return the hits by name: exact short names, exact labels, prefixes, then by weight."""
        text = text[:MAX_TEXT_CHARS]
        folded = fold(text)
        if not folded:
            return []
        names: dict[int, tuple[tuple[bool, ...], str, int]] = {}
        rows = self._rows(_EXACT, (folded,))
        if match := _prefixes(text):
            runs = unspaced_runs(text)
            rows += [
                row
                for row in self._rows(_BY_WORDS, (match, limit))
                if all(run in row[2] for run in runs)
            ]
        for entity, name, name_folded, name_type, tier in rows:
            same = name_folded == folded
            is_short_name = name_type == NameType.SHORT
            # A person comes before a document whose title begins with the name.
            is_evidence = tier > Tier.ENTITY
            begins = name_folded.startswith(folded)
            order = (not (same and is_short_name), not same, is_evidence, not begins)
            if entity not in names or order < names[entity][0]:
                names[entity] = (order, name, name_type)
        best = sorted(names, key=lambda entity: (names[entity][0], entity))
        return [
            replace(hit, matched=names[entity][1]) if self._is_other(hit, *names[entity]) else hit
            for entity, hit in zip(best, self._by_id(best), strict=True)
        ]

    @staticmethod
    def _is_other(hit: Hit, order: object, name: str, name_type: int) -> bool:
        """True if a name that matches is neither the label that is shown nor a short name."""
        return name_type in (NameType.LABEL, NameType.OTHER) and name != hit.label

    def _by_id(self, ids: list[int]) -> list[Hit]:
        hits: dict[int, Hit] = {}
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            marks = ",".join("?" * len(part))
            query = _BY_ID.replace("$columns", _COLUMNS).replace("$marks", marks)
            rows = self._rows(query, part)
            hits.update({row[0]: self._labeled(Hit(*row[1:])) for row in rows})
        return [hits[number] for number in ids]

    def _hits(self, query: str, values: tuple[object, ...]) -> tuple[Hit, ...]:
        rows = self._rows(query.format(columns=_COLUMNS), values)
        return tuple(self._labeled(Hit(*row)) for row in rows)

    def _rows(self, query: str, values: Sequence[object]) -> list[Any]:
        return self._file.rows(query, values)


_COLUMNS = "t.iri, t.label, t.acronym, t.kind, t.description, '', t.weight"
_INSTANCES = (
    "SELECT {columns} FROM instances i JOIN entities t ON t.id = i.entity WHERE i.class = ?"
    " AND (? = '' OR t.initial = ?) ORDER BY $order LIMIT ? OFFSET ?"
)
_BY_ID = "SELECT t.id, $columns FROM entities t WHERE t.id IN ($marks)"
_EXACT = (
    "SELECT n.entity, n.text, n.folded, n.type, e.tier FROM names n JOIN entities e"
    " ON e.id = n.entity WHERE n.folded = ? LIMIT 50"
)
_BY_WORDS = (
    "SELECT n.entity, n.text, n.folded, n.type, e.tier FROM name_words w JOIN names n"
    " ON n.id = w.rowid JOIN entities e ON e.id = n.entity WHERE name_words MATCH ? LIMIT ?"
)


def _prefixes(text: str) -> str:
    """Return the FTS5 query for texts with a word that starts with each word of `text`."""
    return " ".join(f"{_quoted(word)}*" for word in query_words(text))


def _quoted(text: str) -> str:
    # FTS5 ends its query at a NUL, and then reports an unterminated string.
    return '"' + text.replace('"', '""').replace("\0", " ") + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
