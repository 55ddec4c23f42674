"""Statements with what supports them: the sources that state each, or the mark that it is inferred.

A statement is read once from all named graphs; the default graph holds the merge of them and adds
nothing but statements of a graph that has no sources at all (any RDF file).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ipgraph.entities.labels import DEFAULT_GRAPH, Labels, Name
from ipgraph.namespaces import INFERRED_GRAPH, OWL, RDF, RDFS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad

    from ipgraph.entities.bibliography import Bibliography, Source
    from ipgraph.entities.vocabulary import Terms
    from ipgraph.store import Store, Subject, Term

TYPE = RDF + "type"
_TYPE = NamedNode(TYPE)
_PLAIN = frozenset((XSD + "string", RDF + "langString"))
# Classes that say nothing to a reader.
_NO_KIND = frozenset((OWL + "NamedIndividual", OWL + "Thing", RDFS + "Resource"))
# A bound on memory, as for labels.
_MAX_KEPT = 50_000
_MAX_PARTS = 12


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple and the graphs it stands in; none where only the default one has it."""

    subject: Subject
    predicate: str
    object: Term
    graphs: frozenset[str]

    @property
    def inferred(self) -> bool:
        """Say whether no source states it."""
        return self.graphs == {INFERRED_GRAPH}

    @property
    def sources(self) -> frozenset[str]:
        """Return the graphs that state it."""
        return self.graphs - {INFERRED_GRAPH}


@dataclass(frozen=True, slots=True)
class Value:
    """One end of a statement: a thing with its name, or a literal; and its support."""

    text: str
    iri: str = ""  # empty for a literal and for a node without a name
    acronym: str = ""
    language: str = ""
    datatype: str = ""  # of a literal that is not plain text
    kind: Name | None = None
    sources: tuple[int, ...] = ()  # numbers of the view's sources
    more_sources: int = 0  # that support it too, beyond those numbered
    inferred: bool = False
    parts: tuple[tuple[Name, tuple[Value, ...]], ...] = ()  # of a node without a name


def gather(quads: Iterable[Quad], limit: int) -> tuple[list[Statement], bool]:
    """Join at most `limit` quads into statements, and say whether that was all of them."""
    graphs: dict[tuple[Subject, NamedNode, Term], set[str]] = {}
    read = 0
    for quad in islice(quads, limit + 1):
        read += 1
        if isinstance(quad.subject, Triple) or isinstance(quad.object, Triple):
            continue  # RDF 1.2's statements about statements have no place in a view
        held = graphs.setdefault((quad.subject, quad.predicate, quad.object), set())
        if isinstance(quad.graph_name, NamedNode):
            held.add(quad.graph_name.value)
    statements = [
        Statement(subject, predicate.value, object_, frozenset(held))
        for (subject, predicate, object_), held in graphs.items()
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


class Reader:
    """Makes values of terms: names, kinds, and the parts of nodes that have no name."""

    def __init__(self, store: Store, labels: Labels, terms: Terms) -> None:
        self.store = store
        self.labels = labels
        self.terms = terms
        self._kinds: dict[str, Name | None] = {}

    def kind(self, iri: str) -> Name | None:
        """Return the class that says most about a thing, or None."""
        if iri not in self._kinds:
            if len(self._kinds) >= _MAX_KEPT:
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
        """Name the most specific of some classes."""
        telling = [each for each in classes if each not in _NO_KIND]
        return tuple(self.labels.name(each) for each in self.terms.most_specific(telling))

    def value(self, term: Term, *, depth: int = 0) -> Value:
        """Make a value of a term, unsupported as yet; `depth` bounds nodes inside nodes."""
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
        if isinstance(term, BlankNode) and depth < 2:
            return Value("", parts=self._parts(term, depth))
        return Value(str(term))

    def supported(self, term: Term, statement: Statement, citations: Citations) -> Value:
        """Make a value of one end of a statement, with what supports the statement."""
        numbers = citations.cite(statement)
        return replace(
            self.value(term),
            sources=numbers,
            more_sources=len(statement.sources) - len(numbers),
            inferred=statement.inferred,
        )

    def _parts(self, node: BlankNode, depth: int) -> tuple[tuple[Name, tuple[Value, ...]], ...]:
        found: dict[str, list[Value]] = {}
        for quad in islice(self.store.quads(node, None, None, DEFAULT_GRAPH), _MAX_PARTS):
            if quad.predicate != _TYPE and not isinstance(quad.object, Triple):
                values = found.setdefault(quad.predicate.value, [])
                values.append(self.value(quad.object, depth=depth + 1))
        return tuple(
            (self.labels.name(iri), tuple(values)) for iri, values in sorted(found.items())
        )
