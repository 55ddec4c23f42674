"""Change over time: a list by years, and where the office was placed as a picture."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from flask import request

from ipgraph.namespaces import ENTITY
from ipgraph.server.html import links
from ipgraph.server.html.svg import Span, spans
from ipgraph.server.pages import history, lifeline, list_formats

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from ipgraph.entities.history import HistoryEntry
    from ipgraph.server.pages.site import Site

CENTRE = ENTITY + "ip"
MAX_EPISODES = 200
SORTS = ("established", "changed", "dissolved")


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the timeline; a graph of other things has none."""
    if not site.is_own:
        return

    @blueprint.get("/timeline", endpoint="timeline")
    def timeline() -> ResponseReturnValue:
        return _timeline(site)


def _of_one(site: Site, name: str) -> ResponseReturnValue:
    """Tell the history of one thing, named by an IRI or as a person names it."""
    iri = name if "://" in name else site.entities.resolve(name)
    view = site.entities.describe(iri, values=1, sources=3, history=MAX_EPISODES)
    events = lifeline.events(site, view)
    if list_formats.wanted() != "html":
        titles = {each.number: each.title for each in view.sources}
        rows = [
            (
                each.period,
                each.what,
                "; ".join(value.text for value in each.others),
                "; ".join(titles[number] for number in each.sources),
            )
            for each in events
        ]
        return list_formats.rows(("when", "what", "who", "sources"), rows)
    picture = spans(lifeline.spans(site, view), site.words()("timeline.title"))
    return site.render("lifeline.html", view=view, events=events, picture=picture)


def _timeline(site: Site) -> ResponseReturnValue:
    name = request.args.get("id", "").strip()
    if name:
        return _of_one(site, name)
    whole = site.timeline
    chosen = [each for each in request.args.getlist("sort") if each in SORTS] or list(SORTS)
    first = request.args.get("from", None, type=int)
    last = request.args.get("to", None, type=int)
    shown = [
        each
        for each in whole.events
        if each.type in chosen
        and (first is None or each.year >= first)
        and (last is None or each.year <= last)
    ]
    if list_formats.wanted() != "html":
        rows = [
            (
                each.date,
                each.type,
                "; ".join(value.text for value in each.things),
                "; ".join(value.text for value in each.results),
                "; ".join(value.text for value in each.causes),
            )
            for each in shown
        ]
        return list_formats.rows(("date", "what", "things", "results", "causes"), rows)
    return site.render(
        "timeline.html",
        years=[(year, list(some)) for year, some in groupby(shown, key=lambda each: each.year)],
        total=len(shown),
        sources={each.number: each for each in whole.sources},
        sorts=SORTS,
        chosen=chosen,
        first=first,
        last=last,
        centre=site.entities.labels.name(CENTRE),
        picture=spans(_spans(site), site.words()("timeline.placed")),
    )


def _spans(site: Site) -> list[Span]:
    """Return where the office was placed as bars; an end that nobody states is left open."""
    this_year = datetime.now(UTC).year
    return [
        Span(
            label=", ".join(value.text for value in each.others(CENTRE)) or each.label,
            first=_year(each, each.since),
            last=_year(each, each.until) or this_year,
            is_open=not each.until,
            address=links.address("/timeline", id=CENTRE),
            dates=history.period(each, site.words()),
        )
        for each in site.kg.timelines.placements(CENTRE)
        if each.since
    ]


def _year(episode: HistoryEntry, date: str) -> int:
    return episode.year(date)
