"""The page "Where sources differ": values of a fact side by side, with their sources and dates.

`ipgraph.dataset.disagreements` finds the differences. The page does not rank them: each value has
its documents, their dates and their authority.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from ipgraph.dataset.disagreements import QUESTION
from ipgraph.namespaces import EDITORS_GRAPH, INFERRED_GRAPH, ONTOLOGY_GRAPH
from ipgraph.server.context import request
from ipgraph.server.edition import is_own
from ipgraph.server.http.negotiation import LIST_OFFERS
from ipgraph.server.http.routes import Routes
from ipgraph.server.pages import developer_section, list_formats
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

    from ipgraph.dataset.disagreements import Disagreement
    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.labels import Name
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

KINDS = ("date", "figure", "origin", "name", "responsibility")  # in the order of the page
# Listed documents of a reading.
MAX_DOCUMENTS = 4
_NOT_DOCUMENTS = frozenset((INFERRED_GRAPH, ONTOLOGY_GRAPH, EDITORS_GRAPH))


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a fact, with its documents. `iri` is empty for a literal."""

    text: str
    iri: str
    documents: tuple[Source, ...]

    @property
    def shown(self) -> tuple[Source, ...]:
        """The documents that the page lists."""
        return self.documents[:MAX_DOCUMENTS]

    @property
    def hidden(self) -> int:
        """The number of documents that the page does not list."""
        return len(self.documents) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A fact on which documents differ. `about` is the name of the fact."""

    kind: str
    entity: Name
    about: str
    anchor: str
    readings: tuple[Reading, ...]


routes = Routes()


@routes.add("/disagreements", summary="Where sources differ", offers=LIST_OFFERS, needs=is_own)
def disagreements(request: Request) -> ResponseReturnValue:
    """Compare sources that differ."""
    return _page(site_of(request))


def _page(site: Site) -> ResponseReturnValue:
    reader = _Reader(site)
    found = sorted(map(reader.comparison, site.kg.disagreements()), key=_order)
    if request.format != "html":
        rows = [
            (item.kind, item.entity.label, item.about, reading.text, d.title, d.issued, d.authority)
            for item in found
            for reading in item.readings
            for d in reading.documents
        ]
        columns = ("kind", "entity", "about", "reading", "source", "issued", "authority")
        return list_formats.rows(columns, rows)
    return site.render(
        "disagreements.html",
        kinds={kind: [item for item in found if item.kind == kind] for kind in KINDS},
        question=QUESTION,
        total=len(found),
        developers=developer_section.of_list(
            site, python='for row in kg.ask("disagreements"):\n    print(row)'
        ),
    )


def _order(comparison: Comparison) -> tuple[int, str, str]:
    return (
        KINDS.index(comparison.kind),
        comparison.entity.label.casefold(),
        comparison.about,
    )


class _Reader:
    """Looks up labels and documents for the page."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._read: dict[str, Source] = {}

    def comparison(self, fact: Disagreement) -> Comparison:
        """Return a disagreement with its readings and their documents."""
        if fact.kind == "figure":
            about, readings = self._figures(fact)
        elif fact.kind == "date":
            about, readings = self._label(fact.relations[0]), self._readings(fact)
        else:
            about = self._site.words()(f"differences.about_{fact.kind}")
            readings = self._readings(fact)
        return Comparison(fact.kind, self._name(fact.entity), about, fact.anchor, readings)

    def _readings(self, fact: Disagreement) -> tuple[Reading, ...]:
        store = self._site.kg.store
        return tuple(
            Reading(
                self._label(reading.value) if isinstance(reading, NamedNode) else reading.value,
                reading.value if isinstance(reading, NamedNode) else "",
                self._documents(fact.graphs(store, reading)),
            )
            for reading in fact.readings
        )

    def _figures(self, fact: Disagreement) -> tuple[str, tuple[Reading, ...]]:
        """Return the figures of one measure and year, smallest first. A figure is a dated node."""
        (measure,) = fact.relations
        view = self._site.entities.describe(fact.entity, values=1)
        iris = {source.number: source.iri for source in view.sources}
        values = {reading.value for reading in fact.readings}
        stated: dict[str, set[str]] = {}
        units: dict[str, str] = {}
        for figure in view.figures:
            is_of_year = figure.measure.iri == measure and figure.as_of.startswith(fact.year)
            if is_of_year and figure.value in values:
                stated.setdefault(figure.value, set()).update(iris[n] for n in figure.sources)
                units[figure.value] = figure.unit
        readings = (
            Reading(self._quantity(value, units[value]), "", self._documents(graphs))
            for value, graphs in sorted(stated.items(), key=lambda item: float(item[0]))
        )
        return f"{self._label(measure)}, {fact.year}", tuple(readings)

    def _quantity(self, value: str, unit: str) -> str:
        return f"{self._site.words().quantity(value)} {unit}".strip()

    def _documents(self, graphs: Iterable[str]) -> tuple[Source, ...]:
        found = [self._document(graph) for graph in set(graphs) - _NOT_DOCUMENTS]
        return tuple(sorted(found, key=lambda d: (d.issued or d.as_of or "9", d.title)))

    def _document(self, iri: str) -> Source:
        if iri not in self._read:
            self._read[iri] = self._site.kg.sources.source(iri)
        return self._read[iri]

    def _name(self, iri: str) -> Name:
        return self._site.entities.labels.name(iri)

    def _label(self, iri: str) -> str:
        return self._name(iri).label
