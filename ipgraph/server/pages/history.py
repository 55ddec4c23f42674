"""What held for a time, as the pages tell it: grouped by how a thing takes part, with its dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.namespaces import shorten
from ipgraph.server.html.translations import plural

if TYPE_CHECKING:
    from ipgraph.entities.entity import Description
    from ipgraph.entities.history import Figure, HistoryEntry
    from ipgraph.entities.labels import Name
    from ipgraph.entities.statements import Value
    from ipgraph.server.html.translations import Texts

# How a thing takes part (a property) and the order in which that is told.
ORDER = (
    "ip:placedUnit",
    "org:originalOrganization",
    "org:resultingOrganization",
    "org:member",
    "ip:post",
    "org:organization",
    "ip:charge",
    "ip:agency",
    "ip:placedIn",
    "ip:inRole",
    "ip:under",
    "ip:causedBy",
)


@dataclass(frozen=True, slots=True)
class Chapter:
    """The episodes in which a thing takes part in one way."""

    key: str
    episodes: tuple[HistoryEntry, ...]


def chapters(view: Description, year: int | None = None) -> tuple[Chapter, ...]:
    """Group the episodes of a view; with a year, those alone that held in it."""
    found: dict[str, list[HistoryEntry]] = {}
    for item in view.history:
        if year is None or item.is_in_effect(year):
            found.setdefault(shorten(item.role), []).append(item)
    order = {tie: at for at, tie in enumerate(ORDER)}
    ties = sorted(found, key=lambda tie: (order.get(tie, len(order)), tie))
    return tuple(Chapter(tie.replace(":", "_"), tuple(found[tie])) for tie in ties)


def period(episode: HistoryEntry, words: Texts) -> str:
    """Write the dates of an episode as the sources give them."""
    since, until = episode.since, episode.until
    if since and until:
        return since if since == until else words("history.from_to", since=since, until=until)
    if since:
        return words("history.since", since=since)
    return words("history.until", until=until) if until else words("history.undated")


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """An episode as a line: its dates, and those who took part, each after what leads to them."""

    period: str
    parties: tuple[tuple[str, tuple[Value, ...]], ...]
    is_acting: bool
    sources: tuple[int, ...]


def rows(view: Description, year: int | None, words: Texts) -> list[tuple[str, list[EpisodeRow]]]:
    """Return the chapters of a view as pairs of a heading and lines."""
    return [
        (title(chapter, words), [_row(view, episode, words) for episode in chapter.episodes])
        for chapter in chapters(view, year)
    ]


def title(chapter: Chapter, words: Texts) -> str:
    """Return the heading of a chapter."""
    key = f"history.{chapter.key}"
    return words(key) if words.has(key) else chapter.key


def _row(view: Description, episode: HistoryEntry, words: Texts) -> EpisodeRow:
    parties = [
        (_lead(tie, words) if position else "", values)
        for position, (tie, values) in enumerate(others(view, episode))
    ]
    return EpisodeRow(period(episode, words), tuple(parties), episode.acting, episode.sources)


def _lead(tie: str, words: Texts) -> str:
    key = f"history.lead_{tie.replace(':', '_')}"
    return words(key) if words.has(key) else ", "


def quantity(figure: Figure, words: Texts) -> str:
    """Write a figure with its unit; a unit that is a word, and no symbol, has a plural."""
    unit = figure.unit
    if unit.islower() and figure.value != "1":
        unit = plural(unit)
    return f"{words.quantity(figure.value)} {unit}".strip()


def others(view: Description, episode: HistoryEntry) -> tuple[tuple[str, tuple[Value, ...]], ...]:
    """Return those who take part besides the thing of the view, by how they do."""
    return tuple(
        (shorten(tie), tuple(value for value in values if value.iri != view.iri))
        for tie, values in episode.participants.items()
        if any(value.iri != view.iri for value in values)
    )


def measured(view: Description) -> tuple[tuple[Name, tuple[Figure, ...]], ...]:
    """Group the figures of an entity by what they measure."""
    found: dict[str, list[Figure]] = {}
    for figure in view.figures:
        found.setdefault(figure.measure.iri, []).append(figure)
    return tuple((figures[0].measure, tuple(figures)) for figures in found.values())


@dataclass(frozen=True, slots=True)
class Replacement:
    """What a thing was replaced by, and when."""

    by: tuple[Value, ...]
    date: str
    sources: tuple[int, ...]


def replacements(view: Description) -> tuple[Replacement, ...]:
    """Return what followed a former thing: one that was dissolved, or that another succeeds.

    A change of organization alone does not end a thing: a unit that moves goes on.
    """
    followers = [
        group
        for group in view.incoming
        if shorten(group.relation.iri) in ("ip:succeeds", "ip:supersedes")
    ]
    ended = any(shorten(name.iri) == "ip:dissolvedOn" for name, _ in view.dates)
    events = tuple(
        Replacement(results, item.since, item.sources)
        for item in view.history
        if shorten(item.role) == "org:originalOrganization" and (results := _resulting(item, view))
    )
    if ended and events:
        return events
    return tuple(Replacement(group.values, "", group.sources or ()) for group in followers)


def _resulting(episode: HistoryEntry, view: Description) -> tuple[Value, ...]:
    return tuple(
        value
        for tie, values in episode.participants.items()
        if shorten(tie) == "org:resultingOrganization"
        for value in values
        if value.iri != view.iri
    )


def is_cut(view: Description, limit: int) -> bool:
    """Say whether some way of taking part may have more episodes than were told."""
    return any(len(chapter.episodes) >= limit for chapter in chapters(view))
