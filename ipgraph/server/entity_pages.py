"""The page of a thing: any IRI of the graph, ours or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request
from pyoxigraph import NamedNode

from ipgraph.namespaces import ENTITY, expand, shorten
from ipgraph.server import links
from ipgraph.server.pictures import Box, tree

if TYPE_CHECKING:
    from flask import Blueprint

    from ipgraph.entities import View
    from ipgraph.groups import Group
    from ipgraph.server.shell import Site
    from ipgraph.statements import Value

# Values shown of a group, and on a page of their own.
SHOWN = 8
PER_PAGE = 100
# Boxes of the picture in each column.
MAX_BOXES = 14
QUERY = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?relation ?value ?label WHERE {
  $thing ?relation ?value .
  OPTIONAL { ?value rdfs:label ?label }
}
ORDER BY ?relation ?label
"""
FORMATS = (
    ("ttl", "text/turtle", "Turtle"),
    ("jsonld", "application/ld+json", "JSON-LD"),
    ("rdf", "application/rdf+xml", "RDF/XML"),
    ("nt", "application/n-triples", "N-Triples"),
)


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the addresses of things."""

    @blueprint.get("/page/<path:name>", endpoint="entity")
    def entity(name: str) -> str:
        return render(site, ENTITY + name)

    @blueprint.get("/describe", endpoint="describe")
    def describe() -> str:
        return render(site, request.args.get("uri", "") or abort(400, "The address needs ?uri=…"))

    @blueprint.get("/page/<name>/related/<path:relation>", endpoint="related")
    def related(name: str, relation: str) -> str:
        return _related(site, ENTITY + name, relation)

    @blueprint.get("/related", endpoint="related_of")
    def related_of() -> str:
        return _related(site, request.args.get("uri", ""), request.args.get("property", ""))


def render(site: Site, iri: str) -> str:
    """Render the page of a thing; raises `NotFound` where the graph does not mention it."""
    view = site.entities.describe(iri)
    boxes = arrange(site, view)
    terms = site.entities.terms
    return site.render(
        "entity.html",
        view=view,
        shown=SHOWN,
        formats=FORMATS,
        picture=tree(boxes, view.name.label) if boxes else None,
        tree=boxes,
        query=_query(view),
        comments={each.relation.iri: terms.comment(each.relation.iri) for each in view.groups},
        group_address=group_address,
        why=why_address,
    )


def _related(site: Site, iri: str, relation: str) -> str:
    name = expand(relation) or relation
    incoming = request.args.get("direction") == "in"
    page = max(request.args.get("page", 1, type=int), 1)
    # One more than the page needs tells whether there is a next one.
    limit = page * PER_PAGE + 1
    group, sources = site.entities.related(iri, name, incoming=incoming, limit=limit)
    values = group.values[(page - 1) * PER_PAGE : page * PER_PAGE]
    if not values:
        abort(404)
    return site.render(
        "related.html",
        view=site.entities.describe(iri),
        group=group,
        values=values,
        page_number=page,
        has_next=len(group.values) > page * PER_PAGE,
        sources=sources,
        why=why_address,
    )


def arrange(site: Site, view: View) -> Box | None:
    """Arrange what it is part of, those alongside, and its parts; None where there is nothing."""
    below = view.parts[:MAX_BOXES]
    if not view.breadcrumb and not below:
        return None

    def box(iri: str, label: str, kind: str, below: tuple[Box, ...] = ()) -> Box:
        return Box(label, links.page(iri), site.kind_style(kind), iri == view.iri, below)

    def boxes(values: tuple[Value, ...]) -> tuple[Box, ...]:
        return tuple(
            box(each.iri, each.text, each.kind.iri if each.kind else "") for each in values
        )

    own = box(view.iri, view.name.label, view.kind.iri if view.kind else "", boxes(below))
    if not view.breadcrumb:
        return own
    siblings = boxes(view.alongside[: MAX_BOXES - 1])
    # Among its siblings it stands where the alphabet puts it.
    at = sum(1 for each in view.alongside[: MAX_BOXES - 1] if each.text < view.name.label)
    parent = view.breadcrumb[-1]
    kind = site.entities.reader.kind(parent.iri)
    row = (*siblings[:at], own, *siblings[at:])
    return box(parent.iri, parent.label, kind.iri if kind else "", row)


def _query(view: View) -> str:
    """Return the query that gives what the page tells."""
    return QUERY.replace("$thing", str(NamedNode(view.iri)))


def group_address(view: View, group: Group) -> str:
    """Return the address of the whole of a group."""
    name = shorten(group.relation.iri)
    name = group.relation.iri if name.startswith("<") else name
    return links.related(view.iri, name, incoming=group.incoming)


def why_address(view: View, group: Group, value: Value) -> str:
    """Return the address of the proof of an inferred statement."""
    ends = (value.iri, view.iri) if group.incoming else (view.iri, value.iri)
    return links.address("/why", s=ends[0], p=group.relation.iri, o=ends[1])
