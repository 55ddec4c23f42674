"""Statements with their sources, or the mark that they are inferred.

A statement is read once from all named graphs. The default graph contains the merge of them; it
adds only the statements of a graph without sources (any RDF file).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Triple

from ipgraph.namespaces import COMPUTED_GRAPHS, INFERRED_GRAPH, PERIODS_GRAPH, RDF

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad

    from ipgraph.entities.bibliography import Bibliography, Source
    from ipgraph.entities.labels import Name
    from ipgraph.store import Subject, Term

TYPE = RDF + "type"


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple and the named graphs that contain it; none if only the default graph does."""

    subject: Subject
    predicate: str
    object: Term
    graphs: frozenset[str]

    @property
    def inferred(self) -> bool:
        """True if no source states it."""
        return self.graphs == {INFERRED_GRAPH}

    @property
    def sources(self) -> frozenset[str]:
        """Return the graphs that state it."""
        return self.graphs.difference(COMPUTED_GRAPHS)


@dataclass(frozen=True, slots=True)
class Value:
    """One end of a statement, an entity or a literal, with the sources of the statement."""

    text: str
    iri: str = ""  # empty for a literal and a blank node
    acronym: str = ""
    language: str = ""
    datatype: str = ""  # empty for plain text
    kind: Name | None = None
    sources: tuple[int, ...] = ()  # by their numbers in the description
    more_sources: int = 0  # further ones without a number
    inferred: bool = False
    parts: tuple[tuple[Name, tuple[Value, ...]], ...] = ()  # of a blank node
    items: tuple[Value, ...] | None = None  # the members of a list
    more: int = 0  # further members or parts
    triple: tuple[Value, Value, Value] | None = None  # subject, property, object of a triple term
    annotations: tuple[Value, ...] = ()  # what is said about the statement
    qualifier: str = ""  # tells it apart from another value with the same text


def gather(quads: Iterable[Quad], limit: int) -> tuple[list[Statement], bool]:
    """Merge at most `limit` quads into statements. The second value is True if these were all.

    Computed periods are no statements about a thing; `Periods` has them.
    """
    graphs: dict[tuple[Subject, NamedNode, Term], set[str]] = {}
    read = 0
    for quad in islice(quads, limit + 1):
        read += 1
        if isinstance(quad.subject, Triple):
            continue  # RDF 1.2 has none; an endpoint may
        names = graphs.setdefault((quad.subject, quad.predicate, quad.object), set())
        if isinstance(quad.graph_name, NamedNode):
            names.add(quad.graph_name.value)
    statements = [
        Statement(subject, predicate.value, object_, frozenset(names))
        for (subject, predicate, object_), names in graphs.items()
        if names != {PERIODS_GRAPH}
    ]
    return statements, read <= limit


class Citations:
    """The sources of one description, numbered in the order of their first citation."""

    def __init__(self, bibliography: Bibliography, max_per_statement: int = 0) -> None:
        self._bibliography = bibliography
        self._max_per_statement = max_per_statement  # 0: all
        self._numbers: dict[str, int] = {}
        self._supported: dict[str, int] = {}

    def cite(self, statement: Statement) -> tuple[int, ...]:
        """Return the numbers of the sources of a statement; already cited sources are preferred."""
        graphs = sorted(statement.sources, key=lambda iri: (self._numbers.get(iri, 1e9), iri))
        cited = graphs[: self._max_per_statement or None]
        for graph in cited:
            self._numbers.setdefault(graph, len(self._numbers) + 1)
            self._supported[graph] = self._supported.get(graph, 0) + 1
        return tuple(sorted(self._numbers[graph] for graph in cited))

    def sources(self) -> tuple[Source, ...]:
        """Return every source cited so far, by number."""
        return tuple(
            replace(
                self._bibliography.source(graph), number=number, supported=self._supported[graph]
            )
            for graph, number in self._numbers.items()
        )
