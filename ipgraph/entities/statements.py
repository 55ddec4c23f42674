"""Statements with their sources, or the mark that they are inferred.

A statement is read once from all named graphs. The default graph contains the merge of them; it
adds only the statements of a graph without sources (any RDF file).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ipgraph.entities.labels import DEFAULT_GRAPH, Labels, Name
from ipgraph.namespaces import INFERRED_GRAPH, OWL, RDF, RDFS, XSD
from ipgraph.store.originals import as_written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad

    from ipgraph.entities.bibliography import Bibliography, Source
    from ipgraph.entities.vocabulary import Vocabulary
    from ipgraph.store import Store, Subject, Term

TYPE = RDF + "type"
_TYPE = NamedNode(TYPE)
_PLAIN = frozenset((XSD + "string", RDF + "langString"))
# Classes that tell a reader nothing.
_UNINFORMATIVE = frozenset((OWL + "NamedIndividual", OWL + "Thing", RDFS + "Resource"))
# A bound on memory, as for labels.
_MAX_CACHED = 50_000
_MAX_PARTS = 12
_MAX_NESTED = 2
_TRIPLE_PARTS = (RDF + "subject", RDF + "predicate", RDF + "object")


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
        return self.graphs - {INFERRED_GRAPH}


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
    parts: tuple[tuple[Name, tuple[Value, ...]], ...] = ()  # of a blank node or a triple term
    qualifier: str = ""  # tells it apart from another value with the same text


def gather(quads: Iterable[Quad], limit: int) -> tuple[list[Statement], bool]:
    """Merge at most `limit` quads into statements. The second value is True if these were all."""
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


class ValueReader:
    """Makes values from terms: names, classes, and the contents of blank nodes.

    `written` is the store for what readers see: its literals are as in their files.
    """

    def __init__(self, store: Store, labels: Labels, vocabulary: Vocabulary) -> None:
        self.store = store
        self.written = as_written(store)
        self.labels = labels
        self.vocabulary = vocabulary
        self._kinds: dict[str, Name | None] = {}

    def kind(self, iri: str) -> Name | None:
        """Return the most specific class of an entity, or None."""
        if iri not in self._kinds:
            if len(self._kinds) >= _MAX_CACHED:
                self._kinds.clear()
            classes = [
                quad.object.value
                for quad in self.store.quads(NamedNode(iri), _TYPE, None, DEFAULT_GRAPH)
                if isinstance(quad.object, NamedNode)
            ]
            names = self.kinds(classes)
            self._kinds[iri] = names[0] if names else None
        return self._kinds[iri]

    def kinds(self, classes: Iterable[str]) -> tuple[Name, ...]:
        """Return the names of the most specific of some classes."""
        informative = [iri for iri in classes if iri not in _UNINFORMATIVE]
        return tuple(map(self.labels.name, self.vocabulary.most_specific(informative)))

    def value(self, term: Term, *, depth: int = 0) -> Value:
        """Return the value of a term, without sources; `depth` limits nested blank nodes."""
        if isinstance(term, NamedNode):
            name = self.labels.name(term.value)
            return Value(
                name.label, term.value, name.acronym, name.language, kind=self.kind(term.value)
            )
        if isinstance(term, Literal):
            datatype = term.datatype.value
            return Value(
                term.value,
                language=term.language or "",
                datatype="" if datatype in _PLAIN else datatype,
            )
        if isinstance(term, BlankNode) and depth < _MAX_NESTED:
            return Value("", parts=self._parts(term, depth))
        if isinstance(term, Triple) and depth < _MAX_NESTED:
            return Value("", parts=self._parts_of_triple(term, depth))
        return Value(str(term))

    def supported(self, term: Term, statement: Statement, citations: Citations) -> Value:
        """Return the value of one end of a statement, with the sources of the statement."""
        numbers = citations.cite(statement)
        return replace(
            self.value(term),
            sources=numbers,
            more_sources=len(statement.sources) - len(numbers),
            inferred=statement.inferred,
        )

    def _parts_of_triple(
        self, triple: Triple, depth: int
    ) -> tuple[tuple[Name, tuple[Value, ...]], ...]:
        """Return the subject, predicate and object of a triple term."""
        parts = zip(_TRIPLE_PARTS, (triple.subject, triple.predicate, triple.object), strict=True)
        return tuple(
            (self.labels.name(iri), (self.value(part, depth=depth + 1),)) for iri, part in parts
        )

    def _parts(self, node: BlankNode, depth: int) -> tuple[tuple[Name, tuple[Value, ...]], ...]:
        parts: dict[str, list[Value]] = {}
        for quad in islice(self.written.quads(node, None, None, DEFAULT_GRAPH), _MAX_PARTS):
            if quad.predicate != _TYPE:
                values = parts.setdefault(quad.predicate.value, [])
                values.append(self.value(quad.object, depth=depth + 1))
        return tuple(
            (self.labels.name(iri), tuple(values)) for iri, values in sorted(parts.items())
        )
