"""Search results as plain text: the answer to a question, then two or three lines a hit."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ipgraph.cli.output.entity import source_text, wrapped
from ipgraph.cli.output.terminal import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.search.answering.answer import Answer, Note, Suggestion
    from ipgraph.search.index import Hit, SearchResults

_MAX_SOURCES = 3
_NOTES = {
    "year": "The year {} is assumed.",
    "years": "Only of {}.",
    "kind": "Only of the kind “{}”.",
    "part": "Only “{}” is answered.",
    "unanswered": "The graph has no answer to: {}",
}


def text(
    graph: KnowledgeGraph, results: SearchResults, words: str, target: Sequence[str] = ()
) -> str:
    """Return the answers and the hits, or similar names if there are no hits.

    `target` are the values of ``--store``, for the commands that repeat the answers.
    """
    answers = "\n".join(harmless(line) for line in _answers(graph, results, target))
    hits = _hits(graph, results, words)
    return f"{answers}\n\n{hits}" if answers else hits


def _answers(graph: KnowledgeGraph, results: SearchResults, target: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the answers; the sources are numbered through all of them."""
    found = results.found
    numbers: dict[str, int] = {}
    for answer in found.answers:
        for iri in answer.documents[:_MAX_SOURCES]:
            numbers.setdefault(iri, len(numbers) + 1)
        yield from wrapped(_sentence(answer, numbers))
        yield from (f"  {_note(note)}" for note in answer.notes)
    yield from map(_note, found.notes)
    for iri, number in numbers.items():
        yield from wrapped(f"  [{number}] {source_text(graph.sources.source(iri))}")
    for answer in found.answers:
        yield f"  {answer.question.title}"
        yield f"  {_command(graph, answer.question, target)}"


def _sentence(answer: Answer, numbers: dict[str, int]) -> str:
    more = f" … and {answer.more:,} more." if answer.more else ""
    marks = "".join(f" [{numbers[iri]}]" for iri in answer.documents[:_MAX_SOURCES])
    return f"{answer.text}{more}{marks}"


def _note(note: Note) -> str:
    return _NOTES[note.code].format(note.text)


def _command(graph: KnowledgeGraph, question: Suggestion, target: Sequence[str]) -> str:
    """Return the command that asks a question with its values."""
    parts = ["ipgraph", "ask", question.name]
    for name, value in question.values.items():
        is_entity = value.startswith("<")
        parts.append(f"{name}={graph.prefixes.shorten(value[1:-1]) if is_entity else value}")
    for store in target:
        parts += ["--store", store]
    return shlex.join(parts)


def _hits(graph: KnowledgeGraph, results: SearchResults, words: str) -> str:
    if not results.hits:
        similar = [f"“{hit.label}”" for hit in graph.index.similar(words)]
        hint = f" Did you mean {', '.join(similar)}?" if similar else ""
        return harmless(f"No entity matches “{words}”.{hint}")
    number = f"{results.total:,}" if results.complete else f"more than {results.total:,}"
    shown = "" if len(results.hits) == results.total else f", the first {len(results.hits)}"
    lines = [line for hit in results.hits for line in _hit(graph, hit)]
    return harmless("\n".join([f"{number} found{shown}", *lines]))


def _hit(graph: KnowledgeGraph, hit: Hit) -> list[str]:
    acronym = f" ({hit.acronym})" if hit.acronym else ""
    kind = graph.entities.labels.name(hit.kind).label if hit.kind else "entity"
    lines = ["", f"{hit.label}{acronym}", f"  {kind} · {graph.prefixes.shorten(hit.iri)}"]
    if hit.matched:
        lines.append(f"  also called {hit.matched}")
    return lines
