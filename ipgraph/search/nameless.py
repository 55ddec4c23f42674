"""Things without an IRI in the index: those with a class are listed with its other instances.

They have rows for the lists of their classes, and no names: search does not find them, because
nothing that it returns could be used as an address.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from ipgraph.entities.labels import DEFAULT_GRAPH
from ipgraph.namespaces import BUILT_IN, RDF, SHACL

if TYPE_CHECKING:
    from ipgraph.entities.entity import Entities
    from ipgraph.entities.values import ValueReader

# Before the label of a blank node in the place of an IRI.
MARK = "_:"
# Of more, the rest are left out: a list of millions of them tells nobody anything.
MAX_NAMELESS = 200_000
_TYPE = NamedNode(RDF + "type")
_NOT_KINDS = (*BUILT_IN, SHACL)

# Its node, its label, and its classes.
Nameless = tuple[BlankNode, str, list[str]]


def find(entities: Entities) -> list[Nameless]:
    """Return the things without an IRI that have a class, but parts of ontologies and shapes."""
    classes: dict[BlankNode, list[str]] = defaultdict(list)
    for quad in entities.store.quads(None, _TYPE, None, DEFAULT_GRAPH):
        if (
            isinstance(quad.subject, BlankNode)
            and isinstance(quad.object, NamedNode)
            and not quad.object.value.startswith(_NOT_KINDS)
            and (quad.subject in classes or len(classes) < MAX_NAMELESS)
        ):
            classes[quad.subject].append(quad.object.value)
    return [(node, _label(entities.reader, node, kinds), kinds) for node, kinds in classes.items()]


def _label(reader: ValueReader, node: BlankNode, classes: list[str]) -> str:
    """Return the label of a thing, or of its class."""
    kinds = reader.kinds(classes)
    return reader.text(node) or (kinds[0].label if kinds else "")
