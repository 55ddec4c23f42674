"""Class expressions of OWL for readers: the common ones in words, any other as Turtle."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode

from ipgraph.dataset.documentation import NOT_STATED
from ipgraph.entities.labels import DEFAULT_GRAPH
from ipgraph.namespaces import OWL, RDF

if TYPE_CHECKING:
    from ipgraph.server.pages.site import Site
    from ipgraph.store import Subject, Term

MAX_DEPTH = 5
MAX_PARTS = 60
MAX_TRIPLES = 80
# The text of a restriction by the property that says what kind it is.
_RESTRICTIONS = {
    OWL + "someValuesFrom": "some",
    OWL + "allValuesFrom": "only",
    OWL + "hasValue": "value",
    OWL + "minCardinality": "min",
    OWL + "maxCardinality": "max",
    OWL + "cardinality": "exactly",
    OWL + "minQualifiedCardinality": "min",
    OWL + "maxQualifiedCardinality": "max",
    OWL + "qualifiedCardinality": "exactly",
}
_COUNTED = {"min", "max", "exactly"}
_ON_PROPERTY, _ON_CLASS = OWL + "onProperty", OWL + "onClass"
_ON_DATA_RANGE, _COMPLEMENT = OWL + "onDataRange", OWL + "complementOf"
_JOINED = {OWL + "unionOf": "or", OWL + "intersectionOf": "and", OWL + "oneOf": "or"}
# Statements that say nothing more about an expression.
_IGNORED = {RDF + "type"}
_PLACE = re.compile(r"(\{\w+\})")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sentence: a text, and the IRI of the term that it names, if it names one."""

    text: str
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Expression:
    """A class expression: a sentence, or its statements in Turtle."""

    sentence: tuple[Part, ...] = ()
    turtle: str = ""


def expression(site: Site, node: BlankNode) -> Expression:
    """Return a class expression for readers."""
    try:
        sentence = _Words(site).of(node, 0)
    except _Unknown:
        return Expression(turtle=_turtle(site, node))
    return Expression(tuple(sentence[:MAX_PARTS]))


class _Unknown(Exception):
    """Raised for an expression that has no words here."""


class _Words:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._texts = site.words()

    def of(self, term: Term, depth: int) -> list[Part]:
        """Return a class, or a class expression, in words. Raises `_Unknown`."""
        if isinstance(term, NamedNode):
            return [Part(self._site.entities.labels.name(term.value).label, term.value)]
        if isinstance(term, Literal):
            return [Part(term.value)]
        if not isinstance(term, BlankNode) or depth > MAX_DEPTH:
            raise _Unknown
        facts = self._facts(term)
        for iri, key in _JOINED.items():
            if set(facts) == {iri}:
                return self._joined(facts[iri], key, depth)
        if set(facts) == {_COMPLEMENT}:
            return [Part(self._texts("expression.not")), *self._inner(facts[_COMPLEMENT], depth)]
        return self._restriction(facts, depth)

    def _restriction(self, facts: dict[str, Term], depth: int) -> list[Part]:
        kind = next((iri for iri in facts if iri in _RESTRICTIONS), "")
        if not kind or _ON_PROPERTY not in facts:
            raise _Unknown
        if set(facts) - {kind, _ON_PROPERTY, _ON_CLASS, _ON_DATA_RANGE}:
            raise _Unknown
        key, filler = _RESTRICTIONS[kind], facts[kind]
        number = ""
        property_ = self.of(facts[_ON_PROPERTY], MAX_DEPTH)
        if key in _COUNTED:
            number = filler.value if isinstance(filler, Literal) else ""
            range_ = facts.get(_ON_CLASS) or facts.get(_ON_DATA_RANGE)
            inner = self._inner(range_, depth) if range_ else []
        else:
            inner = self._inner(filler, depth)
        places = {"{property}": property_, "{class}": inner, "{n}": [Part(number)]}
        sentence: list[Part] = []
        for text in _PLACE.split(str(self._texts.raw(f"expression.{key}"))):
            sentence += places.get(text, [Part(text)] if text else [])
        return sentence

    def _joined(self, head: Term, key: str, depth: int) -> list[Part]:
        members = self._site.entities.reader.members(head)
        if not members:
            raise _Unknown
        sentence: list[Part] = []
        for place, member in enumerate(members[:MAX_PARTS]):
            if place:
                sentence.append(Part(self._texts(f"expression.{key}")))
            sentence += self._inner(member, depth)
        return sentence

    def _inner(self, term: Term, depth: int) -> list[Part]:
        parts = self.of(term, depth + 1)
        is_simple = len(parts) == 1 or depth > MAX_DEPTH
        return parts if is_simple else [Part("("), *parts, Part(")")]

    def _facts(self, node: Subject) -> dict[str, Term]:
        """Return what is said about a node. Raises `_Unknown` if it says something twice."""
        facts: dict[str, Term] = {}
        quads = self._site.kg.store.quads(node, None, None, DEFAULT_GRAPH)
        for quad in islice(quads, MAX_PARTS):
            iri = quad.predicate.value
            if iri in _IGNORED or iri not in _SAYING:
                continue  # what was inferred about the class is no part of the expression
            if iri in facts:
                raise _Unknown
            facts[iri] = quad.object
        return facts


_SAYING = {
    *(*_RESTRICTIONS, *_JOINED),
    *(_ON_PROPERTY, _ON_CLASS, _ON_DATA_RANGE, _COMPLEMENT),
    *(OWL + name for name in ("hasSelf", "onProperties", "onDatatype", "withRestrictions")),
    OWL + "datatypeComplementOf",
}


def _turtle(site: Site, node: BlankNode) -> str:
    """Return the stated statements about a node, and about the nodes in it, in Turtle."""
    triples: dict[ox.Triple, None] = {}
    ahead: list[Term] = [node]
    seen: set[object] = set()
    while ahead and len(triples) < MAX_TRIPLES:
        subject = ahead.pop(0)
        if subject in seen or not isinstance(subject, BlankNode):
            continue
        seen.add(subject)
        for quad in islice(site.kg.store.quads(subject), MAX_TRIPLES):
            if quad.graph_name in NOT_STATED:
                continue
            triples[quad.triple] = None
            ahead.append(quad.object)
    written = ox.serialize(
        triples, format=ox.RdfFormat.TURTLE, prefixes=dict(site.kg.prefixes.declared)
    )
    lines = (written or b"").decode().splitlines()
    return "\n".join(line for line in lines if not line.startswith("@prefix"))
