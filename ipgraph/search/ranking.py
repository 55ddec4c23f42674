"""Rank entities for a text: those that it names, then those whose texts have its words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ipgraph.search.folding import query_words
from ipgraph.search.full_text import FullText
from ipgraph.search.ranks import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ipgraph.search.answering.reading import Reader, Reading, Span

_COVERAGE = 1.2
_KIND = 0.4
_DOCUMENT = -0.3
_LAST = -2.0
_NAMED, _NAMED_WORD, _NAMESAKE = 1.2, 0.3, -0.6
_MAX_NAMESAKES = 3
_LINKS = 40  # what the logarithm of the number of links is divided by


class Ranking:
    """Ranks the entities of an index; `rows` runs a query on it."""

    def __init__(self, rows: Callable[[str, Sequence[object]], list[Any]], reader: Reader) -> None:
        self._rows = rows
        self._reader = reader
        self._texts = FullText(rows)

    def ranked(self, reading: Reading) -> tuple[list[int], set[int]]:
        """Return the entities for a text, the best first, and those with all of its words."""
        words = [part for word in reading.words for part in query_words(word)]
        hits = self._texts.ranked(words, self._reader.stem)
        scores = {hit.entity: hit.score + _COVERAGE * hit.coverage**2 for hit in hits}
        for entity, bonus in self._named(reading):
            scores[entity] = scores.get(entity, 0.0) + bonus
        wanted = self._of_kinds(reading, [*scores])
        for entity, tier, weight in self._entities([*scores]):
            scores[entity] += math.log1p(weight) / _LINKS
            if entity in wanted:
                scores[entity] += _KIND
            elif tier == Tier.DOCUMENT:
                scores[entity] += _DOCUMENT
            if tier >= Tier.LAST:
                scores[entity] += _LAST
        order = sorted(scores, key=lambda entity: (-scores[entity], entity))
        return order, {hit.entity for hit in hits if hit.has_all}

    def _named(self, reading: Reading) -> list[tuple[int, float]]:
        """Return the entities that the longest names in a text name, with what it adds."""
        used: list[Span] = []
        found = []
        for span in reading.spans:
            if any(span.overlaps(other) for other in used):
                continue
            used.append(span)
            for place, entity in enumerate(span.entities[:_MAX_NAMESAKES]):
                if entity.tier != Tier.LAST:
                    bonus = _NAMED + _NAMED_WORD * len(span) + _NAMESAKE * place
                    found.append((entity.number, bonus))
        return found

    def _of_kinds(self, reading: Reading, entities: list[int]) -> set[int]:
        """Return those of some entities that are of a kind that a text names."""
        stems = {token.stem for token in reading.tokens}
        found: set[int] = set()
        for class_ in {iri for stem, iri in reading.kinds.items() if stem in stems}:
            query = (
                f"SELECT entity FROM instances WHERE class = ? AND entity IN ({_marks(entities)})"  # noqa: S608  only marks
            )
            found |= {row[0] for row in self._rows(query, (class_, *entities))}
        return found

    def _entities(self, entities: list[int]) -> list[tuple[int, int, int]]:
        query = f"SELECT id, tier, weight FROM entities WHERE id IN ({_marks(entities)})"  # noqa: S608  only marks
        return [(row[0], row[1], row[2]) for row in self._rows(query, entities)]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
