"""The page of the ontology: a tree of two levels, and a table of all terms by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode

from ipgraph.namespaces import DCTERMS, OWL
from ipgraph.search.folding import MAX_TEXT_CHARS
from ipgraph.server.api.linked_data import DOCUMENT_OFFERS, ontology_document, page_links
from ipgraph.server.edition import has_ontology
from ipgraph.server.html import links
from ipgraph.server.html.svg import Box, tree
from ipgraph.server.http.negotiation import HTML
from ipgraph.server.http.representations import require
from ipgraph.server.http.routes import PAGE, SEARCH_TEXT, Parameter, Routes, one_of
from ipgraph.server.pages import about, developer_section, page_queries
from ipgraph.server.pages.site import site_of
from ipgraph.server.pages.vocabulary import trees

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

    from ipgraph.server.context import Request
    from ipgraph.server.pages.developer_section import DeveloperSection
    from ipgraph.server.pages.site import Site

PER_PAGE = 50
MAX_BOXES = 60
KINDS = ("class", "property")


routes = Routes()


@dataclass(frozen=True, slots=True)
class Tab:
    """A kind of terms: the URL of its table, its name, and the number of its terms."""

    kind: str
    address: str
    label: str
    count: int
    is_chosen: bool


@routes.add(
    "/ontology",
    summary="The ontology",
    offers=DOCUMENT_OFFERS,
    parameters=(
        Parameter("kind", "the terms of the table", one_of(*KINDS)),
        SEARCH_TEXT,
        PAGE,
    ),
    menu=5,
    is_in_sitemap=True,
)
def ontology(request: Request) -> ResponseReturnValue:
    """Show the ontology, or send it as RDF."""
    if request.choice is not None and request.choice.name != HTML.name:
        if request.args.get("format") or has_ontology(request.edition):
            return ontology_document(request, request.choice)
        require(request, (HTML,))  # a graph without an ontology of its own has the page only
    site = site_of(request)
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else KINDS[0]
    text = request.args.get("q", "").strip()[:MAX_TEXT_CHARS]
    page = links.page_number()
    first = (page - 1) * PER_PAGE
    terms = site.index.vocabulary
    total = terms.count(kind, text.casefold())
    found = terms.page(kind, text.casefold(), limit=PER_PAGE, offset=first)
    is_first = page == 1 and not text
    head = _head(site)
    body = site.render(
        "ontology.html",
        kind=kind,
        text=text,
        tabs=_tabs(site, kind),
        terms=[trees.named(site, term) for term in found],
        total=total,
        tree=trees.of_terms(site, kind) if is_first else (),
        more_roots=max(terms.count_roots(kind) - trees.MAX_ROOTS, 0),
        formats=about.ONTOLOGY_FORMATS if has_ontology(request.edition) else (),
        picture=_picture(site) if is_first and kind == KINDS[0] else None,
        prefixes=site.kg.prefixes.declared,
        version=[_metadata(site, iri) for iri in (OWL + "versionInfo", DCTERMS + "modified")],
        about=site.entities.vocabulary.comment(head) if head else "",
        page_number=page,
        has_next=total > first + PER_PAGE,
        developers=_developers(site),
    )
    links_ = page_links(request, "ontology") if has_ontology(request.edition) else ()
    return body, list(links_)


def _tabs(site: Site, chosen: str) -> list[Tab]:
    words, terms = site.words(), site.index.vocabulary
    labels = {"class": words("ontology.classes"), "property": words("ontology.properties")}
    return [
        Tab(
            kind,
            links.address("/ontology", kind=kind) + "#terms",
            labels[kind],
            terms.count(kind),
            kind == chosen,
        )
        for kind in KINDS
    ]


def _developers(site: Site) -> DeveloperSection:
    query = page_queries.query("ontology")
    if not site.kg.config.graphs.ontology:
        address = links.address("/sparql", query=query, format="csv")
        return developer_section.of_address(site, address, sparql=query)
    formats = tuple(
        (label, links.address(f"/ontology.{suffix}")) for suffix, label in about.ONTOLOGY_FORMATS
    )
    return developer_section.of_address(site, formats[0][1], formats=formats, sparql=query)


def _head(site: Site) -> str:
    """Return the IRI of the ontology itself: its first graph; empty if none is named."""
    return next(iter(site.kg.config.graphs.ontology), "")


def _metadata(site: Site, property_iri: str) -> str:
    """Return the value of a property of the ontology itself, or an empty text."""
    head = _head(site)
    if not head:
        return ""
    quads = site.kg.store.quads(NamedNode(head), NamedNode(property_iri), None, DefaultGraph())
    return next((quad.object.value for quad in quads if isinstance(quad.object, Literal)), "")


def _picture(site: Site) -> Markup | None:
    """Draw the used classes of the ontology's own namespace as a tree."""
    terms, namespace = site.index.vocabulary, site.kg.config.iris.terms
    used = {
        term.iri: term
        for term in terms.page("class", limit=10 * MAX_BOXES)
        if term.uses and term.iri.startswith(namespace)
    }
    own = dict([*used.items()][:MAX_BOXES])
    below = {
        iri: [child.iri for child in terms.below(iri, MAX_BOXES) if child.iri in own] for iri in own
    }
    inner = {child for children in below.values() for child in children}

    def box(iri: str, above: tuple[str, ...]) -> Box:
        children = tuple(
            box(child, (*above, iri)) for child in below[iri] if child not in (*above, iri)
        )
        label = site.entities.labels.name(iri).label
        return Box(label, links.page(iri), site.kind_style(iri), below=children)

    roots = tuple(box(iri, ()) for iri in own if iri not in inner)
    if not roots:
        return None
    root = Box(site.words()("ontology.all"), links.address("/browse"), below=roots)
    return tree(root, site.words()("ontology.picture"), top=True)
