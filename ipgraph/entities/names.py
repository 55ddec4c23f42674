"""Find an entity by IRI, prefixed name, last part of an IRI, acronym or label.

The command line, the pages and the library take names in these forms.
"""

from __future__ import annotations

from contextlib import suppress
from difflib import get_close_matches
from itertools import chain, islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from ipgraph.entities.labels import DEFAULT_GRAPH, LABEL_PROPERTIES, SHORT_NAMES
from ipgraph.errors import NotFound
from ipgraph.namespaces import (
    DC_ELEMENTS,
    DCTERMS,
    ENTITY,
    ONTOLOGY,
    OWL,
    PREFIXES,
    RDF,
    SCHEMA,
    SCHEMA_HTTP,
    SKOS,
    SOURCE,
    XSD,
    other_spellings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.store import Store

NAMING = (*SHORT_NAMES, *LABEL_PROPERTIES, SKOS + "altLabel")
# Names read if nothing matches exactly; larger graphs have the search index for this.
MAX_SCANNED = 200_000
MAX_COMPARED = 20_000  # names of similar length; about 20 µs a comparison
MAX_COUNTED = 500
MAX_LANGUAGES = 10
# Properties of an entity for the IRI of the same entity elsewhere, and for its identifiers.
SAME_AS = (OWL + "sameAs", SKOS + "exactMatch", SCHEMA + "sameAs", SCHEMA_HTTP + "sameAs")
IDENTIFIERS = (DCTERMS + "identifier", DC_ELEMENTS + "identifier", SKOS + "notation",
               SCHEMA + "identifier", SCHEMA_HTTP + "identifier", *SAME_AS)  # fmt: skip
_MAX_IDENTIFIED = 10


def resolve(store: Store, text: str) -> str:
    """Return the IRI of the entity named `text`.

    Tried in order: an IRI, with or without angle brackets; a prefixed name; the last part of an
    IRI of this project; an acronym, a label or another name, first as written, then in any case.
    Of several entities with the same name, return the one with the most mentions. Raises
    `NotFound`, with similar names.
    """
    wanted = text.strip()
    for iri in _as_iri(store, wanted):
        if _mentioned(store, iri):
            return iri
    exact = _by_name(store, wanted)
    if exact:
        return max(sorted(exact), key=lambda iri: _mentions(store, iri))
    in_any_case, similar = _scan(store, wanted)
    if in_any_case:
        return max(sorted(in_any_case), key=lambda iri: _mentions(store, iri))
    hint = f" Did you mean {_alternatives(store, similar)}?" if similar else ""
    raise NotFound(f"This graph has no entity named {text!r}.{hint}")


def identified_by(store: Store, text: str) -> list[str]:
    """Return the IRIs of the entities that an identifier names, at most `_MAX_IDENTIFIED`.

    An identifier is an IRI in any of its spellings, the IRI of the same entity elsewhere, a
    prefixed name, the last part of an IRI of this project, or the value of a property for
    identifiers.
    """
    wanted = text.strip()
    is_name = ":" in wanted or wanted.startswith("<")
    candidates = [*_as_iri(store, wanted)] if is_name else [ENTITY + wanted]
    iris = [other for iri in candidates for other in (iri, *other_spellings(iri))]
    known = [iri for iri in iris if _mentioned(store, iri)]
    values = [NamedNode(iri) for iri in iris if iri in known]
    described = [node.value for node in values if any(store.quads(node))]
    quads = chain(
        (quad for name in SAME_AS for node in values
         for quad in store.quads(None, NamedNode(name), node, DEFAULT_GRAPH)),
        (quad for name in IDENTIFIERS for literal in _spelled(wanted)
         for quad in store.quads(None, NamedNode(name), literal, DEFAULT_GRAPH)),
    )  # fmt: skip
    linked = [quad.subject.value for quad in islice(quads, _MAX_IDENTIFIED)
              if isinstance(quad.subject, NamedNode)]  # fmt: skip
    found = list(dict.fromkeys([*described, *linked])) or known
    return found[:_MAX_IDENTIFIED]


def _spelled(text: str) -> list[Literal]:
    """Return the literals that write an identifier."""
    found = [Literal(text), Literal(text, datatype=NamedNode(XSD + "anyURI"))]
    if text.isascii() and text.isdigit():
        found.append(Literal(text, datatype=NamedNode(XSD + "integer")))
    return found


def resolve_statement(
    store: Store, subject: str, predicate: str, object: str
) -> tuple[str, str, str]:
    """Return the three terms of a statement in N-Triples syntax, given three names.

    `predicate` may be ``a``. `object` is a literal if it is in N-Triples syntax, or if it is the
    text of a literal that the subject has for the predicate; else it names an entity. Raises
    `NotFound`.
    """
    first = _term_or_name(store, subject)
    relation = f"<{_relation(store, predicate)}>"
    for quad in store.quads(_node(first), NamedNode(relation[1:-1]), None, DEFAULT_GRAPH):
        if isinstance(quad.object, Literal) and quad.object.value == object:
            return first, relation, str(quad.object)
    return first, relation, _term_or_name(store, object)


def _relation(store: Store, text: str) -> str:
    """Return the IRI of a relation; one without a description is found by its IRI."""
    if text in ("a", "type"):
        return RDF + "type"
    for iri in _as_iri(store, text):
        with suppress(ValueError):
            if any(store.quads(None, NamedNode(iri), None)):
                return iri
    return resolve(store, text)


def _term_or_name(store: Store, text: str) -> str:
    """Return `text` if it is a term in N-Triples syntax, else the IRI of the entity named so."""
    if text.startswith(('"', "_:")) or (text.startswith("<") and text.endswith(">")):
        return text
    return f"<{resolve(store, text)}>"


def _node(term: str) -> NamedNode | BlankNode:
    return BlankNode(term[2:]) if term.startswith("_:") else NamedNode(term[1:-1])


def _as_iri(store: Store, text: str) -> Iterator[str]:
    """Yield the IRIs that `text` could stand for, the likeliest first."""
    if text.startswith("<") and text.endswith(">"):
        yield text[1:-1]
        return
    if "://" in text or text.startswith("urn:"):
        yield text
        return
    expanded = store.prefixes.expand(text)
    if expanded:
        yield expanded
    if text and not set(text) & set(' <>"{}|\\^`'):
        for namespace in (ENTITY, ONTOLOGY, SOURCE, PREFIXES["org"]):
            yield namespace + text


def _mentioned(store: Store, iri: str) -> bool:
    try:
        node = NamedNode(iri)
    except ValueError:
        return False
    return any(store.quads(node)) or any(store.quads(None, None, node))


def _mentions(store: Store, iri: str) -> int:
    node = NamedNode(iri)
    return sum(1 for _ in islice(store.quads(None, None, node, DEFAULT_GRAPH), MAX_COUNTED))


def _by_name(store: Store, text: str) -> set[str]:
    """Return the entities with exactly this name, by the first property that has it.

    Names without a language or in a common language of the graph are looked up.
    """
    tags = store.languages[:MAX_LANGUAGES]
    literals = [*(Literal(text, language=tag) for tag in tags), Literal(text)]
    for predicate in NAMING:
        for literal in literals:
            quads = store.quads(None, NamedNode(predicate), literal, DEFAULT_GRAPH)
            iris = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
            if iris:
                return iris
    return set()


def _scan(store: Store, text: str) -> tuple[set[str], list[str]]:
    """Compare all names ignoring case; return the matching entities, or else similar names."""
    folded = text.casefold()
    matches: set[str] = set()
    names: set[str] = set()
    for subject, name in islice(_names(store, NAMING), MAX_SCANNED):
        if name.casefold() == folded:
            matches.add(subject)
        names.add(name)
    if matches:
        return matches, []
    by_fold = {name.casefold(): name for name in sorted(names)}
    comparable = [name for name in by_fold if 2 * abs(len(name) - len(folded)) <= len(folded)]
    close = get_close_matches(folded, comparable[:MAX_COMPARED], n=3, cutoff=0.7)
    longer = [name for name in sorted(by_fold, key=len) if folded in name and name not in close]
    return set(), [by_fold[name] for name in (close + longer[:3])[:4]]


def _names(store: Store, properties: Iterable[str]) -> Iterator[tuple[str, str]]:
    for predicate in properties:
        for quad in store.quads(None, NamedNode(predicate), None, DEFAULT_GRAPH):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                yield quad.subject.value, quad.object.value


def _alternatives(store: Store, names: list[str]) -> str:
    shorten = store.prefixes.shorten
    return " or ".join(f"“{shorten(name) if '://' in name else name}”" for name in names)
