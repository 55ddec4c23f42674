"""Find the competency questions that a typed text may ask, with values for their parameters.

The words of the text are compared with those of each wording of each question, the names and years
in it fill the parameters. Wrong answers are worse than none, so these refuse a wording:

- what is asked for differs: "when" is not "who";
- the direction differs: "Who did X head?" is not "Who headed X?";
- too many words of the text, or of the wording, are not in the other.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING

from ipgraph.dataset.questions import Kind
from ipgraph.search.answering.english import OPEN, PRESENT, QUESTION_WORDS, STRICT
from ipgraph.search.answering.reading import AUXILIARY, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.dataset.questions import Question
    from ipgraph.search.answering.reading import Reader, Reading

# Of a sum of weights of words: found by scoring sets of questions (benchmarks/answering.py).
CONFIDENT = 0.74
MIN_OF_TEXT, MIN_OF_WORDING = 0.75, 0.65
POSSIBLE = 0.4
_WEAK = 0.6  # of the smaller share, for a wording that is refused but may be meant
_NOTHING_BUT_A_NAME = 0.9
_YEAR_UNUSED, _NAME_INSIDE, _ASSUMED = 0.25, 0.1, 0.05
_MAX_SPANS = 10
_PLACE = re.compile(r"\{\w+\}")
_WEIGHTS = {AUXILIARY: 1.0, "who": 0.3} | dict.fromkeys(OPEN - {"who"}, 0.0)
_NOUNS = "given entity"


@dataclass(frozen=True, slots=True)
class Filling:
    """Values for the parameters of a question.

    `entities` are the IRIs that each name may stand for, the best first.
    """

    entities: dict[str, tuple[str, ...]]
    others: dict[str, str]
    spans: tuple[Span, ...] = ()
    assumed_year: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be meant. `kind` is a class that the text asks for, or empty."""

    score: float
    question: Question
    filling: Filling
    kind: str = ""

    @property
    def is_confident(self) -> bool:
        """True if its answer may be shown as that of the text."""
        return self.score >= CONFIDENT


class Matcher:
    """The wordings of the questions of one dataset; `present` is the year of today."""

    def __init__(self, questions: Iterable[Question], reader: Reader, present: int) -> None:
        self._reader = reader
        self._present = present
        self.wordings: dict[Question, frozenset[frozenset[str]]] = {
            question: self._wordings_of(question) for question in questions
        }
        counts = Counter(
            stem for found in self.wordings.values() for stem in frozenset().union(*found)
        )
        number = len(self.wordings) or 1
        self._weights = {stem: 1 + math.log(number / n) / 2 for stem, n in counts.items()}
        self._unknown = 1 + math.log(number) / 2
        reader.common = frozenset(self._weights)

    def _wordings_of(self, question: Question) -> frozenset[frozenset[str]]:
        stems = self._reader.stems
        nouns = stems(f"{' '.join(p.description for p in question.parameters)} {_NOUNS}")
        nouns |= stems(" ".join(parameter.name for parameter in question.parameters))
        title = stems(question.title)
        if question.parameters:
            title -= nouns - QUESTION_WORDS
        found = {stems(_PLACE.sub(" ", wording)) for wording in question.also}
        if len(title - QUESTION_WORDS - {AUXILIARY}) > 1 or not question.parameters:
            found.add(title)
        return frozenset(found)

    def candidates(self, reading: Reading) -> list[Candidate]:
        """Return the questions that may be meant, the best first."""
        stems = {token.stem for token in reading.tokens if token.stem}
        best: dict[tuple[str, tuple[Span, ...]], Candidate] = {}
        for question, wordings in self.wordings.items():
            if not any(wording & stems or not wording - OPEN for wording in wordings):
                continue
            for filling in self._fillings(question, reading):
                for wording in wordings:
                    candidate = self._candidate(question, wording, filling, reading)
                    key = (question.name, filling.spans)
                    if candidate and (key not in best or candidate.score > best[key].score):
                        best[key] = candidate
        return sorted(best.values(), key=_order)

    def _candidate(
        self, question: Question, wording: frozenset[str], filling: Filling, reading: Reading
    ) -> Candidate | None:
        taken = {at for span in filling.spans for at in range(span.start, span.end)}
        words = {
            token.stem
            for at, token in enumerate(reading.tokens)
            if at not in taken and token.stem and token.year is None
        }
        rest = words - wording
        kind = ""
        if wording - OPEN:  # "which center": the rows are narrowed to centers
            kind = min(rest & reading.kinds.keys(), default="")
            rest -= {kind}
        score = self._score(words & wording, rest, wording)
        if not score:
            return None
        if reading.years and not question.period and not _parameters(question, Kind.YEAR):
            score -= _YEAR_UNUSED
        if any(used.is_inside(span) for used in filling.spans for span in reading.spans):
            score -= _NAME_INSIDE
        score -= _ASSUMED * filling.assumed_year
        return Candidate(score, question, filling, reading.kinds.get(kind, ""))

    def _score(self, common: set[str], rest: set[str], wording: frozenset[str]) -> float:
        """Return from 0 to 1 how well the words of a text fit a wording."""
        asked, answered = (common | rest) & QUESTION_WORDS, wording & QUESTION_WORDS
        if asked and asked & STRICT != answered & STRICT:
            return 0.0
        if not wording - OPEN:
            return 0.0 if rest - OPEN else _NOTHING_BUT_A_NAME
        has_direction = AUXILIARY in common or AUXILIARY in rest
        if AUXILIARY in rest or has_direction != (AUXILIARY in wording):
            return 0.0
        content = common - QUESTION_WORDS - {AUXILIARY}
        if not content or (len(content) < 2 and answered and not asked):
            return 0.0  # one word without a question word asks nothing that is sure
        shared = self._weigh(common)
        of_text = shared / (shared + self._weigh(rest))
        of_wording = shared / self._weigh(wording)
        if of_text < MIN_OF_TEXT or of_wording < MIN_OF_WORDING:
            return _WEAK * min(of_text, of_wording)
        return 2 * of_text * of_wording / (of_text + of_wording)

    def _weigh(self, stems: Iterable[str]) -> float:
        return sum(self._weights.get(s, self._unknown) * _WEIGHTS.get(s, 1.0) for s in stems)

    def _fillings(self, question: Question, reading: Reading) -> Iterator[Filling]:
        """Yield the ways to fill the parameters of a question with names and years of a text."""
        years = reading.years
        named_years = _parameters(question, Kind.YEAR)
        assumed = False
        if named_years and len(years) != len(named_years):
            is_present = any(token.word in PRESENT for token in reading.tokens)
            if years or len(named_years) > 1 or not is_present:
                return
            years, assumed = (self._present,), True
        others = dict(zip(named_years, map(str, years), strict=False)) if named_years else {}
        entities, texts = _parameters(question, Kind.ENTITY), _parameters(question, Kind.TEXT)
        if texts:
            if len(texts) == 1 and not entities:
                yield from self._texts(texts[0], others, reading)
            return
        for chosen in permutations(reading.spans[:_MAX_SPANS], len(entities)):
            if any(one.overlaps(other) for one, other in combinations(chosen, 2)):
                continue
            named = {
                name: tuple(entity.iri for entity in span.entities)
                for name, span in zip(entities, chosen, strict=True)
            }
            yield Filling(named, others, chosen, assumed)

    @staticmethod
    def _texts(name: str, others: dict[str, str], reading: Reading) -> Iterator[Filling]:
        for at, token in enumerate(reading.tokens):
            if token.is_capital or token.word.isdigit():
                text = token.word.upper()
                yield Filling({}, {**others, name: text}, (Span(at, at + 1, ()),))


def _parameters(question: Question, kind: Kind) -> list[str]:
    return [parameter.name for parameter in question.parameters if parameter.kind is kind]


def _order(candidate: Candidate) -> tuple[float, int, int, str]:
    words = sum(len(span) for span in candidate.filling.spans)
    values = len(candidate.filling.entities) + len(candidate.filling.others)
    return (-round(candidate.score, 3), -words, -values, candidate.question.name)


def collisions(questions: Iterable[Question], reader: Reader) -> list[tuple[str, str]]:
    """Return pairs of questions that a text cannot tell apart.

    They share a wording, and their parameters are of the same kinds.
    """
    matcher = Matcher(questions, reader, 0)
    seen: dict[tuple[frozenset[str], tuple[str, ...]], str] = {}
    found: dict[tuple[str, str], None] = {}
    for question, wordings in matcher.wordings.items():
        kinds = tuple(sorted(parameter.kind for parameter in question.parameters))
        for wording in sorted(wordings, key=sorted):
            other = seen.setdefault((wording, kinds), question.name)
            if other != question.name:
                found[other, question.name] = None
    return [*found]
