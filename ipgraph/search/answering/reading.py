"""Read a typed text: its words with their stems, its years, and the entities and kinds it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ipgraph.search.answering import english
from ipgraph.search.answering.stemming import Stemmer, plain, singular
from ipgraph.search.folding import fold
from ipgraph.search.name_keys import NameKeys
from ipgraph.search.ranks import NameType, Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ipgraph.search.name_keys import Named

AUXILIARY = "~do"
MAX_TOKENS = 40
_MAX_NAME_WORDS = 10
_MAX_KINDS = 5000
_TOKEN = re.compile(r"\w+")
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_FISCAL_YEAR = re.compile(r"\b(?:FY|fiscal year)\s?(?=\d{4}\b)", re.IGNORECASE)
_CAPITALS = re.compile(r"\b[A-Z0-9][A-Z0-9&-]+\b")


@dataclass(frozen=True, slots=True)
class Token:
    """A word: as folded, and its stem, or the head of its group of synonyms.

    A stop word has no stem.
    """

    word: str
    stem: str
    is_capital: bool

    @property
    def year(self) -> int | None:
        """The year that it is."""
        return int(self.word) if _YEAR.fullmatch(self.word) else None


@dataclass(frozen=True, slots=True)
class Span:
    """The tokens from `start` to before `end`, which name entities, the best first."""

    start: int
    end: int
    entities: tuple[Named, ...]

    def overlaps(self, other: Span) -> bool:
        """True if a token is in both."""
        return self.start < other.end and other.start < self.end

    def is_inside(self, other: Span) -> bool:
        """True if the other one has all tokens of this one, and more."""
        return (
            other.start <= self.start
            and self.end <= other.end
            and (self.start, self.end) != (other.start, other.end)
        )

    def __len__(self) -> int:
        """Return the number of tokens."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: `kinds` are classes by the stem that names them."""

    text: str
    tokens: tuple[Token, ...]
    spans: tuple[Span, ...]  # the longest first
    kinds: dict[str, str]

    @property
    def years(self) -> tuple[int, ...]:
        """The years, in order."""
        return tuple(sorted({token.year for token in self.tokens if token.year is not None}))

    @property
    def words(self) -> list[str]:
        """The folded words that say what is sought."""
        found = (t.word for t in self.tokens if t.stem and t.stem != AUXILIARY)
        return list(dict.fromkeys(word for word in found if word not in english.QUESTION_WORDS))

    @property
    def is_question(self) -> bool:
        """True if it has words that no name would be searched with."""
        return any(not t.stem or t.stem in english.QUESTION_WORDS for t in self.tokens)


class Reader:
    """Reads texts with the names of one index; `rows` runs a query on it."""

    def __init__(
        self,
        rows: Callable[[str, Sequence[object]], list[Any]],
        synonyms: Iterable[tuple[str, tuple[str, ...]]] = (),
    ) -> None:
        self._rows = rows
        self._keys = NameKeys(rows)
        self._stemmer = Stemmer()
        self.stem = self._stemmer.stem
        self._heads: dict[str, str] = {}
        phrases: list[tuple[str, str]] = []
        for head, members in synonyms:
            for member in (head, *members):
                words = _TOKEN.findall(fold(plain(member)))
                if len(words) == 1:
                    self._heads[self.stem(words[0])] = self.stem(fold(head))
                elif words:
                    phrases.append((" ".join(words), fold(head)))
        phrases.sort(key=lambda pair: -len(pair[0]))
        self._synonym_of = dict(phrases)
        alternatives = "|".join(re.escape(phrase) for phrase, _ in phrases)
        self._phrase = re.compile(rf"\b(?:{alternatives})\b") if phrases else None
        # A word with a meaning of its own is a name only in capitals: IT, ACT.
        self.common: frozenset[str] = frozenset()

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The classes with instances, by the stem of their one-word label."""
        rows = self._rows(
            "SELECT folded, iri FROM terms WHERE kind = 'class' AND uses > 0"
            " ORDER BY uses DESC LIMIT ?",
            (_MAX_KINDS,),
        )
        found: dict[str, str] = {}
        for label, iri in rows:
            if _TOKEN.fullmatch(label):
                stem = self.stem(label)
                found.setdefault(self._heads.get(stem, stem), iri)
        return found

    def stems(self, text: str) -> frozenset[str]:
        """Return the stems of a text, without those of stop words."""
        return frozenset(token.stem for token in self.tokens(text) if token.stem)

    def read(self, text: str) -> Reading:
        """Read a text, of which the first `MAX_TOKENS` words count."""
        tokens = self.tokens(text)
        return Reading(text, tokens, self._spans(tokens), self.kinds)

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Return the words of a text. A phrase with a synonym becomes one token."""
        text = _FISCAL_YEAR.sub("", plain(text))
        capitals = {fold(word) for found in _CAPITALS.findall(text) for word in found.split("-")}
        folded = fold(text)
        for pattern, word in english.PHRASES:
            folded = pattern.sub(word, folded)
        if self._phrase:
            folded = self._phrase.sub(lambda found: self._synonym_of[found[0]], folded)
        words = _TOKEN.findall(folded)[:MAX_TOKENS]
        last = max((at for at, w in enumerate(words) if w in english.AUXILIARIES), default=-1)
        first = next((at for at, w in enumerate(words) if w in english.AUXILIARIES), -1)
        found = []
        for at, word in enumerate(words):
            if word in english.AUXILIARIES:  # in "What did X do?" the last one is the verb
                is_verb = at == last and at != first
                stem = self.stem("do") if is_verb else AUXILIARY
            else:
                stem = "" if word in english.STOP_WORDS else self.stem(word)
            found.append(Token(word, self._heads.get(stem, stem), word in capitals))
        return tuple(found)

    def _spans(self, tokens: Sequence[Token]) -> tuple[Span, ...]:
        words = [singular(token.word) for token in tokens]
        places = {
            (start, end): " ".join(words[start:end])
            for start in range(len(words))
            for end in range(start + 1, min(len(words), start + _MAX_NAME_WORDS) + 1)
            if not (end - start == 1 and words[start].isdigit())
        }
        named = self._keys.find(places.values())
        counted = any(token.stem == "number" for token in tokens)
        found = []
        for (start, end), key in places.items():
            entities = named.get(key, [])
            if end - start == 1 and self._is_common(tokens[start]):
                entities = []
            entities = [e for e in entities if _is_nameable(e, counted)]
            best = [e for e in entities if (e.rank, e.tier) == (entities[0].rank, entities[0].tier)]
            if best:  # a namesake of a worse rank never replaces the one that is meant
                found.append(Span(start, end, tuple(best)))
        return tuple(sorted(found, key=lambda span: (-len(span), span.start)))

    def _is_common(self, token: Token) -> bool:
        return not token.is_capital and (not token.stem or token.stem in self.common)


def _is_nameable(entity: Named, is_counted: bool) -> bool:
    """True for an entity that a question can be about: no term, and a number only if counted."""
    if entity.tier == Tier.TERM:
        return False
    is_part_of_a_measure = entity.tier == Tier.LAST and entity.rank == NameType.PARTIAL
    return is_counted or not is_part_of_a_measure
