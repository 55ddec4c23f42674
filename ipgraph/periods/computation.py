"""Compute the periods of all dated nodes of a graph.

docs/explanation/time.md says why the rules are as they are.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from ipgraph.periods import dates
from ipgraph.periods.held import extend_to_horizon, held_of
from ipgraph.periods.lives import Lives
from ipgraph.periods.model import ATTESTED, Life, Period, Periods
from ipgraph.periods.nodes import NodeReader
from ipgraph.periods.stated import StatedGraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from ipgraph.periods.held import Held
    from ipgraph.store import Store, Term

_UNBOUNDED = Life()


def compute(store: Store) -> Periods:
    """Return the periods of the dated nodes of a graph, by what its documents state.

    The store may be merged and closed, or not yet. Raises `TooManyNodes`.
    """
    graph = StatedGraph(store)
    held = [held_of(node) for node in NodeReader(graph).read()]
    if not held:
        return Periods()
    lives = Lives(graph)
    horizon = lives.horizon(held)
    for item in held:
        extend_to_horizon(item, horizon)
    parties = {party: None for item in held for party in item.node.parties}
    known = lives.of(parties, held)
    rivals = _Rivals(held, graph)
    _hand_over(held, rivals)
    shown = lives.evidence(parties, held)
    return Periods(
        {
            item.node.iri: _period(item, _possible(item, rivals.of(item), known, shown, horizon))
            for item in held
        },
        known,
        horizon,
    )


class _Rivals:
    """The nodes that follow each other: one whole of a unit, one holder of a post."""

    def __init__(self, held: Iterable[Held], graph: StatedGraph) -> None:
        self._by_key: dict[tuple[object, ...], list[Held]] = defaultdict(list)
        self._hierarchy = {*graph.model.hierarchy}
        # The wholes of each part, with the placements that say when; none if it has no date.
        self._wholes: dict[Term, dict[Term, list[Held]]] = defaultdict(lambda: defaultdict(list))
        for iri in self._hierarchy:
            for quad in graph.quads(None, NamedNode(iri)):
                _ = self._wholes[quad.subject][quad.object]
        for item in held:
            if item.node.rivals is not None:
                self._by_key[item.node.rivals].append(item)
            if item.node.statement and self._is_placement(item):
                part, _, whole = item.node.statement
                self._wholes[part][whole].append(item)

    def of(self, held: Held) -> list[Held]:
        """Return the rivals of a node that have a period."""
        if held.node.rivals is None:
            return []
        return [
            other
            for other in self._by_key[held.node.rivals]
            if other.since is not None
            and other.node.statement != held.node.statement
            and not self._are_nested(held, other)
        ]

    def _is_placement(self, held: Held) -> bool:
        statement = held.node.statement
        return statement is not None and getattr(statement[1], "value", "") in self._hierarchy

    def _are_nested(self, first: Held, second: Held) -> bool:
        """True if one whole contains the other, on the day when the later placement begins."""
        if not (self._is_placement(first) and self._is_placement(second)):
            return False
        days = [day for day in (first.since, second.since) if day]
        one, two = (held.node.statement[2] for held in (first, second) if held.node.statement)
        return self._contains(one, two, max(days)) or self._contains(two, one, max(days))

    def _contains(self, whole: Term, part: Term, day: date) -> bool:
        ahead, seen = [part], {part}
        while ahead:
            wholes = self._wholes.get(ahead.pop(), {})
            for above, placements in wholes.items():
                may_hold = not placements or any(item.may_hold(day) for item in placements)
                if above not in seen and may_hold:
                    if above == whole:
                        return True
                    seen.add(above)
                    ahead.append(above)
        return False


def _hand_over(held: Iterable[Held], rivals: _Rivals) -> None:
    """End each node before the day on which a rival takes over: on that day the later one holds."""
    ends: list[tuple[Held, date]] = []
    for item in held:
        if item.last is None or item.since is None or item.through is None:
            continue
        later = [
            rival.since
            for rival in rivals.of(item)
            if rival.since
            and rival.through
            and item.last.first <= rival.since <= item.last.last
            and item.since < rival.since
            and item.through <= rival.through
        ]
        if later:
            ends.append((item, dates.day_before(min(later))))
    for item, day in ends:
        item.through = day


def _possible(
    held: Held,
    rivals: Sequence[Held],
    known: Mapping[Term, Life],
    shown: Mapping[Term, Life],
    horizon: date | None,
) -> tuple[date, date] | None:
    """Return the days on which a node may have held.

    A side that no source dates reaches as far as all parties are known to exist, but not into the
    held period of a rival.
    """
    since, through = held.since, held.through
    if held.node.is_point or horizon is None:
        return (since, through) if since and through else None
    parties = held.node.parties
    floors = [
        known.get(party, _UNBOUNDED).first or shown.get(party, _UNBOUNDED).first
        for party in parties
    ]
    roofs = [
        known.get(party, _UNBOUNDED).last or shown.get(party, _UNBOUNDED).last for party in parties
    ]
    spans = sorted(
        (rival.since, rival.through) for rival in rivals if rival.since and rival.through
    )
    first = since
    days = [day for day in floors if day]
    if held.from_basis in ("", ATTESTED) and days and len(days) == len(floors):
        if since:
            before = [dates.day_after(end) for _, end in spans if end < since]
            first = min(since, max(days + before))
        else:
            first = max(days)
            for begin, end in spans:
                if begin <= first <= end:
                    first = dates.day_after(end)
    if first is None:
        return None
    last = through
    if held.through_basis in ("", ATTESTED):
        after = [dates.day_before(begin) for begin, _ in spans if begin > (through or first)]
        last = min([day or horizon for day in roofs] + after, default=horizon)
        last = max(last, through) if through else last
    return (first, last) if last and first <= last else None


def _period(held: Held, possible: tuple[date, date] | None) -> Period:
    node = held.node
    subject, predicate, object_ = node.statement or (None, None, None)
    first, last = possible or (None, None)
    return Period(
        node=node.iri,
        kind=node.kind,
        subject=subject,
        predicate=predicate,
        object=object_,
        held_from=held.since,
        held_through=held.through,
        possible_from=first,
        possible_through=last,
        from_basis=held.from_basis if held.since else "",
        through_basis=held.through_basis if held.since else "",
        documents=node.documents,
        parties=node.parties,
        faults=tuple(dict.fromkeys(held.faults)),
    )
