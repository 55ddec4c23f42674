"""What things are called: the one rule by which every door writes a label instead of an IRI.

In order: ``rdfs:label``, then ``skos:prefLabel`` and the usual naming properties, in the wanted
language; the same without a language; the same in any language; the last part of the IRI, made
readable.
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

_LABELS = tuple(NamedNode(each) for each in LABEL_PROPERTIES)
_ACRONYM = NamedNode(ACRONYM)
_WORD_BREAK = re.compile(r"[-_+\s]+|(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Name:
    """A thing and what it is called; `language` is empty for the wanted one and for none."""

    iri: str
    label: str
    language: str = ""
    acronym: str = ""


def label_from_iri(iri: str) -> str:
    """Make the last part of an IRI readable: ``…/id/dams-sector`` → ``Dams sector``."""
    last = re.split(r"[/#:]", unquote(iri).rstrip("/#:"))[-1]
    words = [word for word in _WORD_BREAK.split(last) if word]
    text = " ".join(word if word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:] if text else iri


class Labels:
    """The names of the things of one graph that does not change; each is looked up once."""

    # A bound on memory: a graph of a million things does not keep a million names.
    MAX_KEPT = 50_000

    def __init__(self, store: Store, languages: tuple[str, ...] = ("en",)) -> None:
        self._store = store
        self._languages = languages
        self._kept: dict[str, Name] = {}

    def name(self, iri: str) -> Name:
        """Name a thing by the rule of this module."""
        known = self._kept.get(iri)
        if known is None:
            if len(self._kept) >= self.MAX_KEPT:
                self._kept.clear()
            known = self._kept[iri] = self._look_up(iri)
        return known

    def _look_up(self, iri: str) -> Name:
        try:
            node = NamedNode(iri)
        except ValueError:
            return Name(iri, iri)
        found = [
            quad.object
            for predicate in _LABELS
            for quad in self._store.quads(node, predicate, None, DEFAULT_GRAPH)
            if isinstance(quad.object, Literal)
        ]
        text, language = self.choose(found)
        acronyms = sorted(
            quad.object.value
            for quad in self._store.quads(node, _ACRONYM, None, DEFAULT_GRAPH)
            if isinstance(quad.object, Literal)
        )
        acronym = next((each for each in acronyms if each != text), "")
        return Name(iri, text or label_from_iri(iri), language, acronym)

    def choose(self, literals: list[Literal]) -> tuple[str, str]:
        """Choose among texts by language; of equals the first property's, then by alphabet.

        The language returned is empty where it is the first one wanted, or none.
        """
        for wanted in (*self._languages, None):
            for each in literals:
                language = each.language
                same = language is wanted or (
                    language is not None and wanted is not None and _matches(language, wanted)
                )
                if same:
                    shown = language if language and wanted != self._languages[0] else ""
                    return each.value, shown or ""
        if not literals:
            return "", ""
        first = min(literals, key=lambda each: (each.language or "", each.value))
        return first.value, first.language or ""


def _matches(language: str, wanted: str) -> bool:
    """Match as RFC 4647 basic filtering does: ``en`` takes ``en-US``."""
    return language == wanted or language.startswith(wanted + "-")
