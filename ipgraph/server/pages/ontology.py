"""The ontology as pages: the whole of it, and each class and property with its uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request
from pyoxigraph import DefaultGraph, Literal, NamedNode

from ipgraph.namespaces import DCTERMS, ONTOLOGY, OWL, PREFIXES
from ipgraph.server.html import links
from ipgraph.server.html.svg import Box, tree
from ipgraph.server.pages import entity, page_queries

if TYPE_CHECKING:
    from flask import Blueprint
    from markupsafe import Markup

    from ipgraph.dataset.documentation import TermDocumentation
    from ipgraph.entities.labels import Name
    from ipgraph.entities.statements import Value
    from ipgraph.server.pages.site import Site

PER_PAGE = 50
SORTS = ("label", "short", "mentions")
MAX_PROPERTIES = 40
MAX_BOXES = 60
# Statements that are looked through for an example of a property.
MAX_SAMPLES = 60


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the addresses of the ontology."""

    @blueprint.get("/ontology", endpoint="ontology")
    def ontology() -> str:
        classes = site.documentation.terms("class")
        return site.render(
            "ontology.html",
            classes=classes,
            properties=site.documentation.terms("property"),
            below=site.documentation.tree(classes),
            picture=_picture(site, classes),
            prefixes=PREFIXES,
            version=[_said(site, each) for each in (OWL + "versionInfo", DCTERMS + "modified")],
            about=site.entities.vocabulary.comment(ONTOLOGY.rstrip("/")) if site.is_own else "",
        )

    @blueprint.get("/describe", endpoint="describe")
    def describe() -> str:
        return render(site, request.args.get("uri", "") or abort(400, "The address needs ?uri=…"))

    @blueprint.get("/ontology/<name>", endpoint="term")
    def term(name: str) -> str:
        return render(site, ONTOLOGY + name)


def render(site: Site, iri: str) -> str:
    """Render the page of a class or property; anything else is told as a thing."""
    view = site.documentation.term(iri)
    if view is None:
        return entity.render(site, iri)
    page = links.page_number()
    start = (page - 1) * PER_PAGE
    is_class = view.kind == "class"
    sort = request.args.get("sort", SORTS[0])
    if sort not in SORTS:
        abort(400, f"Things can be sorted by {', '.join(SORTS)}.")
    hits = (
        site.index.instances(iri, limit=PER_PAGE + 1, offset=start, sort=sort) if is_class else ()
    )
    return site.render(
        "term.html",
        view=view,
        hits=hits[:PER_PAGE],
        sort=sort,
        has_next=len(hits) > PER_PAGE,
        page_number=page,
        wholes={hit.iri: site.entities.breadcrumb(hit.iri)[-1:] for hit in hits},
        used=_used(site, iri) if is_class else (),
        samples=_samples(site, iri) if not is_class else (),
        query=page_queries.query("things" if is_class else "uses", term=iri),
    )


def _said(site: Site, property_iri: str) -> str:
    """Return what the head of the ontology says by a property; empty where it is silent."""
    head = NamedNode(ONTOLOGY.rstrip("/"))
    quads = site.kg.store.quads(head, NamedNode(property_iri), None, DefaultGraph())
    return next((quad.object.value for quad in quads if isinstance(quad.object, Literal)), "")


def _used(site: Site, iri: str) -> list[tuple[Name, int, tuple[Value, Value] | None]]:
    """Return the properties of the things of a class, how many use each, and one that does."""
    things = {hit.iri for hit in site.index.instances(iri, limit=PER_PAGE)}
    pairs = site.index.used_with(iri)[:MAX_PROPERTIES]
    return [
        (site.entities.labels.name(each), uses, _example(site, each, things))
        for each, uses in pairs
    ]


def _example(site: Site, property_iri: str, things: set[str]) -> tuple[Value, Value] | None:
    samples = site.entities.sample_statements(property_iri, MAX_SAMPLES)
    return next((pair for pair in samples if pair[0].iri in things and pair[1].text), None)


def _samples(site: Site, iri: str) -> list[tuple[object, object]]:
    """Return some statements that use a property."""
    return list(site.entities.sample_statements(iri, 25))


def _picture(site: Site, classes: tuple[TermDocumentation, ...]) -> Markup | None:
    """Draw the classes of the ontology's own namespace that are used, as a tree."""
    own = tuple(
        each
        for each in classes
        if each.uses and (each.name.iri.startswith(ONTOLOGY) or not site.is_own)
    )[:MAX_BOXES]
    below = site.documentation.tree(own)

    def box(each: TermDocumentation) -> Box:
        children = tuple(box(child) for child in below.get(each.name.iri, ()))
        address = links.page(each.name.iri)
        return Box(each.name.label, address, site.kind_style(each.name.iri), below=children)

    roots = tuple(box(each) for each in below.get("", ()))
    if not roots:
        return None
    root = Box(site.words()("ontology.thing"), links.address("/browse"), below=roots)
    return tree(root, site.words()("ontology.picture"), top=True)
