"""The timeline: events by year, and a chart of the placements of the office."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from ipgraph.server.context import request
from ipgraph.server.edition import has_dates
from ipgraph.server.html import links
from ipgraph.server.html.svg import Span, spans
from ipgraph.server.http.negotiation import LIST_OFFERS
from ipgraph.server.http.routes import Parameter, Routes, number, one_of
from ipgraph.server.pages import developer_section, list_formats, page_queries
from ipgraph.server.pages.entities import history, lifeline
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.entities.history import HistoryEntry
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

MAX_EPISODES = 200
SORTS = ("established", "changed", "dissolved")


routes = Routes()


@routes.add(
    "/timeline",
    summary="The timeline",
    offers=LIST_OFFERS,
    parameters=(
        Parameter("id", "an entity: IRI, name or acronym"),
        Parameter("sort", "the kind of event", one_of(*SORTS)),
        Parameter("from", "the first year", number(1, 9999)),
        Parameter("to", "the last year", number(1, 9999)),
    ),
    needs=has_dates,
    menu=4,
    is_in_sitemap=True,
)
def timeline(request: Request) -> ResponseReturnValue:
    """Show the timeline."""
    return _timeline(site_of(request))


def _of_one(site: Site, name: str) -> ResponseReturnValue:
    """Show the history of one entity, given by IRI, name or acronym."""
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
            site, sparql=page_queries.query("entity", entity=view.iri)
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
                "; ".join(value.text for value in item.entities),
                "; ".join(value.text for value in item.results),
                "; ".join(value.text for value in item.causes),
            )
            for item in shown
        ]
        return list_formats.rows(("date", "what", "entities", "results", "causes"), rows)
    model = site.entities.model
    dated = [iri for role in ("founded", "ended", "on") for iri in model.role(role)]
    return site.render(
        "timeline.html",
        years=[(year, list(group)) for year, group in groupby(shown, key=lambda item: item.year)],
        total=len(shown),
        sources={source.number: source for source in whole.sources},
        sorts=SORTS,
        chosen=chosen,
        first=first,
        last=last,
        center=site.entities.labels.name(site.start) if site.start else None,
        picture=spans(_spans(site), site.words()("timeline.placed")),
        developers=developer_section.of_list(site, sparql=page_queries.events(dated)),
    )


def _spans(site: Site) -> list[Span]:
    """Return the wholes of the thing to begin with as bars. A bar without a stated end is open."""
    this_year, center = datetime.now(UTC).year, site.start
    if not center:
        return []
    return [
        Span(
            label=", ".join(value.text for value in placement.others(center)) or placement.label,
            first=_year(placement, placement.since),
            last=_year(placement, placement.until) or this_year,
            is_open=not placement.until,
            address=links.address("/timeline", id=center),
            dates=history.period(placement, site.words()),
        )
        for placement in site.kg.timelines.placements(center)
        if placement.since
    ]


def _year(episode: HistoryEntry, date: str) -> int:
    return episode.year(date)
