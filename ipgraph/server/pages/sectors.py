"""The sectors as cards, with their responsible agencies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import redirect

from ipgraph.namespaces import ENTITY, IP, SOURCE
from ipgraph.server.context import request
from ipgraph.server.edition import is_own
from ipgraph.server.html import links
from ipgraph.server.http.negotiation import LIST_OFFERS
from ipgraph.server.http.routes import NAME, Routes
from ipgraph.server.pages import developer_section, list_formats, page_queries
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.entities.statements import Value
    from ipgraph.search.index import Hit
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

SECTOR = IP + "Sector"
AGENCY_OF = IP + "sectorSpecificAgencyOf"
SEED = SOURCE + "more-about-ip"
SEED_UNIT = ENTITY + "sopd"
MAX_SECTORS = 200


@dataclass(frozen=True, slots=True)
class Card:
    """A sector, its responsible agencies, and whether the office's page names it."""

    hit: Hit
    agencies: tuple[Value, ...]
    named_by_seed: bool


routes = Routes()


@routes.add(
    "/sectors",
    summary="The sectors and their agencies",
    offers=LIST_OFFERS,
    needs=is_own,
    menu=3,
    is_in_sitemap=True,
)
def sectors(request: Request) -> ResponseReturnValue:
    """Show the sectors as cards."""
    return _sectors(site_of(request))


@routes.add(
    "/sectors/<name>",
    summary="Redirect (301) to the page of a sector",
    parameters=(NAME,),
    status=301,
    needs=is_own,
)
def sector(request: Request, name: str) -> ResponseReturnValue:
    """Redirect to the page of a sector."""
    return redirect(links.page(ENTITY + name), 301)


def _sectors(site: Site) -> ResponseReturnValue:
    cards = [_card(site, hit) for hit in site.index.instances(SECTOR, limit=MAX_SECTORS)]
    if request.format != "html":
        rows = [(c.hit.label, c.hit.iri, "; ".join(a.text for a in c.agencies)) for c in cards]
        return list_formats.rows(("label", "iri", "sector-specific agencies"), rows)
    held = [card for card in cards if card.agencies]
    return site.render(
        "sectors.html",
        cards=held,
        others=[card for card in cards if not card.agencies],
        named=sum(card.named_by_seed for card in cards),
        claimed=_claimed(site),
        unit=site.entities.labels.name(SEED_UNIT),
        seed=site.entities.labels.name(SEED),
        developers=developer_section.of_list(site, sparql=page_queries.query("sectors")),
    )


def _card(site: Site, hit: Hit) -> Card:
    group, sources = site.entities.related(hit.iri, AGENCY_OF, incoming=True, limit=10)
    numbers = {source.number for source in sources if source.iri == SEED}
    # Statements inferred for a parent from its parts are on the page of the sector.
    stated = tuple(value for value in group.values if not value.inferred)
    return Card(hit, stated, any(numbers & set(value.sources) for value in stated))


def _claimed(site: Site) -> str:
    """Return how many sectors the office's division is responsible for, according to its page."""
    view = site.entities.describe(SEED_UNIT)
    numbers = {source.number for source in view.sources if source.iri == SEED}
    claims = (
        figure.value
        for figure in view.figures
        if figure.measure.iri.endswith("number-of-sectors-as-sector-specific-agency")
        and numbers & set(figure.sources)
    )
    return next(claims, "")
