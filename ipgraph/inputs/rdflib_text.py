"""A graph or dataset of rdflib as TriG, which is then read like any other file.

Literals keep the form that rdflib has. What is not valid RDF is written so that the reader of files
finds and reports it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import rdflib

from ipgraph.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Characters that cannot be in <…>; the reader gets them escaped, and decides (Turtle 1.1, 6.5).
_NOT_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|")


def lines(graph: rdflib.Graph) -> Iterator[str]:
    """Yield the lines of a graph with its prefixes; of a dataset, those of all its graphs.

    The default graph is outside of any block. Raises `UsageError` for terms that RDF has not, such
    as a variable or a formula of N3.
    """
    for prefix, namespace in graph.namespaces():
        if _PREFIX.fullmatch(prefix):
            yield f"@prefix {prefix}: {_iri(namespace)} .\n"
    if not isinstance(graph, rdflib.Dataset | rdflib.ConjunctiveGraph):
        yield from map(_statement, graph)
        return
    by_graph: dict[Any, list[str]] = {}
    for *terms, found in graph.quads():
        name = getattr(found, "identifier", found)
        by_graph.setdefault(name, []).append(_statement(terms))
    default = graph.default_context.identifier if _is_conjunctive(graph) else None
    for name, statements in by_graph.items():
        is_default = name in (None, default, rdflib.graph.DATASET_DEFAULT_GRAPH_ID)
        yield from statements if is_default else [f"{_term(name)} {{\n", *statements, "}\n"]


def _is_conjunctive(graph: rdflib.Graph) -> bool:
    return isinstance(graph, rdflib.ConjunctiveGraph) and not isinstance(graph, rdflib.Dataset)


def _statement(terms: Iterable[Any]) -> str:
    return f"{' '.join(map(_term, terms))} .\n"


def _term(term: Any) -> str:
    if isinstance(term, rdflib.URIRef):
        return _iri(term)
    if isinstance(term, rdflib.BNode):
        try:
            return str(ox.BlankNode(str(term)))
        except ValueError:  # rdflib takes any text as a label
            return f"_:x{str(term).encode().hex()}"
    if isinstance(term, rdflib.Literal):
        text = str(ox.Literal(str(term)))
        if term.language:
            return f"{text}@{_NOT_IN_IRI.sub('', term.language)}"
        return f"{text}^^{_iri(term.datatype)}" if term.datatype else text
    raise UsageError(f"A graph with a {type(term).__name__} of rdflib cannot be opened: {term}.")


def _iri(iri: str) -> str:
    return f"<{_NOT_IN_IRI.sub(_escaped, iri)}>"


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04X}"
