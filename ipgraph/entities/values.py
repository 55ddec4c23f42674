"""What a term shows: a name with its class, a literal, a list, a node without an IRI, a triple.

Lists are read as a whole and nodes without an IRI with all that they say, within a number of
nested values; a value says how many more there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ipgraph.entities.labels import DEFAULT_GRAPH, LABEL_PROPERTIES, Labels, Name
from ipgraph.entities.statements import TYPE, Value
from ipgraph.namespaces import OWL, RDF, RDFS, XSD
from ipgraph.store.originals import as_written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ipgraph.entities.statements import Citations, Statement
    from ipgraph.entities.vocabulary import Vocabulary
    from ipgraph.store import Store, Subject, Term

FIRST, REST = RDF + "first", RDF + "rest"
# Values inside one value, and nodes inside each other.
MAX_NESTED = 150
MAX_DEPTH = 8
# Members of a list, and statements about a node without an IRI, that are counted.
_MAX_MEMBERS = 10_000
_MAX_READ = 1_000
# With fewer left, a limit is exceeded instead.
_LEAST_HIDDEN = 3
_MAX_OWNERS = 20
_TYPE = NamedNode(TYPE)
_NIL = NamedNode(RDF + "nil")
_REST = NamedNode(REST)
_LIST_PROPERTIES = {FIRST, REST, TYPE}
_PLAIN = frozenset((XSD + "string", RDF + "langString", RDF + "dirLangString"))
# Classes that tell a reader nothing.
_UNINFORMATIVE = frozenset((OWL + "NamedIndividual", OWL + "Thing", RDFS + "Resource"))
# A bound on memory, as for labels.
_MAX_CACHED = 50_000


@dataclass(slots=True)
class _Room:
    """The number of nested values that may follow."""

    left: int

    def take(self, wanted: int) -> int:
        """Return how many of `wanted` values fit; all, if otherwise few would be hidden."""
        given = wanted if wanted < self.left + _LEAST_HIDDEN else max(self.left, 0)
        self.left -= given
        return given


class ValueReader:
    """Makes values from terms: names, classes, lists, and the contents of blank nodes.

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
            self._kinds[iri] = self._kind(NamedNode(iri))
        return self._kinds[iri]

    def _kind(self, node: Subject) -> Name | None:
        classes = [
            quad.object.value
            for quad in self.store.quads(node, _TYPE, None, DEFAULT_GRAPH)
            if isinstance(quad.object, NamedNode)
        ]
        names = self.kinds(classes)
        return names[0] if names else None

    def kinds(self, classes: Iterable[str]) -> tuple[Name, ...]:
        """Return the names of the most specific of some classes."""
        informative = [iri for iri in classes if iri not in _UNINFORMATIVE]
        return tuple(map(self.labels.name, self.vocabulary.most_specific(informative)))

    def value(self, term: Term, *, nested: int = MAX_NESTED) -> Value:
        """Return the value of a term, without sources; `nested` limits the values inside it."""
        return self._value(term, _Room(nested), ())

    def contents(self, node: Subject, hidden: frozenset[str], *, nested: int = MAX_NESTED) -> Value:
        """Return a node with what is said about it, but the statements of `hidden` properties."""
        room = _Room(nested)
        value = self._contents(node, room, (), hidden)
        return replace(value, iri=node.value) if isinstance(node, NamedNode) else value

    def text(self, term: Term) -> str:
        """Return the text by which values are sorted."""
        if isinstance(term, NamedNode):
            return self.labels.name(term.value).label
        return self._label(term) if isinstance(term, BlankNode) else _text(term)

    def supported(
        self,
        term: Term,
        statement: Statement,
        citations: Citations,
        *,
        back: Subject | None = None,
    ) -> Value:
        """Return the value of one end of a statement, with the sources of the statement.

        Of a node without an IRI, the same property of the node `back` is left out.
        """
        numbers = citations.cite(statement)
        room, link = _Room(MAX_NESTED), (statement.predicate, back)
        is_node = isinstance(term, BlankNode) and back
        return replace(
            self._contents(term, room, (), frozenset(), link) if is_node else self.value(term),  # type: ignore[arg-type]
            sources=numbers,
            more_sources=len(statement.sources) - len(numbers),
            inferred=statement.inferred,
        )

    def list_owners(self, cell: Subject) -> list[tuple[Subject, str]]:
        """Return the subjects and properties that have the list with a cell as object."""
        for _ in range(_MAX_MEMBERS):
            before = self.store.quads(None, _REST, cell, DEFAULT_GRAPH)
            previous = next((quad.subject for quad in before), None)
            if previous is None or previous == cell:
                break
            cell = previous  # type: ignore[assignment]  # a triple is no subject of RDF 1.2
        quads = islice(self.store.quads(None, None, cell, DEFAULT_GRAPH), _MAX_OWNERS)
        return [(quad.subject, quad.predicate.value) for quad in quads]  # type: ignore[misc]

    def _value(self, term: Term, room: _Room, above: tuple[Subject, ...]) -> Value:
        if isinstance(term, NamedNode):
            if term == _NIL:
                return Value("", items=())
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
        if isinstance(term, Triple):
            subject, predicate, object_ = (
                self._end(part, room, above) for part in (term.subject, term.predicate, term.object)
            )
            return Value(str(term), triple=(subject, predicate, object_))
        if (members := self.members(term)) is not None:
            shown = members[: room.take(len(members))]
            return Value(
                "",
                items=tuple(self._value(member, room, (*above, term)) for member in shown),
                more=len(members) - len(shown),
            )
        return self._contents(term, room, above, frozenset())

    def _end(self, term: Term, room: _Room, above: tuple[Subject, ...]) -> Value:
        """Return an end of a triple that nobody need state: a name without a page has no link."""
        value = self._value(term, room, above)
        if isinstance(term, NamedNode) and not self._has_page(term):
            return replace(value, iri="")
        return value

    def _has_page(self, node: NamedNode) -> bool:
        quads = self.store.quads
        found = (quads(node), quads(None, None, node), quads(None, node))
        return any(next(iter(part), None) is not None for part in found)

    def members(self, node: Term) -> list[Term] | None:
        """Return the members of a list, up to a limit; None if a node does not begin a list."""
        members: list[Term] = []
        seen: set[object] = set()
        cell: object = node
        while cell != _NIL and len(members) < _MAX_MEMBERS:
            if cell in seen or not isinstance(cell, BlankNode | NamedNode):
                return None
            seen.add(cell)
            facts = [*islice(self.written.quads(cell, None, None, DEFAULT_GRAPH), 8)]
            first = [fact.object for fact in facts if fact.predicate.value == FIRST]
            rest = [fact.object for fact in facts if fact.predicate.value == REST]
            if len(first) != 1 or len(rest) != 1:
                return None
            if not {fact.predicate.value for fact in facts} <= _LIST_PROPERTIES:
                return None
            members.append(first[0])
            cell = rest[0]
        return members

    def _contents(
        self,
        node: Subject,
        room: _Room,
        above: tuple[Subject, ...],
        hidden: frozenset[str],
        link: tuple[str, Subject | None] = ("", None),
    ) -> Value:
        kind, label = self._kind(node), self._label(node)
        if node in above:
            return Value(label or "…", kind=kind)
        parts: dict[str, list[Term]] = {}
        for quad in islice(self.written.quads(node, None, None, DEFAULT_GRAPH), _MAX_READ):
            predicate, is_label = quad.predicate.value, isinstance(quad.object, Literal)
            if predicate == TYPE or predicate in hidden or (predicate, quad.object) == link:
                continue
            if label and is_label and predicate in LABEL_PROPERTIES:
                continue
            parts.setdefault(predicate, []).append(quad.object)
        total = sum(map(len, parts.values()))
        left = room.take(total) if len(above) < MAX_DEPTH else 0
        shown, more = [], total - left
        for iri in sorted(parts, key=lambda iri: (self.vocabulary.rank(iri), iri)):
            terms = sorted(parts[iri], key=str)[:left]
            left -= len(terms)
            if terms:
                values = tuple(self._value(term, room, (*above, node)) for term in terms)
                shown.append((self.labels.name(iri), values))
        return Value(label, kind=kind, parts=tuple(shown), more=more)

    def _label(self, node: Subject) -> str:
        texts = [
            quad.object
            for iri in LABEL_PROPERTIES
            for quad in self.store.quads(node, NamedNode(iri), None, DEFAULT_GRAPH)
            if isinstance(quad.object, Literal)
        ]
        return self.labels.choose(texts)[0]


def _text(term: Term) -> str:
    return term.value if isinstance(term, Literal) else str(term)
