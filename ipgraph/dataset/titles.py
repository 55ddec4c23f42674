"""The title of a graph: from its metadata, else from its files, folder or host."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.labels import DEFAULT_GRAPH, LABEL_PROPERTIES, words_from_iri
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
    URNS,
    VOID,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.store import Store

DEFAULT_TITLE = "RDF graph"
DEFAULT_NAME = "graph"
# The classes of a dataset or its header, the likeliest first.
_DATASET_CLASSES = tuple(
    NamedNode(iri)
    for iri in (
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
    NamedNode(iri) for iri in (DCTERMS + "title", DC_ELEMENTS + "title", *LABEL_PROPERTIES)
)
_DESCRIPTIONS = tuple(
    NamedNode(iri)
    for iri in (
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
MAX_NAME_CHARS = 40


def title_and_description(store: Store, origin: str = "") -> tuple[str, str]:
    """Return the title and the description of a graph; the description may be empty.

    Both come from the only instance of a class of datasets; with several instances, none describes
    the whole graph. A graph without a title is named after its `origin`: files, folders or a host,
    one a line.
    """
    for class_ in _DATASET_CLASSES:
        datasets = {quad.subject for quad in store.quads(None, _TYPE, class_, DEFAULT_GRAPH)}
        if len(datasets) == 1:
            dataset = datasets.pop()
            title = _text(store, dataset, _TITLES)
            if title:
                return _shorten(title), _text(store, dataset, _DESCRIPTIONS)
    return _title_of_origin(origin), ""


def _text(store: Store, subject: object, properties: tuple[NamedNode, ...]) -> str:
    """Return the first text of a subject; English comes first, then no language, then others."""
    for predicate in properties:
        texts = sorted(_texts(store, subject, predicate))
        if texts:
            return texts[0][1]
    return ""


def _texts(store: Store, subject: object, predicate: NamedNode) -> Iterator[tuple[int, str]]:
    for quad in store.quads(subject, predicate, None, DEFAULT_GRAPH):  # type: ignore[arg-type]
        if isinstance(quad.object, Literal) and quad.object.value.strip():
            language = quad.object.language or ""
            rank = 0 if language.partition("-")[0] == "en" else 2 if language else 1
            yield rank, " ".join(quad.object.value.split())


def _title_of_origin(origin: str) -> str:
    places = [line for line in origin.split("\n") if line]
    if not places:
        return DEFAULT_TITLE
    if places == ["-"]:
        return DEFAULT_TITLE
    if "://" in places[0] and not PurePath(urlsplit(places[0]).path).suffix:
        return urlsplit(places[0]).hostname or DEFAULT_TITLE
    names = [_stem(place) for place in places]
    shown = [words_from_iri("/" + unquote(name)) for name in names[:2] if name]
    more = f" +{len(names) - 2}" if len(names) > 2 else ""
    return _shorten(", ".join(shown) + more) if shown else DEFAULT_TITLE


def _stem(place: str) -> str:
    """Return the name of a file or folder without suffixes: of people-2024.ttl.gz, people-2024."""
    return re.sub(r"(?:\.[A-Za-z]\w{0,6})+$", "", PurePath(place).name)


def name_of_origin(origin: str) -> str:
    """Return a name for files: a-z, 0-9 and hyphens, `MAX_NAME_CHARS` at most; see `origin` above.

    It comes from the first file or folder, or from the host of an endpoint.
    """
    first = origin.partition("\n")[0].removeprefix(URNS)
    found = urlsplit(first).hostname or "" if "://" in first else unquote(_stem(first))
    letters = normalize("NFKD", found.lower()).encode("ascii", "ignore").decode()
    name = re.sub("[^a-z0-9]+", "-", letters).strip("-")[:MAX_NAME_CHARS].strip("-")
    return name or DEFAULT_NAME


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1].rstrip() + "…"
