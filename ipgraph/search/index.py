"""Search: an index of names and terms in one SQLite file of the snapshot.

Rows are numbered by weight (how many statements mention a thing), so an unranked look-up that stops
early has the best hits first; ranking by the text engine would be a hundred times slower. Building
reads each statement once; a look-up costs well under a millisecond at thousands of names.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from ipgraph.search.builder import fold, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Hits that are read and ordered; beyond them a result says "more than".
MAX_HITS = 2000
MAX_SUGGESTED = 200
NEAR_ENOUGH = 0.6
# The orders in which the things of a class are listed.
SORTS = {
    "label": "t.folded, t.iri",
    "short": "t.acronym = '', t.acronym, t.folded, t.iri",
    "mentions": "t.weight DESC, t.folded, t.iri",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found, and by which of its names."""

    iri: str
    label: str
    acronym: str
    kind: str  # the IRI of its class, empty if it has none
    description: str
    matched: str = ""  # the name that matched, where it is neither label nor acronym
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search. `facets` counts the hits of each class, most first."""

    hits: tuple[Hit, ...]
    total: int
    complete: bool  # False where more match than were counted
    facets: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A class, property or thing as a completion; `uses` says how often the data use it."""

    iri: str
    label: str
    uses: int
    comment: str


class SearchIndex:
    """An index made by `ipgraph.search.builder.build`; any number of threads may read it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        weakref.finalize(self, _close, self._opened)

    def suggest(self, text: str, limit: int = 8) -> tuple[Hit, ...]:
        """Return the things that a beginning of a name most likely means, the best first."""
        return tuple(self._ordered(text, MAX_SUGGESTED)[:limit])

    def search(self, text: str, *, kind: str = "", limit: int = 20, offset: int = 0) -> Found:
        """Return a page of the things that hold all words of `text`, those by name first."""
        hits = self._ordered(text, MAX_HITS)
        known = {hit.iri for hit in hits}
        if len(hits) < MAX_HITS:
            hits += [each for each in self._described(text, MAX_HITS) if each.iri not in known]
        facets = Counter(hit.kind for hit in hits)
        chosen = [hit for hit in hits if not kind or hit.kind == kind]
        return Found(
            hits=tuple(chosen[offset : offset + limit]),
            total=len(chosen),
            complete=len(hits) < MAX_HITS,
            facets=tuple(facets.most_common()),
        )

    def nearest(self, text: str, limit: int = 5) -> tuple[Hit, ...]:
        """Return the things whose names look most like `text`, by their groups of three letters."""
        folded = fold(text)
        parts = {folded[at : at + 3] for at in range(len(folded) - 2)}
        if not parts:
            return ()
        match = " OR ".join(_quoted(each) for each in sorted(parts))
        rows = self._rows(
            "SELECT n.thing, n.folded FROM near JOIN names n ON n.id = near.rowid"
            " WHERE near MATCH ? LIMIT 2000",
            (match,),
        )
        scored: dict[int, float] = {}
        matcher = SequenceMatcher(None)
        matcher.set_seq2(folded)
        for thing, name in rows:
            matcher.set_seq1(name)
            # The bounds are far cheaper than the ratio, and few names pass them.
            if min(matcher.real_quick_ratio(), matcher.quick_ratio()) >= NEAR_ENOUGH:
                scored[thing] = max(scored.get(thing, 0.0), matcher.ratio())
        best = sorted(scored, key=lambda each: (-scored[each], each))
        return tuple(
            hit
            for each in best[:limit]
            if scored[each] >= NEAR_ENOUGH
            for hit in self._things([each])
        )

    def complete(self, kind: str, text: str, *, within: str = "", limit: int = 20) -> list[Term]:
        """Return the terms (`kind`: class or property) or things (entity) that `text` begins.

        Properties that instances of the class `within` have come first; then exact names, names
        that begin so, names that contain it, each by use.
        """
        if kind == "entity":
            return [
                Term(hit.iri, hit.label, hit.weight, hit.description)
                for hit in self.suggest(text.partition(":")[2] or text, limit)
            ]
        wanted = fold(text.rpartition(":")[2])
        rows = self._rows(
            "SELECT t.iri, t.label, t.uses, t.comment, t.folded, t.local, COALESCE(u.uses, 0)"
            " FROM terms t LEFT JOIN used u ON u.property = t.iri AND u.class = ?"
            " WHERE t.kind = ? AND (t.folded LIKE ? ESCAPE '\\' OR t.local LIKE ? ESCAPE '\\')",
            (within, kind, f"%{_escaped(wanted)}%", f"%{_escaped(wanted)}%"),
        )

        def order(row: Sequence[Any]) -> tuple[bool, bool, bool, int, str]:
            exact = wanted in (row[4], row[5])
            begins = row[4].startswith(wanted) or row[5].startswith(wanted)
            return (not row[6], not exact, not begins, -row[2], row[1])

        return [Term(*row[:4]) for row in sorted(rows, key=order)[:limit]]

    def instances(
        self, kind: str, *, initial: str = "", limit: int = 50, offset: int = 0, sort: str = "label"
    ) -> tuple[Hit, ...]:
        """Return the things of a class, what is inferred included, in an order of `SORTS`."""
        return self._hits(
            _INSTANCES.replace("$order", SORTS[sort]), (kind, initial, initial, limit, offset)
        )

    def initials(self, kind: str) -> dict[str, int]:
        """Count the things of a class by the first letter of their labels."""
        rows = self._rows(
            "SELECT t.initial, COUNT(*) FROM instances i JOIN things t ON t.id = i.thing"
            " WHERE i.class = ? GROUP BY t.initial ORDER BY t.initial",
            (kind,),
        )
        return dict(rows)

    def kinds(self) -> tuple[tuple[str, int], ...]:
        """Count the things by the class that says most about each, most first."""
        rows = self._rows(
            "SELECT kind, COUNT(*) FROM things WHERE kind <> ''"
            " GROUP BY kind ORDER BY 2 DESC, kind",
            (),
        )
        return tuple(rows)

    def of_kind(self, kind: str, limit: int, offset: int = 0) -> tuple[Hit, ...]:
        """Return the things about which a class says most, by label."""
        return self._hits(
            "SELECT {columns} FROM things t WHERE t.kind = ?"
            " ORDER BY t.folded, t.iri LIMIT ? OFFSET ?",
            (kind, limit, offset),
        )

    def used_with(self, kind: str) -> tuple[tuple[str, int], ...]:
        """Count the properties that a sample of the instances of a class have, most first."""
        rows = self._rows(
            "SELECT property, uses FROM used WHERE class = ? ORDER BY uses DESC, property", (kind,)
        )
        return tuple(rows)

    def terms(self, kind: str) -> list[Term]:
        """Return all terms of a kind (class or property), by label."""
        query = "SELECT iri, label, uses, comment FROM terms WHERE kind = ? ORDER BY folded, iri"
        return [Term(*row) for row in self._rows(query, (kind,))]

    def term(self, iri: str) -> tuple[str, int] | None:
        """Return the kind of a term and the number of its uses, or None for what is none."""
        rows = self._rows("SELECT kind, uses FROM terms WHERE iri = ?", (iri,))
        return (str(rows[0][0]), int(rows[0][1])) if rows else None

    def _ordered(self, text: str, limit: int) -> list[Hit]:
        """Return the hits by name: exact short names, exact labels, beginnings, then by weight."""
        folded = fold(text)
        if not folded:
            return []
        names: dict[int, tuple[tuple[bool, ...], str, int]] = {}
        rows = self._rows(_EXACT, (folded,))
        if words(text):
            rows += self._rows(_FOUND, (_prefixes(text), limit))
        for thing, name, name_folded, sort in rows:
            same = name_folded == folded
            order = (not (same and sort == 0), not same, not name_folded.startswith(folded))
            if thing not in names or order < names[thing][0]:
                names[thing] = (order, name, sort)
        best = sorted(names, key=lambda each: (names[each][0], each))
        things = dict(zip(best, self._things(best), strict=True))
        return [
            _matched(hit, names[each][1]) if names[each][2] > 1 else hit
            for each, hit in things.items()
        ]

    def _described(self, text: str, limit: int) -> list[Hit]:
        match = _prefixes(text)
        if not match:
            return []
        return list(
            self._hits(
                "SELECT {columns} FROM told JOIN things t ON t.id = told.rowid WHERE told MATCH ?"
                " LIMIT ?",
                (match, limit),
            )
        )

    def _things(self, ids: list[int]) -> list[Hit]:
        found: dict[int, Hit] = {}
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            marks = ",".join("?" * len(part))
            query = _BY_ID.replace("$columns", _COLUMNS).replace("$marks", marks)
            rows = self._rows(query, part)
            found.update({row[0]: Hit(*row[1:]) for row in rows})
        return [found[each] for each in ids]

    def _hits(self, query: str, values: tuple[object, ...]) -> tuple[Hit, ...]:
        rows = self._rows(query.format(columns=_COLUMNS), values)
        return tuple(Hit(*row) for row in rows)

    def _rows(self, query: str, values: Sequence[object]) -> list[Any]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            address = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            self._local.connection = connection
            self._opened.append(connection)
        return connection.execute(query, values).fetchall()


_COLUMNS = "t.iri, t.label, t.acronym, t.kind, t.description, '', t.weight"
_INSTANCES = (
    "SELECT {columns} FROM instances i JOIN things t ON t.id = i.thing WHERE i.class = ?"
    " AND (? = '' OR t.initial = ?) ORDER BY $order LIMIT ? OFFSET ?"
)
_BY_ID = "SELECT t.id, $columns FROM things t WHERE t.id IN ($marks)"
_EXACT = "SELECT thing, text, folded, sort FROM names WHERE folded = ? LIMIT 50"
_FOUND = (
    "SELECT n.thing, n.text, n.folded, n.sort FROM found f JOIN names n"
    " ON n.id = f.rowid WHERE found MATCH ? LIMIT ?"
)


def _close(opened: list[sqlite3.Connection]) -> None:
    """Close the connections of every thread; nobody uses them once their index is gone."""
    for each in opened:
        each.close()


def _matched(hit: Hit, name: str) -> Hit:
    return Hit(hit.iri, hit.label, hit.acronym, hit.kind, hit.description, name, hit.weight)


def _prefixes(text: str) -> str:
    """Write the match for names that hold a word beginning with each word of `text`."""
    return " ".join(f"{_quoted(word)}*" for word in words(text))


def _quoted(text: str) -> str:
    # SQLite's full-text search ends its pattern at a NUL, and finds it unterminated.
    return '"' + text.replace('"', '""').replace("\0", " ") + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
