"""The history of an organization as bars: predecessors, successors, placements and leaders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ipgraph.server.html import links
from ipgraph.server.html.svg import Span
from ipgraph.server.pages.entities import history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.entities.entity import Description
    from ipgraph.entities.history import HistoryEntry
    from ipgraph.entities.model import Model
    from ipgraph.entities.statements import Value
    from ipgraph.server.pages.site import Site

MAX_KIN, MAX_SPANS = 12, 40


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the table: the date, the event, and its participants."""

    date: str
    period: str
    what: str
    others: tuple[Value, ...]
    sources: tuple[int, ...]


def spans(site: Site, view: Description) -> list[Span]:
    """Return the bars of an entity. Undated episodes have none."""
    words = site.words()
    model = site.entities.model
    kin = _kin(model, view)
    found = [_life(site, iri, words("timeline.lives")) for iri in (*kin[0], view.iri, *kin[1])]
    made = [item for item in found if item]
    for chapter in history.chapters(site.entities, view):
        episodes = [
            item for item in chapter.episodes if item.since and item.kind not in model.changes
        ]
        episodes.sort(key=lambda item: item.since)
        made += [_span(site, view, item, chapter.heading) for item in episodes[:MAX_SPANS]]
    return made


def events(site: Site, view: Description) -> list[Event]:
    """Return all dated events of an entity, earliest first."""
    words = site.words()
    found = [
        Event(value.text, value.text, name.label, (), value.sources)
        for name, values in view.dates
        for value in values
    ]
    for chapter in history.chapters(site.entities, view):
        what = chapter.heading
        for episode in chapter.episodes:
            if episode.since or episode.until:
                period = history.period(episode, words)
                others = episode.others(view.iri)
                found.append(
                    Event(episode.since or episode.until, period, what, others, episode.sources)
                )
    return sorted(found, key=lambda item: (item.date, item.what))


def _kin(model: Model, view: Description) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the predecessors and the successors of an organization."""
    before: dict[str, None] = {}
    after: dict[str, None] = {}
    for item in view.history:
        if item.role in model.role("after"):
            before |= dict.fromkeys(_iris(item, model.role("before"), view.iri))
        elif item.role in model.role("before"):
            after |= dict.fromkeys(_iris(item, model.role("after"), view.iri))
    return tuple(before)[:MAX_KIN], tuple(iri for iri in after if iri not in before)[:MAX_KIN]


def _iris(episode: HistoryEntry, ties: tuple[str, ...], own: str) -> Iterator[str]:
    return (
        participant.iri
        for tie in ties
        for participant in episode.participants.get(tie, ())
        if participant.iri and participant.iri != own
    )


def _life(site: Site, iri: str, group: str) -> Span | None:
    """Return the bar of an organization from its start to its end, as far as they are dated."""
    view = site.entities.describe(iri, values=1, sources=1, history=20)
    dates = {name.iri: [value.text for value in values] for name, values in view.dates}
    model = site.entities.model
    placed = [item for item in view.history if item.role in model.placement_ties]
    founded = [date for iri in model.role("founded") for date in dates.get(iri, [])]
    begins = founded or [item.since for item in placed if item.since]
    ends = [date for iri in model.role("ended") for date in dates.get(iri, [])]
    if not begins:
        return None
    first, last = min(begins), max(ends, default="")
    return _bar(view.name.label, first, last, group, site, links.page(iri))


def _span(site: Site, view: Description, episode: HistoryEntry, group: str) -> Span:
    others = episode.others(view.iri)
    label = ", ".join(other.text for other in others) or episode.label
    address = links.page(others[0].iri) if others and others[0].iri else ""
    return _bar(label, episode.since, episode.until, group, site, address)


def _bar(label: str, first: str, last: str, group: str, site: Site, address: str) -> Span:
    words = site.words()
    begin = int(first[:4])
    end = int(last[:4]) if last else datetime.now(UTC).year
    dates = (
        words("history.from_to", since=first, until=last)
        if last
        else words("history.since", since=first)
    )
    return Span(label, begin, max(begin, end), not last, address, dates, group)
