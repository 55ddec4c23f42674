"""Linked data: IRIs that redirect (303) by Accept, and the RDF data of entities and documents.

The pages of the ontology, of sources and of any IRI call `document` and `describe` for requests
that prefer RDF.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pyoxigraph as ox

from ipgraph.errors import Gone, NotFound
from ipgraph.namespaces import DCTERMS, OWL
from ipgraph.serialization.formats import Content, by_name, formats_with
from ipgraph.server import jobs
from ipgraph.server.edition import has_ontology, has_sources, has_terms, has_things
from ipgraph.server.http.negotiation import CSV, HTML, RDF_OFFERS, Choice
from ipgraph.server.http.representations import require
from ipgraph.server.http.response import Headers, HttpError, Response
from ipgraph.server.http.routes import NAME, Parameter, Routes, one_of
from ipgraph.workers.wire import Job

if TYPE_CHECKING:
    from ipgraph.server.context import Request
    from ipgraph.server.edition import Edition

DATA_OFFERS = (*RDF_OFFERS, CSV)
# Documents that have a page at the same address.
DOCUMENT_OFFERS = (*DATA_OFFERS, HTML)
_BY_NAME = {offer.name: offer for offer in DATA_OFFERS}
SUFFIX = f"<any({', '.join(_BY_NAME)}):suffix>"
SUFFIX_PARAMETER = Parameter("suffix", "the format", one_of(*_BY_NAME))
_SAFE = "/:@!$'()*,;=-._~"  # the RFC 3986 path characters that are safe in headers and pages
_DEPRECATED = ox.NamedNode(OWL + "deprecated")
_REPLACED_BY = ox.NamedNode(DCTERMS + "isReplacedBy")
_SEARCH_HINT = "Search for it at /search?q=…"

routes = Routes()


@routes.add(
    "/id/<path:name>",
    summary="An entity: redirects (303) to its page or its data",
    parameters=(NAME,),
    status=303,
    needs=has_things,
)
def entity_id(request: Request, name: str) -> Response:
    """Redirect to the page or to the data of an entity."""
    _require(request.edition, _thing(request, name))
    choice = require(request, DOCUMENT_OFFERS)
    root, quoted = request.script_root, _quoted(name)
    place = f"/page/{quoted}" if choice.name == HTML.name else f"/data/{quoted}.{choice.name}"
    headers = (
        ("Location", root + place),
        ("Vary", "Accept"),
        ("Link", _links(request, f"{root}/data/{quoted}")),
        ("Cache-Control", f"public, max-age={request.service.settings.max_age_s}"),
    )
    return Response.of(headers, status=303)


@routes.add(
    f"/data/<path:name>.{SUFFIX}",
    summary="The data of an entity",
    offers=DATA_OFFERS,
    parameters=(NAME, SUFFIX_PARAMETER),
    negotiates=False,
    needs=has_things,
)
def entity_data(request: Request, name: str, suffix: str) -> Response:
    """Return the data of an entity."""
    iri = _thing(request, name)
    _require(request.edition, iri)
    root, quoted = request.script_root, _quoted(name)
    links = _links(request, f"{root}/data/{quoted}", about=f"{root}/page/{quoted}")
    return _rdf(request, iri, _BY_NAME[suffix].choice, (("Link", links),))


@routes.add(
    "/data/<path:name>",
    summary="The data of an entity: redirects (303) to an accepted format",
    parameters=(NAME,),
    status=303,
    needs=has_things,
)
def entity_data_by_accept(request: Request, name: str) -> Response:
    """Redirect to the data of an entity in an accepted format."""
    if not request.edition.kg.entities.exists(_thing(request, name)):
        raise NotFound(
            f"There is no entity {name!r}.",
            hint=f"Addresses of data end in {', '.join('.' + suffix for suffix in _BY_NAME)}.",
        )
    choice = require(request, DATA_OFFERS)
    place = f"{request.script_root}/data/{_quoted(name)}.{choice.name}"
    return Response.of((("Location", place), ("Vary", "Accept")), status=303)


@routes.add(
    f"/ontology.{SUFFIX}",
    summary="The ontology in a format",
    offers=DATA_OFFERS,
    parameters=(SUFFIX_PARAMETER,),
    negotiates=False,
    needs=has_ontology,
)
def ontology_data(request: Request, suffix: str) -> Response:
    """Return the ontology as RDF."""
    return ontology_document(request, _BY_NAME[suffix].choice)


@routes.add(
    f"/ontology/<path:name>.{SUFFIX}",
    summary="A term of the ontology in a format",
    offers=DATA_OFFERS,
    parameters=(NAME, SUFFIX_PARAMETER),
    negotiates=False,
    needs=has_terms,
)
def term_data(request: Request, name: str, suffix: str) -> Response:
    """Return the data of a term."""
    return term_document(request, name, _BY_NAME[suffix].choice)


@routes.add(
    f"/source/<path:name>.{SUFFIX}",
    summary="The statements of a source in a format",
    offers=DATA_OFFERS,
    parameters=(NAME, SUFFIX_PARAMETER),
    negotiates=False,
    needs=has_sources,
)
def source_data(request: Request, name: str, suffix: str) -> Response:
    """Return the statements of a source."""
    return source_document(request, name, _BY_NAME[suffix].choice)


def describe(request: Request, iri: str, choice: Choice) -> Response:
    """Return the data of any IRI; of one that only names a graph, the statements of the graph."""
    _require(request.edition, iri)
    about = next(iter(request.edition.kg.store.quads(ox.NamedNode(iri))), None)
    whole_graph = about is None and _is_graph(request.edition, iri)
    return _at_query(request, "/describe", iri, choice, whole_graph=whole_graph)


def graph(request: Request, iri: str, choice: Choice) -> Response:
    """Return the statements of a named graph. Raises `NotFound` if there is none."""
    require_graph(request.edition, iri)
    return _at_query(request, "/source", iri, choice, whole_graph=True)


def require_graph(edition: Edition, iri: str) -> None:
    """Raise `NotFound` if an IRI does not name a graph."""
    if not _is_graph(edition, iri):
        raise NotFound(f"There is no graph <{iri}>.", hint="The page /sources lists the graphs.")


def _at_query(
    request: Request, path: str, iri: str, choice: Choice, *, whole_graph: bool
) -> Response:
    fields = urlencode({"uri": iri, "format": choice.name})
    place = f"{request.script_root}{path}?{fields}"
    return _rdf(request, iri, choice, (("Content-Location", place),), whole_graph=whole_graph)


def ontology_document(request: Request, choice: Choice) -> Response:
    """Return the first graph of the ontology."""
    graphs = request.edition.kg.config.graphs.ontology
    if not graphs:
        raise NotFound("This dataset names no graph of its ontology.")
    return _document(request, graphs[0], "ontology", choice, is_graph=True)


def term_document(request: Request, name: str, choice: Choice) -> Response:
    """Return the data of a term."""
    iri = request.edition.kg.config.iris.terms + name
    return _document(request, iri, f"ontology/{name}", choice, is_graph=False)


def source_document(request: Request, name: str, choice: Choice) -> Response:
    """Return the statements of a document."""
    iri = request.edition.kg.config.iris.sources + name
    return _document(request, iri, f"source/{name}", choice, is_graph=True)


def _document(request: Request, iri: str, path: str, choice: Choice, *, is_graph: bool) -> Response:
    """Return the data of an IRI that has a page at `path`: a whole graph, or its statements."""
    about = f"{request.script_root}/{_quoted(path)}"
    links = (
        ("Link", _links(request, about, about=about)),
        ("Content-Location", f"{about}.{choice.name}"),
    )
    if not is_graph or not _is_graph(request.edition, iri):
        _require(request.edition, iri)
        return _rdf(request, iri, choice, links)
    return _rdf(request, iri, choice, links, whole_graph=True)


def _thing(request: Request, name: str) -> str:
    """Return the IRI of the thing with a name."""
    return request.edition.kg.config.iris.things + name


def page_links(request: Request, path: str) -> Headers:
    """Return the Link header of the page of an entity or document: its data, its license."""
    if path.startswith("page/"):
        path = "data/" + path.removeprefix("page/")
    return (("Link", _links(request, f"{request.script_root}/{_quoted(path)}")),)


def refuse_gone(edition: Edition, iri: str) -> None:
    """Raise `Gone` for a replaced entity, and `NotFound` for an invalid IRI."""
    try:
        name = ox.NamedNode(iri)
    except ValueError as error:
        raise NotFound(
            "The name contains characters not allowed in IRIs.", hint=_SEARCH_HINT
        ) from error
    store = edition.kg.store
    marks = store.quads(name, _DEPRECATED, None, ox.DefaultGraph())
    if not any(
        isinstance(mark.object, ox.Literal) and mark.object.value == "true" for mark in marks
    ):
        return
    for quad in store.quads(name, _REPLACED_BY, None, ox.DefaultGraph()):
        raise Gone(f"<{iri}> was withdrawn.", hint=f"It is replaced by {quad.object}.")


def _rdf(
    request: Request, iri: str, choice: Choice, links: Headers, *, whole_graph: bool = False
) -> Response:
    job = "graph" if whole_graph else "describe"
    infer = whole_graph or choice.name == CSV.name or request.service.settings.infer
    answering = jobs.begin(request, Job(job, iri, infer), by_name(choice.name))
    headers = (("Content-Type", choice.content_type), ("Vary", "Accept"), *links)
    body = answering.body
    if body is None:
        return jobs.stream(request, headers, answering)
    return Response.of(headers, body)


def _require(edition: Edition, iri: str) -> None:
    """Raise `Gone` for a replaced entity, and `NotFound` for an unknown one."""
    refuse_gone(edition, iri)
    try:
        known = edition.kg.entities.exists(iri)
    except ValueError:
        known = False
    if not known:
        raise NotFound(f"The graph does not mention <{iri}>.", hint=_SEARCH_HINT)


def _is_graph(edition: Edition, iri: str) -> bool:
    try:
        return edition.kg.entities.is_graph(iri)
    except ValueError as error:
        raise HttpError(404, "The address does not contain a valid IRI.") from error


def _links(request: Request, stem: str, about: str = "") -> str:
    links = [
        f'<{stem}.{form.name}>; rel="alternate"; type="{form.media_type}"'
        for form in formats_with(Content.TRIPLES, Content.QUADS)
    ]
    if request.edition.license:
        links.append(f'<{request.edition.license}>; rel="license"')
    if about:
        links.append(f'<{about}>; rel="alternate"; type="text/html"')
    return ", ".join(links)


def _quoted(name: str) -> str:
    return quote(name, safe=_SAFE)
