"""The page "Where sources differ": values of a fact side by side, with their sources and dates.

`ipgraph.dataset.disagreements` finds the differences. The page does not rank them: each value has
its documents, their dates and their authority.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from ipgraph.dataset.disagreements import DATE, FIGURE
from ipgraph.server.context import request
from ipgraph.server.edition import has_disagreements
from ipgraph.server.http.negotiation import LIST_OFFERS
from ipgraph.server.http.routes import Routes
from ipgraph.server.pages import developer_section, list_formats
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

    from ipgraph.dataset.disagreements import Disagreement
    from ipgraph.dataset.disagreements import Reading as FactReading
    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.labels import Name
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

# Listed documents of a reading.
MAX_DOCUMENTS = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a fact, with its documents. `iri` is empty for a literal."""

    text: str
    iri: str
    documents: tuple[Source, ...]
    number: str = ""  # of a figure

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
    heading: str  # of the kind
    entity: Name
    about: str
    anchor: str
    readings: tuple[Reading, ...]


routes = Routes()


@routes.add(
    "/disagreements", summary="Where sources differ", offers=LIST_OFFERS, needs=has_disagreements
)
def disagreements(request: Request) -> ResponseReturnValue:
    """Compare sources that differ."""
    return _page(site_of(request))


def _page(site: Site) -> ResponseReturnValue:
    reader = _Reader(site)
    rules = [*(rule.label for rule in site.kg.config.disagreements)]

    def order(fact: Disagreement) -> tuple[int, str, tuple[str, ...], str]:
        known = (DATE, FIGURE)
        place = known.index(fact.kind) if fact.kind in known else 2 + rules.index(fact.label)
        label = site.entities.labels.name(fact.entity).label.casefold()
        return place, label, fact.relations, fact.year

    found = [reader.comparison(fact) for fact in sorted(site.kg.disagreements(), key=order)]
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
        kinds={
            (kind, heading): list(items)
            for (kind, heading), items in groupby(found, key=lambda i: (i.kind, i.heading))
        },
        total=len(found),
        developers=developer_section.of_list(
            site, python="for fact in kg.disagreements():\n    print(fact)"
        ),
    )


class _Reader:
    """Looks up labels and documents for the page."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._read: dict[str, Source] = {}

    def comparison(self, fact: Disagreement) -> Comparison:
        """Return a disagreement with its readings and their documents."""
        words = self._site.words()
        if fact.kind == FIGURE:
            heading = words("differences.kind_figure")
            about = f"{self._label(fact.relations[0])}, {fact.year}"
        elif fact.kind == DATE:
            heading, about = words("differences.kind_date"), self._label(fact.relations[0])
        else:
            heading = self._site.choose(fact.label)
            about = self._relation(fact)
        readings = sorted(map(self._reading, fact.readings), key=_by_number)
        name = self._name(fact.entity)
        return Comparison(fact.kind, heading, name, about, fact.anchor, tuple(readings))

    def _relation(self, fact: Disagreement) -> str:
        """Return the label of the first relation of a fact, read from its entity."""
        relation = fact.relations[0]
        rules = self._site.kg.config.disagreements
        steps = [step for rule in rules for path in rule.properties for step in path.steps]
        is_inverse = any(step.inverse and step.iri == relation for step in steps)
        vocabulary = self._site.entities.vocabulary
        return (vocabulary.incoming_label(relation) if is_inverse else "") or self._label(relation)

    def _reading(self, reading: FactReading) -> Reading:
        value = reading.value
        documents = self._documents(reading.graphs)
        if isinstance(value, NamedNode):
            return Reading(self._label(value.value), value.value, documents)
        unit = reading.unit
        if unit is None:
            return Reading(value.value, "", documents)
        label = self._label(unit.value) if isinstance(unit, NamedNode) else unit.value
        return Reading(self._quantity(value.value, label), "", documents, value.value)

    def _quantity(self, value: str, unit: str) -> str:
        return f"{self._site.words().quantity(value)} {unit}".strip()

    def _documents(self, graphs: Iterable[str]) -> tuple[Source, ...]:
        found = [self._document(graph) for graph in set(graphs)]
        return tuple(sorted(found, key=lambda d: (d.issued or d.as_of or "9", d.title)))

    def _document(self, iri: str) -> Source:
        if iri not in self._read:
            self._read[iri] = self._site.kg.sources.source(iri)
        return self._read[iri]

    def _name(self, iri: str) -> Name:
        return self._site.entities.labels.name(iri)

    def _label(self, iri: str) -> str:
        return self._name(iri).label


def _by_number(reading: Reading) -> float:
    """Sort figures, smallest first; other readings keep their order."""
    try:
        return float(reading.number or 0)
    except ValueError:
        return 0
