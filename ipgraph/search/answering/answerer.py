"""Answer a typed text with the competency questions of a dataset."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice, product
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import LimitReached
from ipgraph.namespaces import RDF
from ipgraph.search.answering.answer import (
    MAX_ROWS,
    Answer,
    Answering,
    Note,
    Suggestion,
    Writer,
    supporting,
)
from ipgraph.search.answering.english import CLAUSE
from ipgraph.search.answering.matching import POSSIBLE, Matcher
from ipgraph.search.folding import MAX_TEXT_CHARS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ipgraph.dataset.questions import Question
    from ipgraph.entities.entity import Entities
    from ipgraph.search.answering.answer import Row
    from ipgraph.search.answering.matching import Candidate
    from ipgraph.search.answering.reading import Reader, Reading
    from ipgraph.store import EngineResult

# Runs the text of a query, with inferred statements or without.
Run = Callable[[str, bool], "EngineResult"]
_MAX_QUERIES = 6
_MAX_SAME = 3  # entities of the same name that are tried
_MAX_CLAUSES = 3
_MAX_SUGGESTIONS = 3
_IN_PARENTHESES = "("


class Answerer:
    """Answers texts; the questions run wherever `run` runs them."""

    def __init__(self, questions: Iterable[Question], reader: Reader, present: int) -> None:
        self._matcher = Matcher(questions, reader, present)
        self._reader = reader

    def answer(
        self, text: str, run: Run, entities: Entities, documents: Mapping[str, int]
    ) -> Answering:
        """Return the answers to a text; `documents` are ranked, the lowest first.

        Runs at most `_MAX_QUERIES` queries for each of at most `_MAX_CLAUSES` clauses. Raises
        what `run` raises, except for a limit, which counts as no answer.
        """
        text = text[:MAX_TEXT_CHARS]
        found = self._one(text, run, entities, documents)
        if found.answers:
            return found
        short = text.partition(_IN_PARENTHESES)[0].strip() if _IN_PARENTHESES in text else ""
        clauses = [clause.strip() for clause in CLAUSE.split(text) if clause.strip()]
        if len(clauses) < 2:
            if short and short != text:
                return self._one(short, run, entities, documents)
            return found
        answers: list[Answer] = []
        names = self._names(clauses[0])
        for number, clause in enumerate(clauses[:_MAX_CLAUSES]):
            if number and not answers:
                break
            has_names = bool(self._names(clause))
            asked = clause if not number or has_names else f"{clause} {names}"
            part = self._one(asked, run, entities, documents)
            answers += part.answers
            if part.answers and len(clauses) > 1:
                found = part
        if not answers:
            return found
        parts = () if len(answers) == len(clauses) else (Note("part", clauses[0]),)
        return Answering(tuple(answers), found.suggestions, parts)

    def _names(self, clause: str) -> str:
        """Return the longest names in a clause."""
        reading = self._reader.read(clause)
        used: set[int] = set()
        for span in reading.spans:
            if not used & {*range(span.start, span.end)}:
                used |= {*range(span.start, span.end)}
        tokens = (reading.tokens[at] for at in sorted(used))
        return " ".join(token.word.upper() if token.is_capital else token.word for token in tokens)

    def _one(
        self, text: str, run: Run, entities: Entities, documents: Mapping[str, int]
    ) -> Answering:
        reading = self._reader.read(text)
        candidates = self._matcher.candidates(reading)
        budget = _MAX_QUERIES
        unanswered: list[Note] = []
        answered: Answer | None = None
        for candidate in candidates:
            if not candidate.is_confident or budget <= 0:
                break
            for values in islice(_values(candidate), _MAX_SAME):
                budget -= 1
                rows = _rows(candidate, values, reading, run, entities)
                if rows:
                    answered = _answer(candidate, values, rows, reading, entities, documents)
                    break
            if answered:
                break
            unanswered.append(Note("unanswered", _title(candidate, entities)))
        others = [
            _suggestion(other)
            for other in candidates
            if other.score >= POSSIBLE
            and not (answered and other.question.name == answered.question.name)
        ]
        distinct = {(item.name, *item.values.values()): item for item in others}
        suggestions = tuple(islice(distinct.values(), _MAX_SUGGESTIONS))
        if answered:
            return Answering((answered,), suggestions)
        return Answering((), suggestions, tuple(unanswered[:1]))


def _values(candidate: Candidate) -> Iterator[dict[str, str]]:
    """Yield the values of the parameters, for each of the entities of the same name."""
    entities = candidate.filling.entities
    for chosen in product(*entities.values()):
        named = {name: f"<{iri}>" for name, iri in zip(entities, chosen, strict=True)}
        yield {**candidate.filling.others, **named}


def _suggestion(candidate: Candidate) -> Suggestion:
    question = candidate.question
    return Suggestion(question.name, question.title, next(_values(candidate), {}))


def _title(candidate: Candidate, entities: Entities) -> str:
    labels = [
        entities.labels.name(value[1:-1]).label if value.startswith("<") else value
        for value in next(_values(candidate), {}).values()
    ]
    title = candidate.question.title
    return f"{title} ({', '.join(labels)})" if labels else title


def _rows(
    candidate: Candidate, values: Mapping[str, str], reading: Reading, run: Run, entities: Entities
) -> list[Row]:
    """Run a question; return its rows, narrowed to the years and the kind that were asked for."""
    question = candidate.question
    try:
        result = run(question.bind(values, entities.store), question.infer)
    except LimitReached:
        return []
    if not isinstance(result, ox.QuerySolutions):
        return []
    columns = [variable.value for variable in result.variables]
    rows: list[Row] = []
    for solution in islice(result, MAX_ROWS):
        row: Row = {column: solution[column] for column in columns}
        if all(term is None for term in row.values()):
            continue
        if candidate.kind and not _is_a(next(iter(row.values())), candidate.kind, entities):
            continue
        if not question.period or _is_within(row, question.period, reading.years):
            rows.append(row)
    return rows


def _is_a(term: object, kind: str, entities: Entities) -> bool:
    if not isinstance(term, ox.NamedNode):
        return False
    a = ox.NamedNode(RDF + "type")
    found = entities.store.quads(term, a, ox.NamedNode(kind), ox.DefaultGraph())
    return next(iter(found), None) is not None


def _is_within(row: Row, period: tuple[str, ...], years: tuple[int, ...]) -> bool:
    """True if a row holds in one of the years from the first to the last, or none was asked for.

    A row without any date is left out: nothing says that it held then.
    """
    if not years:
        return True
    begin, end = (str(getattr(row.get(name), "value", "") or "")[:4] for name in period)
    if not begin and not end:
        return False
    return (begin or "0000") <= str(max(years)) and (end or "9999") >= str(min(years))


def _answer(
    candidate: Candidate,
    values: Mapping[str, str],
    rows: list[Row],
    reading: Reading,
    entities: Entities,
    documents: Mapping[str, int],
) -> Answer:
    question = candidate.question
    sentence, more = Writer(entities).sentence(question, values, rows)
    notes = []
    if candidate.filling.assumed_year:
        notes.append(Note("year", next(iter(candidate.filling.others.values()))))
    if reading.years and question.period:
        shown = "\u2013".join(map(str, dict.fromkeys((reading.years[0], reading.years[-1]))))
        notes.append(Note("years", shown))
    if candidate.kind:
        notes.append(Note("kind", entities.labels.name(candidate.kind).label))
    return Answer(
        question=Suggestion(question.name, question.title, dict(values)),
        sentence=sentence,
        more=more,
        rows=tuple({name: _shown(term) for name, term in row.items()} for row in rows),
        documents=supporting(entities.store, values.values(), rows, documents),
        notes=tuple(notes),
    )


def _shown(term: object) -> str:
    return str(getattr(term, "value", "") or "")
