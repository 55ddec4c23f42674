"""Where sources differ: the readings of one fact side by side, each with who states it and when.

Questions of the project find the facts; who states each reading is then looked up in the named
graphs. Nothing is chosen: a reading says its documents, their dates and their authority.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.namespaces import EDITORS_GRAPH, INFERRED_GRAPH, IP, ONTOLOGY_GRAPH, RDFS, SKOS
from ipgraph.server.pages import developer_section, list_formats, questions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from ipgraph.entities.documents import Document
    from ipgraph.entities.labels import Name
    from ipgraph.server.pages.site import Site

# The kinds in the order of the page, and the question that finds the facts of each.
KINDS = {
    "date": "disagreeing-dates",
    "figure": "disagreeing-figures",
    "origin": "disagreeing-founders",
    "name": "disagreements",
    "responsibility": "disagreements",
}
# Documents of a reading that the page lists.
MAX_DOCUMENTS = 4
ORIGINS = (IP + "establishedBy", IP + "foundedBy")
NAMES = (RDFS + "label", SKOS + "altLabel")
AGENCY_OF = IP + "sectorSpecificAgencyOf"
_NO_DOCUMENT = frozenset((INFERRED_GRAPH, ONTOLOGY_GRAPH, EDITORS_GRAPH))


@dataclass(frozen=True, slots=True)
class Reading:
    """What some documents say of a fact: a thing with its IRI, or a text."""

    text: str
    iri: str
    documents: tuple[Document, ...]

    @property
    def shown(self) -> tuple[Document, ...]:
        """The documents that the page lists."""
        return self.documents[:MAX_DOCUMENTS]

    @property
    def hidden(self) -> int:
        """How many documents the page only counts."""
        return len(self.documents) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact on which documents differ. `about` says in words what is told of the thing."""

    kind: str
    thing: Name
    about: str
    readings: tuple[Reading, ...]


def differing(site: Site, iri: str) -> frozenset[str]:
    """Return the relations of a thing about which documents differ: its origin, its agency.

    They differ where two values are stated and no document states both. Two look-ups.
    """
    node, store = NamedNode(iri), site.kg.store
    origins: dict[object, set[str]] = defaultdict(set)
    for each in ORIGINS:
        for quad in store.quads(node, NamedNode(each), None, None):
            origins[quad.object].add(str(getattr(quad.graph_name, "value", "")))
    agencies: dict[object, set[str]] = defaultdict(set)
    for quad in store.quads(None, NamedNode(AGENCY_OF), node, None):
        agencies[quad.subject].add(str(getattr(quad.graph_name, "value", "")))
    found = {*ORIGINS} if _disjoint(origins) else set()
    return frozenset(found | ({AGENCY_OF} if _disjoint(agencies) else set()))


def _disjoint(readings: dict[object, set[str]]) -> bool:
    stated = [graphs - _NO_DOCUMENT - {""} for graphs in readings.values()]
    told = [graphs for graphs in stated if graphs]
    return any(not one & other for at, one in enumerate(told) for other in told[:at])


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the page; a graph of other things has no questions about differences."""
    if not site.is_own:
        return

    @blueprint.get("/disagreements", endpoint="disagreements")
    def disagreements() -> ResponseReturnValue:
        return _page(site)


def _page(site: Site) -> ResponseReturnValue:
    finder = _Finder(site)
    found = [each for kind in KINDS for each in sorted(finder.of(kind), key=_by_thing)]
    if list_formats.wanted() != "html":
        rows = [
            (each.kind, each.thing.label, each.about, reading.text, d.title, d.issued, d.authority)
            for each in found
            for reading in each.readings
            for d in reading.documents
        ]
        columns = ("kind", "thing", "about", "reading", "source", "issued", "authority")
        return list_formats.rows(columns, rows)
    return site.render(
        "disagreements.html",
        kinds={kind: [each for each in found if each.kind == kind] for kind in KINDS},
        questions=KINDS,
        total=len(found),
        developers=developer_section.of_list(
            site, python='for row in kg.ask("disagreements"):\n    print(row)'
        ),
    )


def _by_thing(each: Difference) -> tuple[str, str]:
    return each.thing.label.casefold(), each.about


class _Finder:
    """Asks the questions, and finds who states each of the readings."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._store = site.kg.store
        self._read: dict[str, Document] = {}
        self._asked: dict[str, list[dict[str, NamedNode | Literal]]] = {}

    def of(self, kind: str) -> Iterator[Difference]:
        """Yield the differences of a kind."""
        words = self._site.words()
        if kind == "figure":
            yield from self._figures()
            return
        facts: dict[tuple[str, str], dict[NamedNode | Literal, None]] = defaultdict(dict)
        for row in self._rows(KINDS[kind]):
            if kind in ("name", "responsibility") and row["kind"].value != kind:
                continue
            node, *rest = (row[name] for name in row if name not in ("kind", "property"))
            told_of = row["property"].value if kind == "date" else ""
            facts[node.value, told_of].update(dict.fromkeys(rest))
        for (thing, about), readings in facts.items():
            label = self._label(about) if about else words(f"differences.about_{kind}")
            told = tuple(
                self._reading(each, self._statements(kind, thing, about, each))
                for each in sorted(readings, key=str)
            )
            yield Difference(kind, self._name(thing), label, told)

    def _rows(self, name: str) -> list[dict[str, NamedNode | Literal]]:
        """Return the solutions of a question; both kinds of one question ask it once."""
        if name not in self._asked:
            question = questions.find(self._site, name)
            result = self._site.run(question.text, infer=question.infer)
            names = [each.value for each in result.variables]  # type: ignore[union-attr]
            self._asked[name] = [
                {key: row[key] for key in names}
                for row in result  # type: ignore[union-attr]
            ]
        return self._asked[name]

    def _statements(
        self, kind: str, thing: str, about: str, reading: NamedNode | Literal
    ) -> set[str]:
        """Return the graphs that state a reading."""
        node = NamedNode(thing)
        if kind == "date":
            return self._graphs(node, about, reading)
        if kind == "origin":
            return {g for each in ORIGINS for g in self._graphs(node, each, reading)}
        if kind == "responsibility":
            return self._graphs(reading, AGENCY_OF, node)
        quads = (q for each in NAMES for q in self._store.quads(node, NamedNode(each), None))
        return {
            str(getattr(quad.graph_name, "value", ""))
            for quad in quads
            if isinstance(quad.object, Literal) and quad.object.value == reading.value
        }

    def _graphs(self, subject: object, predicate: str, value: object) -> set[str]:
        quads = self._store.quads(subject, NamedNode(predicate), value)  # type: ignore[arg-type]
        return {str(getattr(quad.graph_name, "value", "")) for quad in quads}

    def _figures(self) -> Iterator[Difference]:
        """Yield the figures that differ for one year: those of other years are no contradiction."""
        pairs: dict[tuple[str, str], set[frozenset[str]]] = defaultdict(set)
        for row in self._rows(KINDS["figure"]):
            pair = frozenset((row["value"].value, row["otherValue"].value))
            pairs[row["thing"].value, row["measure"].value].add(pair)
        for (thing, measure), differing in pairs.items():
            view = self._site.entities.describe(thing, values=1)
            sources = {each.number: each.iri for each in view.sources}
            years: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
            units = {}
            for each in view.figures:
                if each.measure.iri == measure:
                    stated = {sources[number] for number in each.sources}
                    years[each.as_of[:4]][each.value] |= stated
                    units[each.value] = each.unit
            for year, values in years.items():
                if any(both <= values.keys() for both in differing):
                    told = tuple(
                        Reading(self._quantity(value, units[value]), "", self._documents(graphs))
                        for value, graphs in sorted(values.items(), key=lambda v: float(v[0]))
                    )
                    about = f"{self._label(measure)}, {year}"
                    yield Difference("figure", self._name(thing), about, told)

    def _quantity(self, value: str, unit: str) -> str:
        return f"{self._site.words().quantity(value)} {unit}".strip()

    def _reading(self, term: NamedNode | Literal, graphs: set[str]) -> Reading:
        is_thing = isinstance(term, NamedNode)
        text = self._label(term.value) if is_thing else term.value
        return Reading(text, term.value if is_thing else "", self._documents(graphs))

    def _documents(self, graphs: set[str]) -> tuple[Document, ...]:
        found = [self._document(graph) for graph in graphs - _NO_DOCUMENT if graph]
        return tuple(sorted(found, key=lambda d: (d.issued or d.as_of or "9", d.title)))

    def _document(self, iri: str) -> Document:
        if iri not in self._read:
            self._read[iri] = self._site.kg.sources.document(iri)
        return self._read[iri]

    def _name(self, iri: str) -> Name:
        return self._site.entities.labels.name(iri)

    def _label(self, iri: str) -> str:
        return self._name(iri).label
