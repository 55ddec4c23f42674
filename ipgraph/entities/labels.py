"""Labels: the one rule by which the command line, the pages and the library name entities.

In order: ``rdfs:label``, then ``skos:prefLabel`` and the other label properties, in the preferred
language; the same without a language; the same in any language; the last part of the IRI as words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pyoxigraph import DefaultGraph, Literal, NamedNode

from ipgraph.namespaces import DC_ELEMENTS, DCTERMS, FOAF, IP, RDFS, SCHEMA, SCHEMA_HTTP, SKOS

if TYPE_CHECKING:
    from ipgraph.store import Store

LABEL_PROPERTIES = (
    RDFS + "label",
    SKOS + "prefLabel",
    DCTERMS + "title",
    FOAF + "name",
    SCHEMA + "name",
    SCHEMA_HTTP + "name",
    DC_ELEMENTS + "title",
)
ACRONYM = IP + "acronym"
DEFAULT_GRAPH = DefaultGraph()

_LABELS = tuple(NamedNode(iri) for iri in LABEL_PROPERTIES)
_ACRONYM = NamedNode(ACRONYM)
_WORD_BREAK = re.compile(r"[-_+\s]+|(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Name:
    """An IRI with its label; `language` is empty for the preferred language and for none."""

    iri: str
    label: str
    language: str = ""
    acronym: str = ""


def label_from_iri(iri: str) -> str:
    """Return the last part of an IRI as words: ``…/id/dams-sector`` → ``Dams sector``."""
    last = re.split(r"[/#:]", unquote(iri).rstrip("/#:"))[-1]
    words = [word for word in _WORD_BREAK.split(last) if word]
    text = " ".join(word if word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:] if text else iri


class Labels:
    """The labels in one graph that does not change; each is looked up once."""

    # A bound on memory: a graph with a million entities does not cache a million labels.
    MAX_CACHED = 50_000

    def __init__(self, store: Store, languages: tuple[str, ...] = ("en",)) -> None:
        self._store = store
        self._languages = languages
        self.languages = languages
        self._cache: dict[str, Name] = {}

    def name(self, iri: str) -> Name:
        """Return the name of an entity by the rule of this module."""
        name = self._cache.get(iri)
        if name is None:
            if len(self._cache) >= self.MAX_CACHED:
                self._cache.clear()
            name = self._cache[iri] = self._look_up(iri)
        return name

    def _look_up(self, iri: str) -> Name:
        try:
            node = NamedNode(iri)
        except ValueError:
            return Name(iri, iri)
        literals = [
            quad.object
            for predicate in _LABELS
            for quad in self._store.quads(node, predicate, None, DEFAULT_GRAPH)
            if isinstance(quad.object, Literal)
        ]
        text, language = self.choose(literals)
        acronyms = sorted(
            quad.object.value
            for quad in self._store.quads(node, _ACRONYM, None, DEFAULT_GRAPH)
            if isinstance(quad.object, Literal)
        )
        acronym = next((acronym for acronym in acronyms if acronym != text), "")
        return Name(iri, text or label_from_iri(iri), language, acronym)

    def choose(self, literals: list[Literal]) -> tuple[str, str]:
        """Return the text in the best language, and its language if that is not the first choice.

        Of several texts in the best language, the first. In a language that is not preferred, the
        first by language and text.
        """
        for wanted in (*self._languages, None):
            for literal in literals:
                language = literal.language
                same = language is wanted or (
                    language is not None and wanted is not None and _matches(language, wanted)
                )
                if same:
                    shown = language if language and wanted != self._languages[0] else ""
                    return literal.value, shown or ""
        if not literals:
            return "", ""
        first = min(literals, key=lambda literal: (literal.language or "", literal.value))
        return first.value, first.language or ""


def _matches(language: str, wanted: str) -> bool:
    """Match as in RFC 4647, basic filtering: ``en`` matches ``en-US``."""
    return language == wanted or language.startswith(wanted + "-")
