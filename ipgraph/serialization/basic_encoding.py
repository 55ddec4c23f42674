"""The basic encoding of triple terms (W3C, RDF 1.2 Interoperability, section 3).

Each triple term becomes a blank node with the class ``rdf:PropositionForm`` and a property for each
of its parts. The result contains no triple term, so formats and tools without them can hold it, and
the original can be restored.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

import pyoxigraph as ox

from ipgraph.errors import NotAcceptable
from ipgraph.namespaces import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.store import Term

_TYPE = ox.NamedNode(RDF + "type")
_FORM = ox.NamedNode(RDF + "PropositionForm")
_PARTS = tuple(
    ox.NamedNode(RDF + "propositionForm" + part) for part in ("Subject", "Predicate", "Object")
)

Statement = TypeVar("Statement", ox.Triple, ox.Quad)


def encoded(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Yield statements without triple terms; those of a quad are in its graph.

    A triple term has the same blank node in every result. Takes memory for each distinct triple
    term. Raises `NotAcceptable` if the statements have triple terms, and nodes that are encoded
    already: the original could not be restored.
    """
    known: set[tuple[object, ox.Triple]] = set()
    has_forms = False
    for statement in statements:
        has_forms = has_forms or (
            statement.object == _FORM
            and statement.predicate == _TYPE
            and isinstance(statement.subject, ox.BlankNode)
        )
        if not isinstance(statement.object, ox.Triple):
            yield statement
            if has_forms and known:
                raise _mixed()
            continue
        if has_forms:
            raise _mixed()
        node = _node(statement.object)
        yield _like(statement, statement.subject, statement.predicate, node)
        yield from _definitions(statement, statement.object, known)


def _definitions(
    statement: Statement, term: ox.Triple, known: set[tuple[object, ox.Triple]]
) -> Iterator[Statement]:
    """Yield what defines the node of a triple term, unless its graph has it already."""
    waiting = [term]
    graph = getattr(statement, "graph_name", None)
    while waiting:
        term = waiting.pop()
        if (graph, term) in known:
            continue
        known.add((graph, term))
        node = _node(term)
        yield _like(statement, node, _TYPE, _FORM)
        values: list[Term] = [term.subject, term.predicate, term.object]
        for predicate, value in zip(_PARTS, values, strict=True):
            if isinstance(value, ox.Triple):
                waiting.append(value)
                value = _node(value)  # noqa: PLW2901  its node stands for it
            yield _like(statement, node, predicate, value)


def _node(term: ox.Triple) -> ox.BlankNode:
    """Return the blank node of a triple term; its label is long enough to be fresh."""
    return ox.BlankNode("t" + hashlib.sha256(str(term).encode()).hexdigest()[:31])


def _like(
    statement: Statement, subject: object, predicate: ox.NamedNode, value: object
) -> Statement:
    """Return a statement of the same kind and graph."""
    if isinstance(statement, ox.Quad):
        return ox.Quad(subject, predicate, value, statement.graph_name)  # type: ignore[arg-type]
    return ox.Triple(subject, predicate, value)  # type: ignore[arg-type]


def _mixed() -> NotAcceptable:
    return NotAcceptable(
        "The statements have triple terms and nodes of the class rdf:PropositionForm, so they "
        "cannot be basic-encoded.",
        hint="Use a format that can hold triple terms, such as nt or ttl.",
    )
