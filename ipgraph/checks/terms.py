"""RDF terms in the words of a report, and the entity that a node without an IRI belongs to."""

from __future__ import annotations

import pyoxigraph as ox

from ipgraph.namespaces import shorten

# Nodes without an IRI in one another, and characters of a literal.
_MAX_LEVELS = 10
_MAX_CHARACTERS = 200


def text_of(term: object) -> str:
    """Return a term in a line of a report: a prefixed name, or a text with its tag."""
    if isinstance(term, ox.NamedNode):
        return shorten(term.value)
    if isinstance(term, ox.Literal):
        value = term.value
        if len(value) > _MAX_CHARACTERS:
            value = f"{value[:_MAX_CHARACTERS]}…"
        return f'"{value}"{f"@{term.language}" if term.language else ""}'
    return "" if term is None else str(term)


def owner(node: object, engine: ox.Store) -> tuple[ox.NamedNode | None, str]:
    """Return the entity that a node is a part of, and the properties that lead to the node.

    An IRI is a part of itself; an entity has the node without an IRI that it points to.
    """
    names: list[str] = []
    for _ in range(_MAX_LEVELS):
        if isinstance(node, ox.NamedNode):
            return node, " / ".join(reversed(names))
        if not isinstance(node, ox.BlankNode):
            break
        quads = engine.quads_for_pattern(None, None, node, ox.DefaultGraph())
        quad = min(quads, key=lambda quad: (str(quad.subject)[0] != "<", str(quad)), default=None)
        if quad is None:
            break
        names.append(text_of(quad.predicate))
        node = quad.subject
    return None, ""
