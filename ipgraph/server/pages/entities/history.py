"""Dated nodes (episodes) as pages show them: with dates, grouped by the role of the entity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.server.html.filters import sentence_case
from ipgraph.server.html.translations import plural

if TYPE_CHECKING:
    from ipgraph.entities.entity import Description, Entities
    from ipgraph.entities.history import Figure, HistoryEntry
    from ipgraph.entities.labels import Name
    from ipgraph.entities.model import Model
    from ipgraph.entities.statements import Value
    from ipgraph.server.html.translations import Texts

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Chapter:
    """The episodes in which an entity has one role, a property; `heading` is its name."""

    role: str
    heading: str
    episodes: tuple[HistoryEntry, ...]


def chapters(entities: Entities, view: Description, year: int | None = None) -> tuple[Chapter, ...]:
    """Group the episodes of a view by role, in the order of the model.

    With a year, only episodes in effect in that year.
    """
    found: dict[str, list[HistoryEntry]] = {}
    for item in view.history:
        if year is None or item.is_in_effect(year):
            found.setdefault(item.role, []).append(item)
    order = {role: at for at, role in enumerate(_roles(entities))}
    roles = sorted(found, key=lambda role: (order.get(role, len(order)), role))
    return tuple(Chapter(role, title(entities, role), tuple(found[role])) for role in roles)


def _roles(entities: Entities) -> list[str]:
    """Return the ties of all classes of nodes: the first of each class before the second."""
    ties = [node.ties for node in entities.model.nodes.values()]
    longest = max(map(len, ties), default=0)
    return [tie[at] for at in range(longest) for tie in ties if at < len(tie)]


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
    marks: tuple[Name, ...]
    sources: tuple[int, ...]


def rows(
    entities: Entities, view: Description, year: int | None, words: Texts
) -> list[tuple[str, list[EpisodeRow]]]:
    """Return the chapters of a view as pairs of heading and lines."""
    return [
        (chapter.heading, [_row(entities, view, item, words) for item in chapter.episodes])
        for chapter in chapters(entities, view, year)
    ]


def title(entities: Entities, role: str) -> str:
    """Return the heading of the episodes in which an entity has a role."""
    label = entities.vocabulary.incoming_label(role) or entities.labels.name(role).label
    return sentence_case(label)


def _row(entities: Entities, view: Description, episode: HistoryEntry, words: Texts) -> EpisodeRow:
    leads = _leads(entities, episode.kind)
    order = {role: at for at, role in enumerate(leads)}
    shown = sorted(others(view, episode), key=lambda party: order.get(party[0], len(order)))
    parties = [
        (leads.get(role, ", ") if position else "", values)
        for position, (role, values) in enumerate(shown)
    ]
    if not parties:  # nothing else takes part: the label says what held
        parties = [(episode.label, ())]
    return EpisodeRow(period(episode, words), tuple(parties), episode.marks, episode.sources)


def _leads(entities: Entities, kind: str) -> dict[str, str]:
    """Return the text before each tie in the sentence of a class of nodes, in its order."""
    model = entities.model
    sentence = model.nodes[kind].sentence.choose(entities.languages.tags)
    parts = _PLACEHOLDER.split(sentence.replace("[", "").replace("]", ""))
    return {model.resolve(name): lead for lead, name in zip(parts[::2], parts[1::2], strict=False)}


def quantity(figure: Figure, words: Texts) -> str:
    """Return a figure with its unit. A unit that is a word, not a symbol, has a plural."""
    unit = figure.unit
    if unit.islower() and figure.value != "1":
        unit = plural(unit)
    return f"{words.quantity(figure.value)} {unit}".strip()


def others(view: Description, episode: HistoryEntry) -> tuple[tuple[str, tuple[Value, ...]], ...]:
    """Return the other participants of an episode by role."""
    return tuple(
        (role, tuple(value for value in values if value.iri != view.iri))
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


def replacements(model: Model, view: Description) -> tuple[Replacement, ...]:
    """Return the successors of an entity that was dissolved or succeeded.

    A change of organization alone does not end an entity: a unit that moves continues.
    """
    followers = [
        group for group in view.groups if (group.relation.iri, group.incoming) in model.successions
    ]
    ended = any(name.iri in model.role("ended") for name, _ in view.dates)
    events = tuple(
        Replacement(results, item.since, item.sources)
        for item in view.history
        if item.role in model.role("before") and (results := _resulting(model, item, view))
    )
    if ended and events:
        return events
    return tuple(Replacement(group.values, "", group.sources or ()) for group in followers)


def _resulting(model: Model, episode: HistoryEntry, view: Description) -> tuple[Value, ...]:
    return tuple(
        value
        for role in model.role("after")
        for value in episode.participants.get(role, ())
        if value.iri != view.iri
    )


def is_cut(entities: Entities, view: Description, limit: int) -> bool:
    """True if a role may have more episodes than the view has."""
    return any(len(chapter.episodes) >= limit for chapter in chapters(entities, view))
