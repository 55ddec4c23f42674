"""Reference pages about the bundled graph: ontology, questions, checks and what the graph holds."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox
from _markdown import table

import ipgraph
from ipgraph.namespaces import shorten
from ipgraph.resources import folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ipgraph import KnowledgeGraph

OWL, RDF, RDFS, SH, SKOS = (
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/ns/shacl#",
    "http://www.w3.org/2004/02/skos/core#",
)


@cache
def graph() -> KnowledgeGraph:
    """Return the bundled graph, built if necessary."""
    return ipgraph.open()


class Terms:
    """The statements of one Turtle file, by subject."""

    def __init__(self, path: Path) -> None:
        self.store = ox.Store()
        self.store.load(path=str(path), format=ox.RdfFormat.TURTLE)

    def of_type(self, *types: str) -> list[str]:
        """Return the IRIs with one of these types, in alphabetical order."""
        found = {
            quad.subject.value
            for type_ in types
            for quad in self.store.quads_for_pattern(
                None, ox.NamedNode(RDF + "type"), ox.NamedNode(type_)
            )
            if isinstance(quad.subject, ox.NamedNode)
        }
        return sorted(found, key=lambda iri: shorten(iri).lower())

    def values(self, subject: str, predicate: str) -> list[ox.NamedNode | ox.Literal]:
        """Return the values of a property that are not blank nodes."""
        quads = self.store.quads_for_pattern(ox.NamedNode(subject), ox.NamedNode(predicate), None)
        found = [quad.object for quad in quads]
        return [term for term in found if isinstance(term, ox.NamedNode | ox.Literal)]

    def text(self, subject: str, predicate: str) -> str:
        """Return the text of a property, or nothing."""
        return " ".join(sorted(term.value for term in self.values(subject, predicate)))


def ontology() -> str:
    """Write the classes as a tree and as a table, and the properties as a table."""
    terms = Terms(folder("ontology") / "ip.ttl")
    classes = terms.of_type(OWL + "Class")
    properties = terms.of_type(
        OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty"
    )
    return "\n\n".join(
        [
            "## Class tree",
            _tree(terms, classes),
            "## Classes",
            table(
                ("class", "label", "definition"),
                [
                    (
                        f'<span id="{_anchor(iri)}"></span>`{shorten(iri)}`',
                        terms.text(iri, RDFS + "label"),
                        _escaped(terms.text(iri, SKOS + "definition")),
                    )
                    for iri in classes
                ],
            ),
            "## Properties",
            table(
                ("property", "label", "definition", "characteristics"),
                [
                    (
                        f"`{shorten(iri)}`",
                        terms.text(iri, RDFS + "label"),
                        _escaped(terms.text(iri, SKOS + "definition")),
                        _characteristics(terms, iri),
                    )
                    for iri in properties
                ],
            ),
        ]
    )


def _anchor(iri: str) -> str:
    return shorten(iri).replace(":", "-").lower()


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _tree(terms: Terms, classes: list[str]) -> str:
    known = set(classes)
    below: dict[str, list[str]] = {}
    for iri in classes:
        above = [term.value for term in terms.values(iri, RDFS + "subClassOf")]
        below.setdefault(next((parent for parent in above if parent in known), ""), []).append(iri)

    def lines(parent: str, depth: int) -> Iterable[str]:
        for iri in below.get(parent, ()):
            yield f"{'    ' * depth}- [`{shorten(iri)}`](#{_anchor(iri)})"
            yield from lines(iri, depth + 1)

    return "\n".join(lines("", 0))


def _characteristics(terms: Terms, iri: str) -> str:
    types = [term.value for term in terms.values(iri, RDF + "type")]
    notes = sorted(
        type_.removeprefix(OWL).removesuffix("Property").lower()
        for type_ in types
        if type_.startswith(OWL)
    )
    for name, predicate in (
        ("subproperty of", RDFS + "subPropertyOf"),
        ("inverse of", OWL + "inverseOf"),
        ("domain", RDFS + "domain"),
        ("range", RDFS + "range"),
    ):
        values = [f"`{shorten(term.value)}`" for term in terms.values(iri, predicate)]
        if values:
            notes.append(f"{name} {', '.join(values)}")
    return "; ".join(notes)


def questions() -> str:
    """Write every competency question with its parameters, command and SPARQL."""
    parts = []
    topic = ""
    for question in graph().questions:
        if question.topic != topic:
            topic = question.topic
            parts.append(f"## {topic.capitalize()}")
        given = [p for p in question.parameters if p.default]
        values = " ".join(f"{p.name}={_quoted(p.default)}" for p in given)
        command = f"ipgraph ask {question.name} {values}".rstrip()
        rows = [
            (f"`{p.name}`", p.kind.value, p.description, f"`{p.default}`" if p.default else "")
            for p in question.parameters
        ]
        query = "\n".join(line for line in question.text.splitlines() if not line.startswith("#"))
        parts += [
            f"### {question.title}",
            question.description,
            f"```sh\n{command}\n```",
            table(("parameter", "type", "meaning", "default"), rows) if rows else "",
            _folded("SPARQL", query),
        ]
    if not parts:
        raise LookupError("The project has no questions.")
    return "\n\n".join(filter(None, parts))


def _folded(title: str, code: str) -> str:
    """Return code that is shown when the reader opens it."""
    inner = f"<summary>{title}</summary><pre><code>{html.escape(code)}</code></pre>"
    return f"<details>{inner}</details>"


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[\w:.-]+", value) else f"'{value}'"


def rules() -> str:
    """Write the rules with their messages, which are the first comments of their files."""
    rows = []
    for path in sorted((folder("ontology") / "rules").glob("*.rq")):
        lines = path.read_text(encoding="utf-8").splitlines()
        message = " ".join(line.removeprefix("#").strip() for line in lines if line[:1] == "#")
        rows.append((f"`rules/{path.stem}`", message))
    return table(("rule", "message"), rows)


def shapes() -> str:
    """Write the constraints of the shapes with their messages."""
    terms = Terms(folder("ontology") / "shapes.ttl")
    messages = {
        quad.subject.value: quad.object.value
        for quad in terms.store.quads_for_pattern(None, ox.NamedNode(SH + "message"), None)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)
    }
    rows = [
        (f"`shapes/{iri.rsplit('/', 1)[-1]}`", _escaped(message))
        for iri, message in sorted(messages.items())
    ]
    return table(("constraint", "message"), rows)


def coverage() -> str:
    """Write how much the graph holds: documents, statements, dated nodes, things by class."""
    from ipgraph.dataset.coverage import count_coverage as counted

    kg = graph()
    counts = kg.info()["counts"]
    held = counted(kg.store, counts, kg.disagreements())
    if held is None:
        raise LookupError("The bundled graph has no coverage.")
    rows = [
        ("triples", f"{counts['stated']:,} stated, {counts['inferred']:,} inferred"),
        *(
            (name, ", ".join(f"{number:,} {key}" for key, number in numbers.items()))
            for name, numbers in (
                ("documents", held.documents),
                ("statements", held.statements),
                ("dated nodes", held.nodes),
                ("disagreements", held.disagreements),
            )
        ),
    ]
    classes = [
        (f"`{shorten(name.iri)}`", name.label, f"{number:,}") for name, number in kg.classes()
    ]
    return "\n\n".join(
        [
            table(("what", "how many"), rows),
            "## Entities by class",
            table(("class", "label", "entities"), classes),
        ]
    )
