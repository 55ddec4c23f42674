"""The graph explorer, with the same content as a static chart and as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, jsonify

from ipgraph.namespaces import shorten
from ipgraph.server import jobs
from ipgraph.server.context import request
from ipgraph.server.html import links
from ipgraph.server.html.svg import Box, tree
from ipgraph.server.http.negotiation import HTML, JSON
from ipgraph.server.http.routes import Parameter, Routes, number
from ipgraph.server.pages import developer_section, page_queries
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from ipgraph.entities.neighborhood import Neighborhood, Node
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

MAX_LEVELS = 4


routes = Routes()
_PARAMETERS = (
    Parameter("id", "an entity: IRI, name or acronym"),
    Parameter("levels", "levels of parts; 0: all neighbors", number(0, MAX_LEVELS)),
)


@routes.add("/graph", summary="The explorer", offers=(HTML,), parameters=_PARAMETERS, menu=2)
def graph(request: Request) -> str:
    """Show the explorer."""
    return _page(site_of(request))


@routes.add(
    "/graph/neighbors",
    summary="The neighbors of an entity",
    offers=(JSON,),
    parameters=_PARAMETERS,
)
def neighbors(request: Request) -> Response:
    """List the neighbors of an entity."""
    site = site_of(request)
    iri, levels = _read_parameters(site)
    return jsonify(_as_json(site, _neighborhood(site, iri, levels)))


def _read_parameters(site: Site) -> tuple[str, int]:
    """Return the requested entity and the levels of its parts (0: all its neighbors)."""
    name = request.args.get("id", "").strip()
    if not name:
        name = site.start or abort(404)
    iri = name if "://" in name else jobs.resolve(request, name)
    levels = request.args.get("levels", 2, type=int)
    return iri, min(max(levels, 0), MAX_LEVELS)


def _neighborhood(site: Site, iri: str, levels: int) -> Neighborhood:
    neighborhoods = site.kg.neighborhoods
    return neighborhoods.parts(iri, levels) if levels else neighborhoods.around(iri)


def _page(site: Site) -> str:
    iri, levels = _read_parameters(site)
    found = _neighborhood(site, iri, levels)
    root = _boxes(site, found)
    edges = [edge for edge in found.edges if not edge.is_part]
    data = links.address("/graph/neighbors", id=iri, levels=str(levels))
    parts = page_queries.parts(site.entities.model.part_of, iri) if levels else ""
    return site.render(
        "graph.html",
        name=site.entities.labels.name(iri),
        levels=levels,
        root=root,
        picture=tree(root, found.nodes[0].name.label, top=True),
        edges=edges,
        labels={
            iri: site.entities.labels.name(iri).label
            for edge in edges
            for iri in (edge.source, edge.target)
        },
        kinds=_legend(site, found),
        developers=developer_section.of_address(
            site,
            data,
            formats=((site.words()("developers.json"), data),),
            sparql=parts or page_queries.query("around", entity=iri),
        ),
    )


def _boxes(site: Site, found: Neighborhood) -> Box:
    below: dict[str, list[Node]] = {}
    for node in found.nodes:
        below.setdefault(node.origin, []).append(node)

    def box(node: Node) -> Box:
        children = below.get(node.name.iri, ())
        return Box(
            node.name.label,
            links.page(node.name.iri),
            site.kind_style(node.kind.iri) if node.kind else "",
            below=tuple(box(child) for child in children),
        )

    return box(found.nodes[0])


def _legend(site: Site, found: Neighborhood) -> list[tuple[str, str]]:
    """Return pairs of color and name: all kinds of the dataset file, else those that are shown."""
    shown = {site.kind_style(node.kind.iri) for node in found.nodes if node.kind}
    return [
        (style, site.choose(label))
        for style, label, _ in site.kinds
        if style in shown or site.kg.config.kinds
    ]


def _as_json(site: Site, found: Neighborhood) -> dict[str, object]:
    return {
        "nodes": [
            {
                "id": node.name.iri,
                "label": node.name.label,
                "short": node.name.acronym,
                "kind": node.kind.label if node.kind else "",
                "style": site.kind_style(node.kind.iri) if node.kind else "",
                "url": links.page(node.name.iri),
                "origin": node.origin,
                "more": node.more,
            }
            for node in found.nodes
        ],
        "edges": [
            {
                "id": f"{edge.source} {shorten(edge.relation.iri)} {edge.target}",
                "source": edge.source,
                "target": edge.target,
                "relation": edge.relation.iri,
                "label": edge.label,
                "part": edge.is_part,
            }
            for edge in found.edges
        ],
    }
