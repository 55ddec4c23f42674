"""Find the thing that a person means: by IRI, prefixed name, last part of an IRI, acronym or label.

The command line, the pages and the agent's tools all take names in these forms.
"""

from __future__ import annotations

from contextlib import suppress
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from ipgraph.entities.labels import ACRONYM, DEFAULT_GRAPH, LABEL_PROPERTIES
from ipgraph.errors import NotFound
from ipgraph.namespaces import ENTITY, ONTOLOGY, PREFIXES, RDF, SKOS, SOURCE, expand, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.store import Store

NAMING = (ACRONYM, *LABEL_PROPERTIES, SKOS + "altLabel")
# Names read when nothing matches as written; a larger graph has its search index for this.
MAX_SCANNED = 200_000
MAX_COMPARED = 20_000  # names of about the same length; some 20 µs each
MAX_COUNTED = 500


def resolve(store: Store, text: str) -> str:
    """Return the IRI of the thing that `text` names.

    Tried in order: an IRI, with or without angle brackets; a prefixed name; the last part of an
    IRI of this project; an acronym, a label or another name, first as written, then in any case.
    Of several things with one name the one that most statements mention is meant. Raises
    `NotFound` with the nearest names.
    """
    wanted = text.strip()
    for iri in _as_iri(wanted):
        if _mentioned(store, iri):
            return iri
    found = _by_name(store, wanted)
    if found:
        return max(sorted(found), key=lambda iri: _mentions(store, iri))
    folded, nearest = _scan(store, wanted)
    if folded:
        return max(sorted(folded), key=lambda iri: _mentions(store, iri))
    hint = f" Did you mean {_listed(nearest)}?" if nearest else ""
    raise NotFound(f"Nothing in this graph is called {text!r}.{hint}")


def resolve_statement(
    store: Store, subject: str, predicate: str, object: str
) -> tuple[str, str, str]:
    """Return a statement named in words as three terms in N-Triples syntax.

    `predicate` may be ``a``. The `object` is a value where it is written as N-Triples writes one,
    or is the text of one that the subject has for it; else it names a thing. Raises `NotFound`.
    """
    first = _term_or_name(store, subject)
    relation = f"<{_relation(store, predicate)}>"
    for each in store.quads(_node(first), NamedNode(relation[1:-1]), None, DEFAULT_GRAPH):
        if isinstance(each.object, Literal) and each.object.value == object:
            return first, relation, str(each.object)
    return first, relation, _term_or_name(store, object)


def _relation(store: Store, text: str) -> str:
    """Return the IRI of a relation, which may be one that nothing describes."""
    if text in ("a", "type"):
        return RDF + "type"
    for iri in _as_iri(text):
        with suppress(ValueError):
            if any(store.quads(None, NamedNode(iri), None)):
                return iri
    return resolve(store, text)


def _term_or_name(store: Store, text: str) -> str:
    """Return a term that is written as one, or the IRI of the thing that a name names."""
    if text.startswith(('"', "_:")) or (text.startswith("<") and text.endswith(">")):
        return text
    return f"<{resolve(store, text)}>"


def _node(term: str) -> NamedNode | BlankNode:
    return BlankNode(term[2:]) if term.startswith("_:") else NamedNode(term[1:-1])


def _as_iri(text: str) -> Iterator[str]:
    """Yield what `text` could be as an IRI, the likeliest first."""
    if text.startswith("<") and text.endswith(">"):
        yield text[1:-1]
        return
    if "://" in text or text.startswith("urn:"):
        yield text
        return
    expanded = expand(text)
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
    """Look a name up as written, by one property after the other, in English or no language."""
    for predicate in NAMING:
        for literal in (Literal(text, language="en"), Literal(text)):
            quads = store.quads(None, NamedNode(predicate), literal, DEFAULT_GRAPH)
            found = {each.subject.value for each in quads if isinstance(each.subject, NamedNode)}
            if found:
                return found
    return set()


def _scan(store: Store, text: str) -> tuple[set[str], list[str]]:
    """Compare all names in any case; return the things that match, or else the nearest names."""
    folded = text.casefold()
    found: set[str] = set()
    names: set[str] = set()
    for subject, name in islice(_names(store, NAMING), MAX_SCANNED):
        if name.casefold() == folded:
            found.add(subject)
        names.add(name)
    if found:
        return found, []
    by_fold = {name.casefold(): name for name in sorted(names)}
    alike = [each for each in by_fold if 2 * abs(len(each) - len(folded)) <= len(folded)]
    near = get_close_matches(folded, alike[:MAX_COMPARED], n=3, cutoff=0.7)
    near += [each for each in sorted(by_fold, key=len) if folded in each and each not in near][:3]
    return set(), [by_fold[each] for each in near[:4]]


def _names(store: Store, properties: Iterable[str]) -> Iterator[tuple[str, str]]:
    for predicate in properties:
        for quad in store.quads(None, NamedNode(predicate), None, DEFAULT_GRAPH):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                yield quad.subject.value, quad.object.value


def _listed(names: list[str]) -> str:
    return " or ".join(f"“{shorten(each) if '://' in each else each}”" for each in names)
