"""The hierarchy of the terms of a graph: counted once, when the index is built.

Only what was stated counts: the closure would make every class a direct subclass of all above it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode

from ipgraph.namespaces import BUILT_IN, COMPUTED_GRAPHS, OWL, RDF, RDFS, SHACL, SKOS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

    from ipgraph.store import Store

SCHEMA = """
CREATE TABLE vocabulary (kind TEXT, iri TEXT, own INTEGER, parents INTEGER, children INTEGER,
  PRIMARY KEY (kind, iri)) WITHOUT ROWID;
CREATE TABLE concepts (iri TEXT PRIMARY KEY, top INTEGER, children INTEGER) WITHOUT ROWID;
CREATE TABLE hierarchy (parent TEXT, child TEXT, PRIMARY KEY (parent, child)) WITHOUT ROWID;
"""
TERM_CLASSES = (
    *(OWL + "Class", RDFS + "Class", RDFS + "Datatype"),
    *(RDF + "Property", OWL + "ObjectProperty", OWL + "DatatypeProperty"),
    OWL + "AnnotationProperty",
)
# Their terms are no content: languages of ontologies and shapes.
NOT_CONTENT = (*BUILT_IN, SHACL)
_TYPE = NamedNode(RDF + "type")
_HIERARCHIES = (NamedNode(RDFS + "subClassOf"), NamedNode(RDFS + "subPropertyOf"))
_NOT_STATED = (*map(NamedNode, COMPUTED_GRAPHS), DefaultGraph())

_FROM = (
    " FROM vocabulary v JOIN terms t ON t.iri = v.iri WHERE v.kind = ?"
    " AND (? = '' OR t.folded LIKE ? ESCAPE '\\' OR t.local LIKE ? ESCAPE '\\')"
)
_CONCEPT = NamedNode(SKOS + "Concept")
# The property to the concept above, and True if it leads there from below.
_CONCEPT_HIERARCHIES = ((SKOS + "broader", True), (SKOS + "narrower", False))
_CONCEPT_COLUMNS = "SELECT e.iri, e.label, 0, e.description, 1, c.children"
_COLUMNS = "SELECT t.iri, t.label, t.uses, t.comment, v.own, v.children"
_ORDER = " ORDER BY v.own DESC, t.folded, t.iri LIMIT ? OFFSET ?"


@dataclass(frozen=True, slots=True)
class Entry:
    """A class or property of a list: `own` if this dataset describes it, `below` the terms below.

    `children` are the first of them; `uses` counts instances, or statements with a property.
    """

    iri: str
    label: str
    uses: int
    comment: str
    own: bool
    below: int
    children: tuple[Entry, ...] = ()


def write(connection: sqlite3.Connection, store: Store) -> None:
    """Write the hierarchy of the terms that the index has."""
    rows = connection.execute("SELECT iri, kind FROM terms")
    kinds = {iri: kind for iri, kind in rows if not iri.startswith(NOT_CONTENT)}
    own = _described(store)
    edges = {
        (parent, child)
        for predicate in _HIERARCHIES
        for child, parent in _pairs(store, predicate)
        if child != parent and child in kinds and kinds.get(parent) == kinds[child]
    }
    edges |= _write_concepts(connection, store)
    parents = Counter(child for _, child in edges)
    children = Counter(parent for parent, _ in edges)
    connection.executemany(
        "INSERT INTO vocabulary VALUES (?,?,?,?,?)",
        [(kind, iri, iri in own, parents[iri], children[iri]) for iri, kind in kinds.items()],
    )
    connection.executemany("INSERT INTO hierarchy VALUES (?,?)", sorted(edges))


def _write_concepts(connection: sqlite3.Connection, store: Store) -> set[tuple[str, str]]:
    """Write the concepts; return their hierarchy. Top concepts are as stated, if any are."""
    concepts = {
        quad.subject.value
        for quad in store.quads(None, _TYPE, _CONCEPT, DefaultGraph())
        if isinstance(quad.subject, NamedNode)
    }
    edges = {
        (pair[::-1] if is_upward else pair)
        for name, is_upward in _CONCEPT_HIERARCHIES
        for pair in _pairs(store, NamedNode(name))
        if pair[0] != pair[1] and concepts.issuperset(pair)
    }
    stated = {child for _, child in _pairs(store, NamedNode(SKOS + "hasTopConcept"))}
    stated |= {child for child, _ in _pairs(store, NamedNode(SKOS + "topConceptOf"))}
    below = {child for _, child in edges}
    tops = (stated & concepts) or concepts - below
    children = Counter(parent for parent, _ in edges)
    rows = [(iri, iri in tops, children[iri]) for iri in concepts]
    connection.executemany("INSERT INTO concepts VALUES (?,?,?)", rows)
    if rows:
        connection.execute("CREATE INDEX entities_iri ON entities (iri)")
    return edges


class Vocabulary:
    """The terms of an index; `rows` runs a query on it."""

    def __init__(self, rows: Callable[[str, tuple[object, ...]], list[tuple[object, ...]]]) -> None:
        self._rows = rows

    def count(self, kind: str, text: str = "") -> int:
        """Return the number of terms of a kind (class or property) with a text in their name."""
        ((number,),) = self._rows("SELECT COUNT(*)" + _FROM, _values(kind, text))
        return int(number)  # type: ignore[call-overload,no-any-return]

    def page(self, kind: str, text: str = "", *, limit: int, offset: int = 0) -> list[Entry]:
        """Return terms of a kind by label, those that the dataset describes first."""
        values = (*_values(kind, text), limit, offset)
        return self._entries(_COLUMNS + _FROM + _ORDER, values)

    def roots(self, kind: str, limit: int) -> list[Entry]:
        """Return the terms without a term above them, those with more below first."""
        query = (
            f"{_COLUMNS} FROM vocabulary v JOIN terms t ON t.iri = v.iri WHERE v.kind = ?"
            " AND v.parents = 0 ORDER BY v.own DESC, v.children DESC, t.folded, t.iri LIMIT ?"
        )
        return self._entries(query, (kind, limit))

    def count_roots(self, kind: str) -> int:
        """Return the number of terms without a term above them."""
        query = "SELECT COUNT(*) FROM vocabulary WHERE kind = ? AND parents = 0"
        ((number,),) = self._rows(query, (kind,))
        return int(number)  # type: ignore[call-overload,no-any-return]

    def below(self, iri: str, limit: int) -> list[Entry]:
        """Return the terms directly below a term, by label."""
        query = (
            f"{_COLUMNS} FROM hierarchy h JOIN vocabulary v ON v.iri = h.child"
            " JOIN terms t ON t.iri = v.iri WHERE h.parent = ? ORDER BY t.folded, t.iri LIMIT ?"
        )
        return self._entries(query, (iri, limit))

    def top_concepts(self, limit: int) -> list[Entry]:
        """Return the top concepts of all schemes, by label."""
        query = (
            f"{_CONCEPT_COLUMNS} FROM concepts c JOIN entities e ON e.iri = c.iri WHERE c.top"
            " ORDER BY e.folded, e.iri LIMIT ?"
        )
        return self._entries(query, (limit,))

    def count_top_concepts(self) -> int:
        """Return the number of top concepts."""
        ((number,),) = self._rows("SELECT COUNT(*) FROM concepts WHERE top", ())
        return int(number)  # type: ignore[call-overload,no-any-return]

    def narrower(self, iri: str, limit: int) -> list[Entry]:
        """Return the concepts directly below a concept, by label."""
        query = (
            f"{_CONCEPT_COLUMNS} FROM hierarchy h JOIN concepts c ON c.iri = h.child"
            " JOIN entities e ON e.iri = c.iri WHERE h.parent = ? ORDER BY e.folded, e.iri LIMIT ?"
        )
        return self._entries(query, (iri, limit))

    def _entries(self, query: str, values: tuple[object, ...]) -> list[Entry]:
        return [Entry(*row) for row in self._rows(query, values)]  # type: ignore[arg-type]


def content(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the classes that are kinds of things, with their counts, in the given order.

    In an ontology, which describes more terms than things, its classes and properties are things.
    """
    pairs = [*counts]
    things = [pair for pair in pairs if not pair[0].startswith(NOT_CONTENT)]
    terms = [pair for pair in pairs if pair[0] in TERM_CLASSES]
    is_ontology = sum(number for _, number in terms) > sum(number for _, number in things)
    return [pair for pair in pairs if pair in things or (is_ontology and pair in terms)]


def _described(store: Store) -> set[str]:
    return {
        quad.subject.value
        for class_ in TERM_CLASSES
        for quad in store.quads(None, _TYPE, NamedNode(class_))
        if isinstance(quad.subject, NamedNode) and quad.graph_name not in _NOT_STATED
    }


def _pairs(store: Store, predicate: NamedNode) -> Iterator[tuple[str, str]]:
    for quad in store.quads(None, predicate):
        if (
            quad.graph_name not in _NOT_STATED
            and isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, NamedNode)
        ):
            yield quad.subject.value, quad.object.value


def _values(kind: str, text: str) -> tuple[object, ...]:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return (kind, text, f"%{escaped}%", f"%{escaped}%")
