"""The answer to a typed question: its sentence, its rows, and the documents that support it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from ipgraph.dataset.questions import ROWS
from ipgraph.dataset.sentences import Piece, Template, text_of
from ipgraph.namespaces import INFERRED_GRAPH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ipgraph.dataset.questions import Question
    from ipgraph.entities.entity import Entities
    from ipgraph.store import Store

MAX_IN_SENTENCE = 6  # rows
MAX_ROWS = 200
_MAX_SUPPORTED_ROWS = 20
_MAX_QUADS = 400
_MAX_FACTS = 30  # of a node that has two of the terms of a row
_MAX_DOCUMENTS = 12
_DEFAULT = DefaultGraph()

Row = dict[str, "NamedNode | BlankNode | Literal | None"]


@dataclass(frozen=True, slots=True)
class Note:
    """What the reader must know about how a text was read.

    `code` is ``year`` (the year `text` was assumed), ``years`` (only rows of the years `text`),
    ``kind`` (only entities of the class `text`), ``part`` (only the part `text` was answered), or
    ``unanswered`` (the graph has no answer to the question `text`).
    """

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question with values for its parameters: entities as IRIs in angle brackets."""

    name: str
    title: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `more` counts the rows that the sentence leaves out."""

    question: Suggestion
    sentence: tuple[Piece, ...]
    more: int = 0
    rows: tuple[dict[str, str], ...] = ()
    documents: tuple[str, ...] = ()  # IRIs of those that state it, the most important first
    notes: tuple[Note, ...] = ()

    @property
    def text(self) -> str:
        """The sentence as text."""
        return text_of(self.sentence)


@dataclass(frozen=True, slots=True)
class Answering:
    """What was found for a text: answers of its clauses, or questions that may be meant."""

    answers: tuple[Answer, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def text(self) -> str:
        """The sentences as text, empty without an answer."""
        return " ".join(answer.text for answer in self.answers)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the sentences of answers with the labels of a graph."""

    entities: Entities

    def sentence(
        self, question: Question, values: Mapping[str, str], rows: Sequence[Row]
    ) -> tuple[tuple[Piece, ...], int]:
        """Return the sentence for some rows, and the number of rows that it leaves out."""
        places: dict[str, Sequence[Piece]] = {
            name: [self._value(value)] for name, value in values.items()
        }
        columns = [*rows[0]] if rows else []
        wanted = {*Template.parse(question.answer).names()}
        more = 0
        for column in columns:
            if column in wanted and column not in places:
                cells = [[self.piece(row[column])] for row in rows if row[column] is not None]
                places[column], left_out = _joined(cells)
                more = max(more, left_out)
        row_text = Template.parse(question.row or f"{{{columns[0]}}}" if columns else "")
        if ROWS in wanted or not question.answer:
            filled = []
            for row in rows:
                own = {name: [self.piece(term)] for name, term in row.items() if term is not None}
                filled.append(row_text.fill({**places, **own}))
            places[ROWS], more = _joined(filled)
        if question.answer:
            return tuple(Template.parse(question.answer).fill(places)), more
        names = ", ".join(piece[0].text for name, piece in places.items() if name in values)
        title = f"{question.title} ({names}) " if names else f"{question.title} "
        return (Piece(title), *places[ROWS]), more

    def piece(self, term: NamedNode | BlankNode | Literal | None) -> Piece:
        """Return a term for a sentence."""
        if isinstance(term, NamedNode):
            return Piece(self.entities.labels.name(term.value).label, term.value)
        return Piece("" if term is None else term.value)

    def _value(self, value: str) -> Piece:
        if value.startswith("<"):
            return self.piece(NamedNode(value[1:-1]))
        return Piece(value)


def _joined(groups: Iterable[Sequence[Piece]]) -> tuple[list[Piece], int]:
    """Return the distinct first groups, with commas between them, and the number of the rest."""
    distinct = {text_of(group): group for group in groups}
    shown = [*distinct.values()][:MAX_IN_SENTENCE]
    is_simple = not any(re.search(r"[,;(]", text_of(group)) for group in shown)
    between = Piece(", " if is_simple else "; ")
    found: list[Piece] = []
    for group in shown:
        found += ([between] if found else []) + [*group]
    return found, len(distinct) - len(shown)


def supporting(
    store: Store, values: Iterable[str], rows: Sequence[Row], ranked: Mapping[str, int]
) -> tuple[str, ...]:
    """Return the documents that state the rows of an answer, those with most of it first.

    Those are the named graphs in which a statement, or a node, has a value of the question and
    one of a row; `ranked` are the documents that count. Sources in the rows count as well.
    """
    given = [value[1:-1] for value in values if value.startswith("<")]
    found: dict[str, int] = {}
    for row in rows[:_MAX_SUPPORTED_ROWS]:
        cells = [term for term in row.values() if isinstance(term, NamedNode | Literal)]
        named = {term.value for term in cells} - {*given}
        graphs = {term.value for term in cells if term.value in ranked}
        if not graphs:
            for iri in given:
                graphs |= _graphs(store, NamedNode(iri), named) & ranked.keys()
        if not given and not graphs:
            for term in cells[:1]:
                if isinstance(term, NamedNode):
                    graphs |= _graphs(store, term, named) & ranked.keys()
        for graph in graphs:
            found[graph] = found.get(graph, 0) + 1
    order = sorted(found, key=lambda iri: (-found[iri], ranked[iri], iri))
    return tuple(order[:_MAX_DOCUMENTS])


def _graphs(store: Store, node: NamedNode, others: set[str]) -> set[str]:
    """Return the graphs in which a node, or one that has it as a value, has another value."""
    found: set[str] = set()
    for quad in islice(store.quads(node, None, None), _MAX_QUADS):
        if _is_stated(quad.graph_name) and _text(quad.object) in others:
            found.add(_text(quad.graph_name))
    for quad in islice(store.quads(None, None, node), _MAX_QUADS):
        if not _is_stated(quad.graph_name):
            continue
        if _text(quad.subject) in others:
            found.add(_text(quad.graph_name))
        else:
            facts = islice(store.quads(quad.subject, None, None, quad.graph_name), _MAX_FACTS)
            if any(_text(fact.object) in others for fact in facts):
                found.add(_text(quad.graph_name))
    return found


def _is_stated(graph: object) -> bool:
    return isinstance(graph, NamedNode) and graph.value != INFERRED_GRAPH


def _text(term: object) -> str:
    return getattr(term, "value", "")
