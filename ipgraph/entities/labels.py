"""Labels: the one rule by which the command line, the pages and the library name entities.

The first of these that an entity has: a label property, in the best language for the reader
(`ipgraph.entities.languages`; of several properties in that language, the first listed); a label of
SKOS-XL; ``skos:notation``; given and family names; the last part of the IRI as written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from ipgraph.dataset.config.roles import WELL_KNOWN
from ipgraph.entities.languages import Languages
from ipgraph.namespaces import (
    FOAF,
    IP,
    SCHEMA,
    SCHEMA_HTTP,
    SKOS,
    SKOSXL,
    VCARD,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.dataset.config.model import DatasetConfig
    from ipgraph.dataset.config.values import PropertyPath
    from ipgraph.namespaces.prefixes import Prefixes
    from ipgraph.store import Store, Subject

LABEL_PROPERTIES = tuple(path.property for path in WELL_KNOWN["label"] if path.property)
ACRONYM = IP + "acronym"
NOTATION = SKOS + "notation"
SHORT_NAMES = (ACRONYM, *(path.property for path in WELL_KNOWN["short"]))
XL_LABEL, XL_OTHER_LABEL = SKOSXL + "prefLabel", SKOSXL + "altLabel"
# Pairs of properties for given and family names.
PERSON_NAMES = (
    (FOAF + "givenName", FOAF + "familyName"),
    (FOAF + "firstName", FOAF + "lastName"),
    (FOAF + "givenname", FOAF + "family_name"),
    (SCHEMA + "givenName", SCHEMA + "familyName"),
    (SCHEMA_HTTP + "givenName", SCHEMA_HTTP + "familyName"),
    (VCARD + "given-name", VCARD + "family-name"),
)
DEFAULT_GRAPH = DefaultGraph()

_NOTATION = NamedNode(NOTATION)
_LITERAL_FORM = NamedNode(SKOSXL + "literalForm")
_PERSON_NAMES = tuple((NamedNode(given), NamedNode(family)) for given, family in PERSON_NAMES)
MAX_REACHED = 100  # nodes on the way of a path
_WORD_BREAK = re.compile(r"[-_+\s]+|(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Naming:
    """The properties that name things in a dataset, as paths in the order of preference."""

    labels: tuple[PropertyPath, ...]
    short: tuple[PropertyPath, ...]

    @classmethod
    def of(cls, config: DatasetConfig) -> Naming:
        """Return the roles of a dataset file."""
        return cls(config.role("label"), config.role("short"))


@dataclass(frozen=True, slots=True)
class Name:
    """An IRI with its label; `language` is that of the label, empty for none."""

    iri: str
    label: str
    language: str = ""
    acronym: str = ""


def label_from_iri(iri: str) -> str:
    """Return the last part of an IRI as written: ``…/id/VAV_C180`` → ``VAV_C180``."""
    last = re.split(r"[/#:]", iri.rstrip("/#:"))[-1]
    text = unquote(last)
    return (text if text.isprintable() else last) or iri


def words_from_iri(iri: str) -> str:
    """Return the last part of an IRI as words: ``…/id/dams-sector`` → ``Dams sector``."""
    last = re.split(r"[/#:]", unquote(iri).rstrip("/#:"))[-1]
    words = [word for word in _WORD_BREAK.split(last) if word]
    text = " ".join(word if word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:] if text else iri


def follow(store: Store, node: Subject, path: PropertyPath) -> Iterator[Literal]:
    """Yield the literals at the end of a path from a node."""
    ends: list[Subject] = [node]
    for place, step in enumerate(path.steps, start=1):
        predicate, is_last = NamedNode(step.iri), place == len(path.steps)
        reached: list[Subject] = []
        for end in ends:
            subject, object_ = (None, end) if step.inverse else (end, None)
            for quad in store.quads(subject, predicate, object_, DEFAULT_GRAPH):
                term = quad.subject if step.inverse else quad.object
                if is_last and isinstance(term, Literal):
                    yield term
                elif isinstance(term, NamedNode | BlankNode) and len(reached) < MAX_REACHED:
                    reached.append(term)
        ends = reached


def literals_of(store: Store, node: Subject, predicates: Iterable[NamedNode]) -> Iterator[Literal]:
    """Yield the literals that a node has for some properties, in the order of the properties."""
    for predicate in predicates:
        for quad in store.quads(node, predicate, None, DEFAULT_GRAPH):
            if isinstance(quad.object, Literal):
                yield quad.object


def xl_literals(store: Store, node: Subject, property_iri: str = XL_LABEL) -> Iterator[Literal]:
    """Yield the literal forms of the SKOS-XL labels of a node."""
    for quad in store.quads(node, NamedNode(property_iri), None, DEFAULT_GRAPH):
        if isinstance(quad.object, NamedNode | BlankNode):
            yield from literals_of(store, quad.object, (_LITERAL_FORM,))


def qualifiers(names: Iterable[tuple[str, str]], prefixes: Prefixes) -> dict[str, str]:
    """Return what tells things with the same label apart, by IRI: the prefix, or the whole name.

    `names` are pairs of IRI and label. Things whose label no other has are left out.
    """
    by_label: dict[str, dict[str, None]] = {}
    for iri, label in names:
        by_label.setdefault(label.casefold(), {})[iri] = None
    found: dict[str, str] = {}
    for iris in by_label.values():
        if len(iris) < 2 or "" in iris:
            continue
        used = {iri: parts[0] if (parts := prefixes.split(iri)) else "" for iri in iris}
        for iri, prefix in used.items():
            is_own = prefix and list(used.values()).count(prefix) == 1
            found[iri] = prefix if is_own else prefixes.shorten(iri).strip("<>")
    return found


def languages_of(store: Store) -> Languages:
    """Return the order of languages of a graph: those of its dataset file first."""
    return Languages(store.description.config.languages, store.languages)


class Labels:
    """The labels in one graph that does not change; each is looked up once."""

    # A bound on memory: a graph with a million entities does not cache a million labels.
    MAX_CACHED = 50_000

    def __init__(self, store: Store, languages: Languages | None = None) -> None:
        self._store = store
        self.naming = Naming.of(store.description.config)
        properties = [path.property for path in self.naming.labels]
        self._properties = tuple(NamedNode(iri) for iri in properties if iri)
        self._paths = tuple(path for path in self.naming.labels if not path.property)
        self.languages = languages or languages_of(store)
        self._cache: dict[str, Name] = {}

    def name(self, iri: str) -> Name:
        """Return the name of an entity by the rule of this module."""
        name = self._cache.get(iri)
        if name is None:
            if len(self._cache) >= self.MAX_CACHED:
                self._cache.clear()
            name = self._cache[iri] = self._look_up(iri)
        return name

    def literals(self, iri: str) -> list[Literal]:
        """Return all labels of an entity, in every language."""
        try:
            node = NamedNode(iri)
        except ValueError:
            return []
        return self._literals(node)

    def short_names(self, node: Subject) -> Iterator[Literal]:
        """Yield the short names of an entity."""
        for path in self.naming.short:
            yield from follow(self._store, node, path)

    def _look_up(self, iri: str) -> Name:
        try:
            node = NamedNode(iri)
        except ValueError:
            return Name(iri, iri)
        label = self.languages.choose(self._literals(node))
        shown = label.value if label else self._person_name(node) or label_from_iri(iri)
        short = sorted({literal.value for literal in self.short_names(node)})
        acronym = next((text for text in short if text != shown), "")
        return Name(iri, shown, (label.language if label else "") or "", acronym)

    def _literals(self, node: NamedNode) -> list[Literal]:
        store = self._store
        texts = literals_of(store, node, self._properties)
        found = [literal for literal in texts if literal.value.strip()]
        if not found:
            found = [literal for path in self._paths for literal in follow(store, node, path)]
        return found or [*literals_of(store, node, (_NOTATION,))]

    def _person_name(self, node: NamedNode) -> str:
        for pair in _PERSON_NAMES:
            parts = [
                self.languages.choose([*literals_of(self._store, node, (part,))]) for part in pair
            ]
            text = " ".join(part.value for part in parts if part)
            if text:
                return text
        return ""

    def choose(self, literals: list[Literal]) -> tuple[str, str]:
        """Return the text in the best language, and its language; empty if there is none."""
        literal = self.languages.choose(literals)
        return (literal.value, literal.language or "") if literal else ("", "")
