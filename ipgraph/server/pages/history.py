"""Dated nodes (episodes) as pages show them: with dates, grouped by the role of the entity."""

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

# The roles of an entity in its episodes (properties), in the order of the page.
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
    """The episodes in which an entity has one role."""

    key: str
    episodes: tuple[HistoryEntry, ...]


def chapters(view: Description, year: int | None = None) -> tuple[Chapter, ...]:
    """Group the episodes of a view by role; with a year, only episodes in effect in that year."""
    found: dict[str, list[HistoryEntry]] = {}
    for item in view.history:
        if year is None or item.is_in_effect(year):
            found.setdefault(shorten(item.role), []).append(item)
    order = {role: at for at, role in enumerate(ORDER)}
    roles = sorted(found, key=lambda role: (order.get(role, len(order)), role))
    return tuple(Chapter(role.replace(":", "_"), tuple(found[role])) for role in roles)


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
    """An episode as a line: its dates, and its participants as pairs of lead-in text and values."""

    period: str
    parties: tuple[tuple[str, tuple[Value, ...]], ...]
    is_acting: bool
    sources: tuple[int, ...]


def rows(view: Description, year: int | None, words: Texts) -> list[tuple[str, list[EpisodeRow]]]:
    """Return the chapters of a view as pairs of heading and lines."""
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
        (_lead(role, words) if position else "", values)
        for position, (role, values) in enumerate(others(view, episode))
    ]
    return EpisodeRow(period(episode, words), tuple(parties), episode.acting, episode.sources)


def _lead(role: str, words: Texts) -> str:
    key = f"history.lead_{role.replace(':', '_')}"
    return words(key) if words.has(key) else ", "


def quantity(figure: Figure, words: Texts) -> str:
    """Return a figure with its unit. A unit that is a word, not a symbol, has a plural."""
    unit = figure.unit
    if unit.islower() and figure.value != "1":
        unit = plural(unit)
    return f"{words.quantity(figure.value)} {unit}".strip()


def others(view: Description, episode: HistoryEntry) -> tuple[tuple[str, tuple[Value, ...]], ...]:
    """Return the other participants of an episode by role."""
    return tuple(
        (shorten(role), tuple(value for value in values if value.iri != view.iri))
        for role, values in episode.participants.items()
        if any(value.iri != view.iri for value in values)
    )


def measured(view: Description) -> tuple[tuple[Name, tuple[Figure, ...]], ...]:
    """Group the figures of an entity by measure."""
    found: dict[str, list[Figure]] = {}
    for figure in view.figures:
        found.setdefault(figure.measure.iri, []).append(figure)
    return tuple((figures[0].measure, tuple(figures)) for figures in found.values())


@dataclass(frozen=True, slots=True)
class Replacement:
    """The successors of an entity, and the date."""

    by: tuple[Value, ...]
    date: str
    sources: tuple[int, ...]


def replacements(view: Description) -> tuple[Replacement, ...]:
    """Return the successors of an entity that was dissolved or succeeded.

    A change of organization alone does not end an entity: a unit that moves continues.
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
        for role, values in episode.participants.items()
        if shorten(role) == "org:resultingOrganization"
        for value in values
        if value.iri != view.iri
    )


def is_cut(view: Description, limit: int) -> bool:
    """True if a role may have more episodes than the view has."""
    return any(len(chapter.episodes) >= limit for chapter in chapters(view))
