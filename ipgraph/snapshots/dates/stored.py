"""The computed periods of a snapshot as a file, so that a date does not compute them again.

Its blank nodes are those of the store of the snapshot.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.entities.periods.model import Life, Period, Periods

if TYPE_CHECKING:
    from ipgraph.store import Term

NAME = "periods.json"
_DATES = ("held_from", "held_through", "possible_from", "possible_through")


def dump(periods: Periods) -> bytes:
    """Return the content of the file `NAME`: what `load` needs, not the bases and the faults."""
    nodes = [
        [
            str(period.node),
            period.kind,
            [str(term) for term in period.statement or ()],
            [_text(getattr(period, name)) for name in _DATES],
            sorted(period.documents),
        ]
        for period in periods
    ]
    lives = [
        [str(thing), _text(life.first), _text(life.last)] for thing, life in periods.lives.items()
    ]
    content = {"horizon": _text(periods.horizon), "nodes": nodes, "lives": lives}
    return json.dumps(content, ensure_ascii=False).encode()


def load(content: bytes) -> Periods:
    """Return the periods of a file."""
    found: dict[str, Any] = json.loads(content)
    nodes = {}
    for name, kind, statement, days, documents in found["nodes"]:
        node = _term(name)
        assert isinstance(node, ox.NamedNode | ox.BlankNode)  # noqa: S101  as `dump` wrote it
        subject, predicate, object_ = map(_term, statement) if statement else (None, None, None)
        held_from, held_through, possible_from, possible_through = map(_day, days)
        nodes[node] = Period(
            node,
            kind,
            *(subject, predicate, object_),
            *(held_from, held_through, possible_from, possible_through),
            documents=frozenset(documents),
        )
    lives = {_term(name): Life(_day(first), _day(last)) for name, first, last in found["lives"]}
    return Periods(nodes, lives, _day(found["horizon"]))


def has_blank_nodes(periods: Periods) -> bool:
    """True if a node, an end of its statement, or a thing with a life is a blank node."""
    nodes = (term for period in periods for term in (period.node, *(period.statement or ())))
    return any(isinstance(term, ox.BlankNode) for terms in (nodes, periods.lives) for term in terms)


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _term(text: str) -> Term:
    """Return the term that N-Triples writes like this."""
    if text.startswith("<") and not text.startswith("<<"):
        return ox.NamedNode(text[1:-1])
    if text.startswith("_:"):
        return ox.BlankNode(text[2:])
    (quad,) = ox.parse(f"<a:a> <a:a> {text} .", format=ox.RdfFormat.N_TRIPLES)
    value: Term = quad.object
    return value
