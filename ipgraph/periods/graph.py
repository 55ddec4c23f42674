"""The graph of periods: the statement of each dated node, and its periods, as RDF.

The terms are in the namespace `[time] computed` of the dataset file. No rule of OWL concludes a
period and no document states one, so they have a graph of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from ipgraph.namespaces import PERIODS_GRAPH, RDF, URNS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.dataset.config.model import DatasetConfig
    from ipgraph.periods.model import Period, Periods

_GRAPH = NamedNode(PERIODS_GRAPH)
_DATE = NamedNode(XSD + "date")
_STATEMENT = tuple(NamedNode(RDF + name) for name in ("subject", "predicate", "object"))
# The local names of the terms, in the namespace of the dataset.
DAYS = ("holdsFrom", "holdsThrough", "possibleFrom", "possibleThrough")
BASES = ("fromBasis", "throughBasis")


def namespace(config: DatasetConfig) -> str:
    """Return the beginning of the IRIs of the terms."""
    return config.time.computed or URNS


def quads(periods: Periods, config: DatasetConfig) -> Iterator[Quad]:
    """Yield the periods and the statements of all nodes that have a period.

    They are RDF 1.1, so that every format and engine can hold them.
    """
    terms = namespace(config)
    for period in periods:
        if period.is_dated:
            yield from _quads(period, terms)


def _quads(period: Period, terms: str) -> Iterator[Quad]:
    if statement := period.statement:
        for name, term in zip(_STATEMENT, statement, strict=True):
            yield Quad(period.node, name, term, _GRAPH)
    days = (
        *(period.held_from, period.held_through),
        *(period.possible_from, period.possible_through),
    )
    for local, day in zip(DAYS, days, strict=True):
        if day is not None:
            text = Literal(day.isoformat(), datatype=_DATE)
            yield Quad(period.node, NamedNode(terms + local), text, _GRAPH)
    for local, basis in zip(BASES, (period.from_basis, period.through_basis), strict=True):
        if basis:
            value = NamedNode(terms + basis.capitalize())
            yield Quad(period.node, NamedNode(terms + local), value, _GRAPH)
