"""The page of an entity: any IRI of the graph."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from flask import Response, abort, after_this_request

from ipgraph.dataset.disagreements import anchors
from ipgraph.server.api.linked_data import page_links, refuse_gone
from ipgraph.server.context import request
from ipgraph.server.html import links, schema_org
from ipgraph.server.html.filters import sentence_case
from ipgraph.server.html.svg import Box, tree
from ipgraph.server.http.negotiation import HTML, LIST_OFFERS
from ipgraph.server.http.routes import NAME, PAGE, URI, Parameter, Routes, number, one_of
from ipgraph.server.pages import developer_section, list_formats, page_queries
from ipgraph.server.pages.checks.checking import findings_of
from ipgraph.server.pages.entities import entity_rows, history
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.entities.entity import Description
    from ipgraph.entities.relations import Group
    from ipgraph.entities.statements import Value
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

# Values on a page of one relation.
PER_PAGE = 100
PART_LIMIT_S = 2.0
# Limits of a page: values in a group, sources cited for a statement, dated nodes of a kind. The
# page of the Department, the largest hub, takes 57 kB with them; the budget is 60 kB.
MAX_VALUES, MAX_CITED, MAX_EPISODES = 6, 2, 4
EVERY_EPISODE = 200
SECTIONS = ("relations", "identifiers", "notes")
# Boxes in a column of the picture.
MAX_BOXES = 11
FORMATS = (
    ("ttl", "text/turtle", "Turtle"),
    ("jsonld", "application/ld+json", "JSON-LD"),
    ("rdf", "application/rdf+xml", "RDF/XML"),
    ("nt", "application/n-triples", "N-Triples"),
    ("csv", "text/csv", "CSV"),
)


routes = Routes()
_RELATED_PARAMETERS = (
    Parameter("direction", "in: relations that point to the entity", one_of("in")),
    PAGE,
)


@routes.add(
    "/page/<path:name>",
    summary="The page of an entity",
    offers=(HTML,),
    parameters=(
        NAME,
        Parameter("year", "the entity as of a year", number(1, 9999)),
        Parameter("history", "all for the full history", one_of("all")),
    ),
)
def entity(request: Request, name: str) -> ResponseReturnValue:
    """Show an entity of the project."""
    refuse_gone(request.edition, request.edition.kg.config.iris.things + name)
    body = render(site_of(request), request.edition.kg.config.iris.things + name)
    return body, list(page_links(request, f"page/{name}"))


@routes.add(
    "/page/<name>/related/<path:relation>",
    summary="All values of one relation of an entity",
    offers=LIST_OFFERS,
    parameters=(
        NAME,
        Parameter("relation", "a property: prefixed name or IRI"),
        *_RELATED_PARAMETERS,
    ),
)
def related(request: Request, name: str, relation: str) -> ResponseReturnValue:
    """List all values of one relation of an entity."""
    refuse_gone(request.edition, request.edition.kg.config.iris.things + name)
    return _related(site_of(request), request.edition.kg.config.iris.things + name, relation)


@routes.add(
    "/related",
    summary="All values of one relation of any IRI",
    offers=LIST_OFFERS,
    parameters=(
        URI.required(),
        Parameter("property", "IRI of a property", is_required=True),
        *_RELATED_PARAMETERS,
    ),
)
def related_of(request: Request) -> ResponseReturnValue:
    """List all values of one relation of any IRI."""
    args = request.args
    return _related(site_of(request), args.get("uri", ""), args.get("property", ""))


def render(site: Site, iri: str) -> str:
    """Render the page of an entity; raises `NotFound` if no statement mentions the entity."""
    year = request.args.get("year", None, type=int)
    whole = bool(year) or request.args.get("history") == "all"
    episodes = EVERY_EPISODE if whole else MAX_EPISODES
    began = time.monotonic()
    view = site.entities.describe(iri, values=MAX_VALUES, sources=MAX_CITED, history=episodes)
    # Parts besides the statements are left out if a remote store is slow.
    late = time.monotonic() - began > PART_LIMIT_S
    boxes = None if late else arrange(site, view)
    if late:
        after_this_request(_prevent_caching)
    words = site.words()
    sections, meanings = _by_section(view), _comments(site, view)
    return site.render(
        "entity.html",
        linked=schema_org.of_entity(site.root(), view),
        view=view,
        facts=entity_rows.facts(site, view),
        relations=entity_rows.relation_rows(site, sections["relations"], meanings),
        incoming=entity_rows.relation_rows(site, sections["incoming"], meanings),
        alongside=view.siblings[: entity_rows.MAX_ALONGSIDE],
        identifiers=sections["identifiers"],
        notes=[value for group in sections["notes"] for value in group.values],
        findings=findings_of(request, iri, site.language()),
        glance=() if late else entity_rows.glance(site, view),
        late=late,
        differing={} if late else anchors(site.kg.disagreements(), iri),
        year=year,
        chapters=history.rows(site.entities, view, year, words),
        more_history=not whole and history.is_cut(site.entities, view, episodes),
        quantity=lambda figure: history.quantity(figure, words),
        measured=history.measured(view),
        replaced=history.replacements(site.entities.model, view),
        graph=links.graph(iri) if site.entities.is_graph(iri) else "",
        formats=FORMATS,
        picture=tree(boxes, view.name.label) if boxes else None,
        tree=boxes,
        developers_card=developer_section.of_address(
            site,
            links.data(iri, "ttl"),
            python=entity_rows.python_use(site, view),
            sparql=page_queries.query("entity", entity=iri),
        ),
        rest_address=partial(entity_rows.rest_address, site),
        proof_address=entity_rows.proof_address,
        report=links.address("/report", uri=view.iri) if site.settings.contact else "",
    )


def _by_section(view: Description) -> dict[str, list[Group]]:
    """Group relations by section of the page; incoming relations are their own section."""
    found: dict[str, list[Group]] = {name: [] for name in (*SECTIONS, "incoming")}
    for group in view.groups:
        is_incoming = group.section == "relations" and group.incoming and not group.is_part
        found["incoming" if is_incoming else group.section].append(group)
    return found


def _prevent_caching(response: Response) -> Response:
    """Prevent caching of an incomplete page."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _comments(site: Site, view: Description) -> dict[str, str]:
    """Return the comment of each relation of a page."""
    relations = {group.relation.iri for group in view.groups}
    return {relation: site.entities.vocabulary.comment(relation) for relation in relations}


def _related(site: Site, iri: str, relation: str) -> ResponseReturnValue:
    name = site.kg.prefixes.expand(relation) or relation
    incoming = request.args.get("direction") == "in"
    page = links.page_number()
    # One extra value shows whether there is a next page.
    limit = page * PER_PAGE + 1
    group, sources = site.entities.related(iri, name, incoming=incoming, limit=limit)
    values = group.values[(page - 1) * PER_PAGE : page * PER_PAGE]
    if not values:
        abort(404)
    if request.format != "html":
        titles = {source.number: source.title for source in sources}
        cited = [(v, "; ".join(titles.get(n, "") for n in v.sources)) for v in values]
        rows = [(v.text, v.iri, "yes" if v.inferred else "no", names) for v, names in cited]
        return list_formats.rows(("label", "iri", "inferred", "sources"), rows)
    view, words, heading = site.describe(iri), site.words(), sentence_case(group.label)
    short_label = view.name.acronym or view.name.label
    return site.render(
        "related.html",
        view=view,
        group=group,
        heading=heading,
        title=words("entity.related_title", relation=heading, label=view.name.label),
        short_title=words("entity.related_title", relation=heading, label=short_label),
        values=values,
        page_number=page,
        has_next=len(group.values) > page * PER_PAGE,
        sources=sources,
        proof_address=entity_rows.proof_address,
        developers=developer_section.of_list(site, sparql=_related_query(iri, group)),
    )


def _related_query(iri: str, group: Group) -> str:
    name = "values-in" if group.incoming else "values"
    return page_queries.query(name, entity=iri, term=group.relation.iri)


def arrange(site: Site, view: Description, *, alone: bool = False) -> Box | None:
    """Return a tree of the parent, siblings and parts of an entity; None if it has none.

    With `alone`, the tree starts with the entity itself.
    """
    below = site.entities.parts(view.iri)[:MAX_BOXES]
    if not view.breadcrumb and not below:
        return None

    def box(iri: str, label: str, kind: str, below: tuple[Box, ...] = ()) -> Box:
        return Box(label, links.page(iri), site.kind_style(kind), iri == view.iri, below)

    def boxes(values: tuple[Value, ...]) -> tuple[Box, ...]:
        return tuple(
            box(value.iri, value.text, value.kind.iri if value.kind else "") for value in values
        )

    own = box(view.iri, view.name.label, view.kind.iri if view.kind else "", boxes(below))
    if alone or not view.breadcrumb:
        return own
    siblings = boxes(view.siblings[: MAX_BOXES - 1])
    # Siblings are in alphabetical order.
    at = sum(1 for sibling in view.siblings[: MAX_BOXES - 1] if sibling.text < view.name.label)
    parent = view.breadcrumb[-1]
    kind = site.entities.reader.kind(parent.iri)
    row = (*siblings[:at], own, *siblings[at:])
    return box(parent.iri, parent.label, kind.iri if kind else "", row)
