"""The pages of the ontology, and of its classes and properties with their uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import abort
from pyoxigraph import NamedNode

from ipgraph.dataset.documentation import DOMAINS, RANGES
from ipgraph.namespaces import OWL, RDFS
from ipgraph.server.api.linked_data import (
    DOCUMENT_OFFERS,
    describe,
    page_links,
    term_document,
)
from ipgraph.server.context import request
from ipgraph.server.edition import has_terms
from ipgraph.server.html import links
from ipgraph.server.html.filters import sentence_case
from ipgraph.server.html.translations import plural_of
from ipgraph.server.http.negotiation import HTML, Choice
from ipgraph.server.http.response import HttpError
from ipgraph.server.http.routes import NAME, PAGE, URI, Parameter, Routes, one_of
from ipgraph.server.pages import developer_section, page_queries, sources
from ipgraph.server.pages.entities import entity
from ipgraph.server.pages.site import site_of
from ipgraph.server.pages.vocabulary.expressions import Expression, expression

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.dataset.documentation import TermDocumentation
    from ipgraph.entities.labels import Name
    from ipgraph.entities.statements import Value
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

PER_PAGE = 50
SORTS = ("label", "short", "mentions")
MAX_PROPERTIES = 40
MAX_BOXES = 60
# Statements searched for an example of a property.
MAX_SAMPLES = 60


MAX_RELATED = 60
MAX_OWN = 200  # properties with the class as domain
MAX_EXPRESSIONS = 30
LEAST_HIDDEN = 3
_BELOW = {"class": RDFS + "subClassOf", "property": RDFS + "subPropertyOf"}


routes = Routes()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `direction` is empty unless the table is sorted by the column."""

    key: str
    heading: str
    direction: str


@routes.add(
    "/ontology/<path:name>",
    summary="A term of the ontology",
    offers=DOCUMENT_OFFERS,
    parameters=(NAME, Parameter("sort", "the order of the entities", one_of(*SORTS)), PAGE),
    needs=has_terms,
)
def term(request: Request, name: str) -> ResponseReturnValue:
    """Show a term of the ontology, or send it as RDF."""
    if (choice := _rdf_choice(request)) is not None:
        return term_document(request, name, choice)
    iri = request.edition.kg.config.iris.terms + name
    return render(site_of(request), iri), list(page_links(request, f"ontology/{name}"))


@routes.add(
    "/describe",
    summary="An entity with any IRI",
    offers=DOCUMENT_OFFERS,
    parameters=(URI.required(),),
)
def describe_any(request: Request) -> ResponseReturnValue:
    """Show the statements about any IRI, or send them as RDF."""
    iri = request.args.get("uri", "")
    if not iri:
        raise HttpError(400, "The parameter uri is missing. It takes an IRI.")
    if (choice := _rdf_choice(request)) is not None:
        return describe(request, iri, choice)
    return render(site_of(request), iri)


def _rdf_choice(request: Request) -> Choice | None:
    """Return the requested RDF format; None for the page."""
    return None if request.format == HTML.name else request.choice


def render(site: Site, iri: str) -> str:
    """Render the page of a class or property, or of any other entity."""
    view = site.documentation.term(iri)
    if view is None:
        return (
            sources.render(site, iri) if _only_names_graph(site, iri) else entity.render(site, iri)
        )
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
        heading=sentence_case(plural_of(view.name) if is_class else view.name.label),
        list_address=links.address("/browse", type=view.short.strip("<>")),
        hits=hits[:PER_PAGE],
        sort=sort,
        has_next=len(hits) > PER_PAGE,
        page_number=page,
        wholes={
            hit.iri: site.entities.breadcrumb(hit.iri)[-1:] for hit in hits if not hit.is_nameless
        },
        used=_used(site, iri) if is_class else (),
        samples=_samples(site, iri) if not is_class else (),
        related=_related(site, view),
        properties=_properties(site, view),
        columns=_columns(site, sort),
        formats=entity.FORMATS,
        developers_card=developer_section.of_address(
            site,
            links.data(iri, "ttl"),
            sparql=page_queries.query("instances" if is_class else "uses", term=iri),
        ),
    )


def _only_names_graph(site: Site, iri: str) -> bool:
    """True if an IRI names a graph, and no statement is about it."""
    try:
        about = next(iter(site.kg.store.quads(NamedNode(iri))), None)
        return about is None and site.entities.is_graph(iri)
    except ValueError:  # no IRI
        return False


@dataclass(frozen=True, slots=True)
class RelatedTerms:
    """Terms in one relation to a term: the first names, class expressions, the URL of the rest."""

    key: str
    names: tuple[Name, ...]
    expressions: tuple[Expression, ...]
    more: int
    address: str


def _related(site: Site, view: TermDocumentation) -> list[RelatedTerms]:
    """Return the related terms by the text key of the relation."""
    relations = (
        (f"above_{view.kind}", view.above),
        (f"below_{view.kind}", view.below),
        ("domain", view.domain),
        ("range", view.range),
        ("inverse", view.inverses),
        ("related", view.related),
    )
    predicates = {
        "above_class": (RDFS + "subClassOf", OWL + "equivalentClass"),
        "domain": DOMAINS,
        "range": RANGES,
    }
    found = []
    for key, names in relations:
        nodes = site.documentation.expressions(view.name.iri, predicates.get(key, ()))
        shown = len(names) if len(names) < MAX_RELATED + LEAST_HIDDEN else MAX_RELATED
        rest = links.related(view.name.iri, _BELOW[view.kind], incoming=True)
        entry = RelatedTerms(
            key,
            names[:shown],
            tuple(expression(site, node) for node in nodes[:MAX_EXPRESSIONS]),
            len(names) - shown,
            rest if key.startswith("below") else "",
        )
        if entry.names or entry.expressions:
            found.append(entry)
    return found


def _properties(site: Site, view: TermDocumentation) -> list[tuple[Name, tuple[Name, ...]]]:
    """Return the properties with a class as domain, with their ranges."""
    return [(name, site.documentation.ranges(name.iri)) for name in view.properties[:MAX_OWN]]


def _columns(site: Site, chosen: str) -> list[Column]:
    """Return the columns of the table of instances of a class."""
    words = site.words()
    columns = (
        Column("label", words("ontology.name"), "ascending"),
        Column("short", words("entity.short"), "ascending"),
        Column("", words("entity.breadcrumb"), ""),
        Column("mentions", words("ontology.mentions"), "descending"),
    )
    return [column if column.key == chosen else replace(column, direction="") for column in columns]


def _used(site: Site, iri: str) -> list[tuple[Name, int, tuple[Value, Value] | None]]:
    """Return properties that instances of a class use, with their number and an example."""
    instances = {hit.iri for hit in site.index.instances(iri, limit=PER_PAGE)}
    pairs = site.index.used_with(iri)[:MAX_PROPERTIES]
    return [
        (site.entities.labels.name(iri), uses, _example(site, iri, instances))
        for iri, uses in pairs
    ]


def _example(site: Site, property_iri: str, instances: set[str]) -> tuple[Value, Value] | None:
    samples = site.entities.sample_statements(property_iri, MAX_SAMPLES)
    return next((pair for pair in samples if pair[0].iri in instances and pair[1].text), None)


def _samples(site: Site, iri: str) -> list[tuple[object, object]]:
    """Return up to `MAX_SAMPLES` statements that use a property."""
    return list(site.entities.sample_statements(iri, 25))
