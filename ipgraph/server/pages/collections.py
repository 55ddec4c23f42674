"""Collections: the things of a class as cards, as the dataset file describes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import redirect

from ipgraph.server.context import request
from ipgraph.server.html import links
from ipgraph.server.html.filters import sentence_case
from ipgraph.server.http.negotiation import LIST_OFFERS
from ipgraph.server.http.response import HttpError
from ipgraph.server.http.routes import NAME, Parameter, Routes
from ipgraph.server.pages import developer_section, list_formats, page_queries
from ipgraph.server.pages.queries import questions
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.dataset.config.sections import Collection
    from ipgraph.dataset.config.values import PropertyPath
    from ipgraph.entities.statements import Value
    from ipgraph.search.index import Hit
    from ipgraph.server.context import Request
    from ipgraph.server.edition import Edition
    from ipgraph.server.pages.site import Site

MAX_CARDS = 200
MAX_SHOWN = 10
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_COLLECTION = Parameter("collection", "the name of a collection of the dataset")


@dataclass(frozen=True, slots=True)
class Card:
    """A thing, and the values that its card shows, by the label of each path."""

    hit: Hit
    shown: tuple[tuple[str, tuple[Value, ...]], ...]


def has_collections(edition: Edition) -> bool:
    """True if the dataset file describes collections."""
    return bool(edition.kg.config.collections)


routes = Routes()


@routes.add(
    "/<collection>",
    summary="The things of a collection of the dataset",
    offers=LIST_OFFERS,
    parameters=(_COLLECTION,),
    needs=has_collections,
)
def cards(request: Request, collection: str) -> ResponseReturnValue:
    """Show the things of a collection as cards."""
    return _page(site_of(request), _find(request, collection))


@routes.add(
    "/<collection>/<name>",
    summary="Redirect (301) to the page of a thing of a collection",
    parameters=(_COLLECTION, NAME),
    status=301,
    needs=has_collections,
)
def card(request: Request, collection: str, name: str) -> ResponseReturnValue:
    """Redirect to the page of a thing."""
    _find(request, collection)
    return redirect(links.page(request.edition.kg.config.iris.things + name), 301)


def _find(request: Request, name: str) -> Collection:
    for collection in request.edition.kg.config.collections:
        if collection.name == name:
            return collection
    raise HttpError(404, "There is no page at this address.")


def _page(site: Site, collection: Collection) -> ResponseReturnValue:
    hits = site.index.instances(collection.class_, limit=MAX_CARDS)
    hits = tuple(hit for hit in hits if not hit.is_nameless)
    found = [_card(site, collection, hit) for hit in hits]
    labels = [_label(site, path) for path in collection.show]
    if request.format != "html":
        rows = [
            (
                card.hit.label,
                card.hit.iri,
                *("; ".join(v.text for v in dict(card.shown).get(name, ())) for name in labels),
            )
            for card in found
        ]
        return list_formats.rows(("label", "iri", *labels), rows)
    query = page_queries.cards(collection.class_, map(str, collection.show))
    return site.render(
        "collection.html",
        title=site.choose(collection.title),
        intro=site.choose(collection.intro),
        notice=_notice(site, collection),
        cards=[card for card in found if card.shown],
        others=[card for card in found if not card.shown],
        shown=", ".join(labels),
        developers=developer_section.of_list(site, sparql=query),
    )


def _card(site: Site, collection: Collection, hit: Hit) -> Card:
    shown = ((_label(site, path), _values(site, hit.iri, path)) for path in collection.show)
    return Card(hit, tuple((label, values) for label, values in shown if values))


def _label(site: Site, path: PropertyPath) -> str:
    """Return the label of the last property of a path, in its direction."""
    last, entities = path.steps[-1], site.entities
    incoming = entities.vocabulary.incoming_label(last.iri) if last.inverse else ""
    return sentence_case(incoming or entities.labels.name(last.iri).label)


def _values(site: Site, iri: str, path: PropertyPath) -> tuple[Value, ...]:
    """Return the stated values at the end of a path."""
    if len(path.steps) > 1:
        ends = site.entities.ends(iri, path)
        return tuple(sorted(ends, key=lambda value: value.text)[:MAX_SHOWN])
    (step,) = path.steps
    group, _ = site.entities.related(iri, step.iri, incoming=step.inverse, limit=MAX_SHOWN)
    return tuple(value for value in group.values if not value.inferred)


def _notice(site: Site, collection: Collection) -> str:
    """Return the sentence of a collection, filled with the first row of its question."""
    notice = collection.notice
    if not notice.question:
        return ""
    asked = questions.find(site, notice.question)
    answer = questions.answer(site, asked, asked.text)
    if not answer.rows:
        return ""
    cells = dict(zip(answer.columns, (cell.text for cell in answer.rows[0]), strict=False))
    return _PLACEHOLDER.sub(lambda match: cells.get(match[1], match[0]), site.choose(notice.text))
