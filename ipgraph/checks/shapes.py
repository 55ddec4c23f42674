"""SHACL, compiled to SPARQL for Oxigraph: the whole graph in well under a second.

pyshacl takes 24 s for the 23,000 triples of this project; it is the reference in tests. What is
understood here is the part of SHACL Core that ``ontology/shapes.ttl`` uses (`_CONSTRAINTS`), and
SPARQL-based constraints. Anything else is refused, so that no constraint is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.checks.findings import Finding
from ipgraph.errors import InvalidData
from ipgraph.namespaces import RDF, RDFS, SHACL, XSD, shorten
from ipgraph.resources import folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ipgraph.checks.locations import Places

_TYPE = RDF + "type"
_ANNOTATIONS = {SHACL + "message", SHACL + "severity", SHACL + "path", _TYPE}
# The lexical forms without which a literal is ill-typed (XML Schema 1.1 part 2; no time zones).
_FORMS = {
    XSD + "date": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
    XSD + "gYearMonth": "^[0-9]{4}-(0[1-9]|1[0-2])$",
    XSD + "gYear": "^[0-9]{4}$",
}
_IS_A = f"<{_TYPE}>/<{RDFS}subClassOf>*"


@dataclass(frozen=True, slots=True)
class Check:
    """One constraint of one shape for one class, as a query for the things that break it."""

    name: str
    message: str
    query: str

    def faults(self, engine: ox.Store, places: Places) -> Iterator[Finding]:
        """Yield one finding for each thing that breaks the constraint."""
        found = engine.query(self.query)
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101  every query here is a SELECT
        seen: set[str] = set()
        for row in found:
            thing, value = row["this"], row["value"]
            if str(thing) in seen:
                continue
            seen.add(str(thing))
            named = isinstance(thing, ox.NamedNode)
            yield Finding(
                f"shapes/{self.name}",
                self.message,
                thing=shorten(thing.value) if named else str(thing),
                detail="" if value is None else str(value),
                place=places.of(thing, engine) if isinstance(thing, ox.NamedNode) else None,
            )


class Shapes:
    """A shapes graph; `checks` compiles it."""

    def __init__(self, path: Path | None = None) -> None:
        self._store = ox.Store()
        self._path = path or folder("ontology") / "shapes.ttl"
        self._store.bulk_load(path=str(self._path), format=ox.RdfFormat.TURTLE)

    def checks(self) -> tuple[Check, ...]:
        """Return the constraints of every node shape, each once for each class it targets."""
        made: list[Check] = []
        for quad in self._store.quads_for_pattern(None, ox.NamedNode(SHACL + "targetClass"), None):
            target = f"?this {_IS_A} {quad.object} ."
            for shape in self._values(quad.subject, "property"):
                made += self._property_checks(shape, target)
            for constraint in self._values(quad.subject, "sparql"):
                made.append(self._sparql_check(constraint, target))
        return tuple(sorted(set(made), key=lambda each: (each.name, each.query)))

    def _property_checks(self, shape: ox.NamedNode, target: str) -> Iterator[Check]:
        path = self._path_text(self._one(shape, "path"))
        name, message = _local(shape), self._text(shape, "message")
        for quad in self._store.quads_for_pattern(shape, None, None):
            if quad.predicate.value in _ANNOTATIONS:
                continue
            body = self._constraint(quad.predicate.value, quad.object, path)
            query = f"SELECT DISTINCT ?this ?value WHERE {{ {target} {body} }}"
            yield Check(name, message, query)

    def _sparql_check(self, constraint: ox.NamedNode, target: str) -> Check:
        select = self._text(constraint, "select").replace("$this", "?this")
        query = f"SELECT DISTINCT ?this ?value WHERE {{ {target} {{ {select} }} }}"
        return Check(_local(constraint), self._text(constraint, "message"), query)

    def _constraint(self, predicate: str, value: object, path: str) -> str:
        """Return the pattern that holds for each ?this (and ?value) that breaks a constraint."""
        each = f"?this {path} ?value ."
        kind = predicate.removeprefix(SHACL)
        if kind in ("minCount", "maxCount"):
            return self._count(kind, _number(value), path)
        if kind == "pattern":
            return f"{each} FILTER(!REGEX(STR(?value), {value}))"
        if kind == "languageIn":
            tags = ", ".join(str(tag) for tag in self._list(value))
            return f"{each} FILTER(LANG(?value) NOT IN ({tags}))"
        if kind == "in":
            return f"{each} FILTER(?value NOT IN ({', '.join(map(str, self._list(value)))}))"
        if kind == "or":
            return f"{each} {' '.join(self._alternatives(value))}"
        return f"{each} {self._single(kind, value)}"

    def _count(self, kind: str, number: int, path: str) -> str:
        if (kind, number) == ("minCount", 1):
            return f"FILTER NOT EXISTS {{ ?this {path} ?any }} BIND(?unbound AS ?value)"
        if (kind, number) == ("maxCount", 0):
            return f"?this {path} ?value ."
        if (kind, number) == ("maxCount", 1):
            return f"?this {path} ?value, ?other . FILTER(STR(?value) < STR(?other))"
        raise self._unknown(f"sh:{kind} {number}")

    def _alternatives(self, value: object) -> Iterator[str]:
        """Yield one filter for each alternative: a value that passes none of them is a fault."""
        for alternative in self._list(value):
            quads = list(self._store.quads_for_pattern(alternative, None, None))  # type: ignore[arg-type]
            if len(quads) != 1:
                raise self._unknown("an alternative of sh:or with several constraints")
            yield self._single(quads[0].predicate.value.removeprefix(SHACL), quads[0].object)

    def _single(self, kind: str, value: object) -> str:
        """Return a filter that keeps the values which break a constraint on single values."""
        if kind == "class":
            return f"FILTER NOT EXISTS {{ ?value {_IS_A} {value} }}"
        if kind == "datatype" and isinstance(value, ox.NamedNode):
            form = _FORMS.get(value.value, "")
            ill = f' || !REGEX(STR(?value), "{form}")' if form else ""
            return f"FILTER(!isLiteral(?value) || DATATYPE(?value) != {value}{ill})"
        raise self._unknown(f"sh:{kind}")

    def _path_text(self, path: object) -> str:
        """Write a property path (SHACL 2.3.1) as SPARQL has it."""
        if isinstance(path, ox.NamedNode):
            return str(path)
        for kind, form in (("inversePath", "^{}"), ("alternativePath", "")):
            for quad in self._store.quads_for_pattern(path, ox.NamedNode(SHACL + kind), None):  # type: ignore[arg-type]
                if form:
                    return form.format(self._path_text(quad.object))
                parts = (self._path_text(each) for each in self._list(quad.object))
                return f"({'|'.join(parts)})"
        return f"({'/'.join(self._path_text(each) for each in self._list(path))})"

    def _list(self, head: object) -> list[object]:
        items: list[object] = []
        while isinstance(head, ox.BlankNode):
            items.append(self._follow(head, RDF + "first"))
            head = self._follow(head, RDF + "rest")
        return items

    def _follow(self, node: ox.BlankNode, predicate: str) -> object:
        for quad in self._store.quads_for_pattern(node, ox.NamedNode(predicate), None):
            return quad.object
        raise self._unknown("a list without an end")

    def _values(self, subject: object, name: str) -> list[ox.NamedNode]:
        quads = self._store.quads_for_pattern(subject, ox.NamedNode(SHACL + name), None)  # type: ignore[arg-type]
        return [quad.object for quad in quads if isinstance(quad.object, ox.NamedNode)]

    def _one(self, subject: ox.NamedNode, name: str) -> object:
        for quad in self._store.quads_for_pattern(subject, ox.NamedNode(SHACL + name), None):
            return quad.object
        raise self._unknown(f"{shorten(subject.value)} without sh:{name}")

    def _text(self, subject: ox.NamedNode, name: str) -> str:
        return str(getattr(self._one(subject, name), "value", ""))

    def _unknown(self, what: str) -> InvalidData:
        return InvalidData(
            f"{self._path} uses {what}, which the compiler of shapes does not know; "
            "teach it, or write the constraint in another way."
        )


def _local(node: ox.NamedNode) -> str:
    return node.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1]


def _number(value: object) -> int:
    return int(getattr(value, "value", "-1"))
