"""What a graph is called: by what it says of itself as a dataset, else by where it came from."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.labels import DEFAULT_GRAPH, LABEL_PROPERTIES, label_from_iri
from ipgraph.namespaces import (
    DC_ELEMENTS,
    DCAT,
    DCTERMS,
    OWL,
    RDF,
    RDFS,
    SCHEMA,
    SCHEMA_HTTP,
    SKOS,
    VOID,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.store import Store

OWN = "Infrastructure Protection Graph"
UNNAMED = "RDF graph"
# The classes whose things are a whole dataset or its head, the likeliest first.
_HEADS = tuple(
    NamedNode(each)
    for each in (
        VOID + "Dataset",
        DCAT + "Dataset",
        SCHEMA + "Dataset",
        SCHEMA_HTTP + "Dataset",
        VOID + "DatasetDescription",
        SKOS + "ConceptScheme",
        OWL + "Ontology",
    )
)
_TITLES = tuple(
    NamedNode(each) for each in (DCTERMS + "title", DC_ELEMENTS + "title", *LABEL_PROPERTIES)
)
_DESCRIPTIONS = tuple(
    NamedNode(each)
    for each in (
        DCTERMS + "description",
        DC_ELEMENTS + "description",
        DCTERMS + "abstract",
        RDFS + "comment",
        SKOS + "definition",
        SCHEMA + "description",
        SCHEMA_HTTP + "description",
    )
)
_TYPE = NamedNode(RDF + "type")
MAX_CHARS = 80


def titled(store: Store, origin: str = "") -> tuple[str, str]:
    """Return the title and the description that a graph gives itself; the latter may be empty.

    Where several things of one class could be the dataset, none speaks for the whole. Without a
    title of its own a graph is called by the file, folder or host in `origin`, one a line.
    """
    for kind in _HEADS:
        heads = {quad.subject for quad in store.quads(None, _TYPE, kind, DEFAULT_GRAPH)}
        if len(heads) == 1:
            head = heads.pop()
            title = _text(store, head, _TITLES)
            if title:
                return _cut(title), _text(store, head, _DESCRIPTIONS)
    return _of_origin(origin), ""


def _text(store: Store, thing: object, properties: tuple[NamedNode, ...]) -> str:
    """Return the first text that a thing has, English or without a language before others."""
    for each in properties:
        found = sorted(_texts(store, thing, each))
        if found:
            return found[0][1]
    return ""


def _texts(store: Store, thing: object, predicate: NamedNode) -> Iterator[tuple[int, str]]:
    for quad in store.quads(thing, predicate, None, DEFAULT_GRAPH):  # type: ignore[arg-type]
        if isinstance(quad.object, Literal) and quad.object.value.strip():
            language = quad.object.language or ""
            rank = 0 if language.partition("-")[0] == "en" else 2 if language else 1
            yield rank, " ".join(quad.object.value.split())


def _of_origin(origin: str) -> str:
    places = [line for line in origin.split("\n") if line]
    if not places:
        return UNNAMED
    if "://" in places[0]:
        return urlsplit(places[0]).hostname or UNNAMED
    # Without the suffixes: people-2024.ttl.gz is “People 2024”.
    names = [re.sub(r"(?:\.[A-Za-z]\w{0,6})+$", "", PurePath(each).name) for each in places]
    shown = [label_from_iri("/" + unquote(name)) for name in names[:2] if name]
    more = f" +{len(names) - 2}" if len(names) > 2 else ""
    return _cut(", ".join(shown) + more) if shown else UNNAMED


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1].rstrip() + "…"
