"""Terms of a query that do not occur in the data: why a result may be empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.namespaces import BUILT_IN
from ipgraph.namespaces.prefixes import twin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ipgraph.store import Store

_MAX_LOOKED_UP = 50


@dataclass(frozen=True, slots=True)
class Hint:
    """An IRI that does not occur in the data, and the one with the other scheme, which does."""

    term: str
    other: str

    def __str__(self) -> str:
        """Return a sentence."""
        return f"The data do not have <{self.term}>, but they have <{self.other}>."


def missing(store: Store, iris: Iterable[str]) -> list[str]:
    """Return the IRIs that no statement has, in order, without duplicates.

    The terms of RDF, RDFS, OWL and XSD are left out. At most `_MAX_LOOKED_UP` are looked up, each
    in about 10 µs.
    """
    names = dict.fromkeys(iri for iri in iris if not iri.startswith(BUILT_IN))
    return [iri for iri in list(names)[:_MAX_LOOKED_UP] if not occurs(store, iri)]


def other_scheme(store: Store, iri: str) -> str:
    """Return `iri` with the other of ``http`` and ``https`` if that occurs, else an empty text."""
    other = twin(iri)
    return other if other and occurs(store, other) else ""


def hints(store: Store, iris: Iterable[str]) -> list[Hint]:
    """Return each missing IRI that occurs with the other scheme."""
    return [Hint(iri, other) for iri in missing(store, iris) if (other := other_scheme(store, iri))]


def occurs(store: Store, iri: str) -> bool:
    """True if `iri` is a term or the name of a graph."""
    try:
        term = ox.NamedNode(iri)
    except ValueError:
        return False
    looks = ((term, None, None, None), (None, term, None, None), (None, None, term, None))
    if any(next(iter(store.quads(*look)), None) is not None for look in looks):
        return True
    return next(iter(store.quads(None, None, None, term)), None) is not None
