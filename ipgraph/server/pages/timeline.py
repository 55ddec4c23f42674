"""Change over time: a list by years, and where the office was placed as a picture."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from ipgraph.namespaces import ENTITY
from ipgraph.server.context import request
from ipgraph.server.edition import is_own
from ipgraph.server.html import links
from ipgraph.server.html.svg import Span, spans
from ipgraph.server.http.negotiation import LIST_OFFERS
from ipgraph.server.http.routes import Parameter, Routes, number, one_of
from ipgraph.server.pages import developer_section, history, lifeline, list_formats, page_queries
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.entities.history import HistoryEntry
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

CENTRE = ENTITY + "ip"
MAX_EPISODES = 200
SORTS = ("established", "changed", "dissolved")


routes = Routes()


@routes.add(
    "/timeline",
    summary="What changed when",
    offers=LIST_OFFERS,
    parameters=(
        Parameter("id", "a thing: IRI, name or acronym"),
        Parameter("sort", "what happened", one_of(*SORTS)),
        Parameter("from", "the first year", number(1, 9999)),
        Parameter("to", "the last year", number(1, 9999)),
    ),
    needs=is_own,
    menu=4,
    is_in_sitemap=True,
)
def timeline(request: Request) -> ResponseReturnValue:
    """Show what changed when."""
    return _timeline(site_of(request))


def _of_one(site: Site, name: str) -> ResponseReturnValue:
    """Tell the history of one thing, named by an IRI or as a person names it."""
    iri = name if "://" in name else site.entities.resolve(name)
    view = site.entities.describe(iri, values=1, sources=3, history=MAX_EPISODES)
    events = lifeline.events(site, view)
    if request.format != "html":
        titles = {source.number: source.title for source in view.sources}
        rows = [
            (
                event.period,
                event.what,
                "; ".join(value.text for value in event.others),
                "; ".join(titles[number] for number in event.sources),
            )
            for event in events
        ]
        return list_formats.rows(("when", "what", "who", "sources"), rows)
    picture = spans(lifeline.spans(site, view), site.words()("timeline.title"))
    return site.render(
        "lifeline.html",
        view=view,
        events=events,
        picture=picture,
        developers=developer_section.of_list(
            site, sparql=page_queries.query("thing", thing=view.iri)
        ),
    )


def _timeline(site: Site) -> ResponseReturnValue:
    name = request.args.get("id", "").strip()
    if name:
        return _of_one(site, name)
    whole = site.timeline
    chosen = [item for item in request.args.getlist("sort") if item in SORTS] or list(SORTS)
    first = request.args.get("from", None, type=int)
    last = request.args.get("to", None, type=int)
    shown = [
        event
        for event in whole.events
        if event.type in chosen
        and (first is None or event.year >= first)
        and (last is None or event.year <= last)
    ]
    if request.format != "html":
        rows = [
            (
                item.date,
                item.type,
                "; ".join(value.text for value in item.things),
                "; ".join(value.text for value in item.results),
                "; ".join(value.text for value in item.causes),
            )
            for item in shown
        ]
        return list_formats.rows(("date", "what", "things", "results", "causes"), rows)
    return site.render(
        "timeline.html",
        years=[(year, list(some)) for year, some in groupby(shown, key=lambda item: item.year)],
        total=len(shown),
        sources={source.number: source for source in whole.sources},
        sorts=SORTS,
        chosen=chosen,
        first=first,
        last=last,
        centre=site.entities.labels.name(CENTRE),
        picture=spans(_spans(site), site.words()("timeline.placed")),
        developers=developer_section.of_list(site, sparql=page_queries.query("timeline")),
    )


def _spans(site: Site) -> list[Span]:
    """Return where the office was placed as bars; an end that nobody states is left open."""
    this_year = datetime.now(UTC).year
    return [
        Span(
            label=", ".join(value.text for value in placement.others(CENTRE)) or placement.label,
            first=_year(placement, placement.since),
            last=_year(placement, placement.until) or this_year,
            is_open=not placement.until,
            address=links.address("/timeline", id=CENTRE),
            dates=history.period(placement, site.words()),
        )
        for placement in site.kg.timelines.placements(CENTRE)
        if placement.since
    ]


def _year(episode: HistoryEntry, date: str) -> int:
    return episode.year(date)
