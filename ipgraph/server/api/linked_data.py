"""Things by their names: 303 by Accept, the RDF of each, and documents with two faces."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode

import pyoxigraph as ox

from ipgraph.errors import Gone, NotFound, UsageError
from ipgraph.namespaces import BASE, DCTERMS, ENTITY, ONTOLOGY, ONTOLOGY_GRAPH, OWL, SOURCE
from ipgraph.serialization.formats import Holds, by_name, of_kind
from ipgraph.server import jobs
from ipgraph.server.http import caching
from ipgraph.server.http.negotiation import HTML, RDF_OFFERS, Choice, Offer
from ipgraph.server.http.not_acceptable import require
from ipgraph.server.http.response import Headers, HttpError, Response
from ipgraph.workers.wire import Job

if TYPE_CHECKING:
    from ipgraph.server.http.request import Exchange
    from ipgraph.server.service import Service

LICENSE = "https://creativecommons.org/licenses/by/4.0/"
_CSV = Offer("csv", "text/csv", header="text/csv; charset=utf-8; header=present")
_DATA_OFFERS = (*RDF_OFFERS, _CSV)
_FACES = (*_DATA_OFFERS, HTML)
_SUFFIXES = {each.name: each for each in _DATA_OFFERS}
_SAFE = "/:@!$'()*,;=-._~"  # of RFC 3986 path characters those that no header or page trips over
_DEPRECATED = ox.NamedNode(OWL + "deprecated")
_REPLACED_BY = ox.NamedNode(DCTERMS + "isReplacedBy")
_HOW_OF_MISSING = "Search for it at /search?q=…"


def respond(service: Service, exchange: Exchange) -> Response | None:
    """Answer the addresses of things and documents; None where the page of it is wanted."""
    path = exchange.path
    if path.startswith("/id/"):
        return _see_other(service, exchange, path.removeprefix("/id/"))
    if path.startswith("/data/"):
        return _data(service, exchange, path.removeprefix("/data/"))
    if path.startswith("/page/"):
        _refuse_gone(service, ENTITY + path.removeprefix("/page/").partition("/")[0])
        return None
    if path == "/describe":
        return _describe(service, exchange)
    if path == "/ontology" or path.startswith(("/ontology.", "/ontology/", "/source/")):
        return _document(service, exchange, path.removeprefix("/"))
    return None


def page_links(exchange: Exchange, path: str) -> str:
    """Return the Link header of a page about a thing: its data, its licence."""
    root = exchange.environ.get("SCRIPT_NAME", "")
    if path.startswith("/page/") and "/" not in path.removeprefix("/page/"):
        return _links(root + "/data/" + _quoted(path.removeprefix("/page/")))
    if path == "/ontology" or path.startswith(("/ontology/", "/source/")):
        return _links(root + _quoted(path))
    return ""


def _see_other(service: Service, exchange: Exchange, name: str) -> Response:
    exchange.require_reading()
    iri = ENTITY + name
    _require(service, iri)
    choice = require(exchange, _FACES)
    root = exchange.environ.get("SCRIPT_NAME", "")
    place = f"/page/{_quoted(name)}"
    if choice.name != HTML.name:
        place = f"/data/{_quoted(name)}.{choice.name}"
    headers = (
        ("Location", root + place),
        ("Vary", "Accept"),
        ("Link", _links(f"{root}/data/{_quoted(name)}")),
        ("Cache-Control", f"public, max-age={service.settings.max_age_s}"),
    )
    return Response(303, headers)


def _data(service: Service, exchange: Exchange, rest: str) -> Response:
    exchange.require_reading()
    name, dot, suffix = rest.rpartition(".")
    if not dot or suffix not in _SUFFIXES:
        if service.edition.kg.entities.exists(ENTITY + rest):
            choice = require(exchange, _DATA_OFFERS)
            root = exchange.environ.get("SCRIPT_NAME", "")
            place = f"{root}/data/{_quoted(rest)}.{choice.name}"
            return Response(303, (("Location", place), ("Vary", "Accept")))
        raise NotFound(
            f"There is no {rest!r} here.",
            hint=f"Data of a thing end in {', '.join('.' + each for each in _SUFFIXES)}.",
        )
    iri = ENTITY + name
    _require(service, iri)
    offer = _SUFFIXES[suffix]
    root = exchange.environ.get("SCRIPT_NAME", "")
    links = _links(f"{root}/data/{_quoted(name)}", about=f"{root}/page/{_quoted(name)}")
    choice = Choice(offer.name, offer.content_type)
    return _rdf(service, exchange, iri, choice, (("Link", links),))


def _describe(service: Service, exchange: Exchange) -> Response | None:
    exchange.require_reading()
    given = parse_qs(exchange.query)
    iri = given.get("uri", [""])[0]
    if not iri:
        raise HttpError(400, "The address needs ?uri= and an IRI.")
    choice = _choice(exchange, given.get("format", [""])[0])
    if choice.name == HTML.name:
        return None
    _require(service, iri)
    root = exchange.environ.get("SCRIPT_NAME", "")
    place = f"{root}/describe?{urlencode({'uri': iri, 'format': choice.name})}"
    return _rdf(service, exchange, iri, choice, (("Content-Location", place),))


def _document(service: Service, exchange: Exchange, path: str) -> Response | None:
    """Answer for the ontology, a term of it or a source, at one address or with a suffix."""
    exchange.require_reading()
    stem, dot, suffix = path.rpartition(".")
    given = ""
    if dot and suffix in _SUFFIXES:
        path, given = stem, suffix
    choice = _choice(exchange, given or parse_qs(exchange.query).get("format", [""])[0])
    if choice.name == HTML.name:
        return None
    iri = BASE + path
    root = exchange.environ.get("SCRIPT_NAME", "")
    about = f"{root}/{_quoted(path)}"
    links = (
        ("Link", _links(about, about=about)),
        ("Content-Location", f"{about}.{choice.name}"),
    )
    is_graph = iri == ONTOLOGY_GRAPH or iri.startswith(SOURCE)
    if iri.startswith(ONTOLOGY) or not is_graph or not _is_graph(service, iri):
        _require(service, iri)
        return _rdf(service, exchange, iri, choice, links)
    return _rdf(service, exchange, iri, choice, links, whole_graph=True)


def _choice(exchange: Exchange, name: str) -> Choice:
    if not name:
        return require(exchange, _FACES)
    if name == HTML.name:
        return Choice(HTML.name, HTML.content_type)
    try:
        offer = _SUFFIXES[name if name == "csv" else by_name(name).name]
    except (KeyError, UsageError) as error:
        raise HttpError(
            400, f"There is no format {name[:40]!r} of this.", hint="Use " + ", ".join(_SUFFIXES)
        ) from error
    return Choice(offer.name, offer.content_type)


def _rdf(
    service: Service,
    exchange: Exchange,
    iri: str,
    choice: Choice,
    links: Headers,
    *,
    whole_graph: bool = False,
) -> Response:
    key = ("data", iri, choice, links, whole_graph)
    kept = caching.find(service, exchange, key)
    if kept is not None:
        return kept
    name = "graph" if whole_graph else "describe"
    infer = whole_graph or choice.name == _CSV.name or service.settings.infer
    answering = jobs.begin(service, exchange, Job(name, iri, infer), by_name(choice.name))
    headers = (("Content-Type", choice.content_type), ("Vary", "Accept"), *links)
    body = answering.body
    if body is None:
        return Response(200, (*headers, ("Cache-Control", "no-store")), answering)
    return caching.keep(service, exchange, key, Response(200, headers, body, kept=True))


def _require(service: Service, iri: str) -> None:
    """Raise `Gone` for what was replaced, `NotFound` for what was never here."""
    _refuse_gone(service, iri)
    try:
        known = service.edition.kg.entities.exists(iri)
    except ValueError:
        known = False
    if not known:
        raise NotFound(f"The graph does not mention <{iri}>.", hint=_HOW_OF_MISSING)


def _refuse_gone(service: Service, iri: str) -> None:
    try:
        name = ox.NamedNode(iri)
    except ValueError as error:
        raise NotFound(
            "The name holds characters that no IRI can.", hint=_HOW_OF_MISSING
        ) from error
    store = service.edition.kg.store
    marks = store.quads(name, _DEPRECATED, None, ox.DefaultGraph())
    if not any(
        isinstance(each.object, ox.Literal) and each.object.value == "true" for each in marks
    ):
        return
    for each in store.quads(name, _REPLACED_BY, None, ox.DefaultGraph()):
        raise Gone(f"<{iri}> was withdrawn.", hint=f"It is replaced by {each.object}.")


def _is_graph(service: Service, iri: str) -> bool:
    found = service.edition.kg.store.quads(None, None, None, ox.NamedNode(iri))
    return next(iter(found), None) is not None


def _links(stem: str, about: str = "") -> str:
    links = [
        f'<{stem}.{each.name}>; rel="alternate"; type="{each.media_type}"'
        for each in of_kind(Holds.TRIPLES, Holds.QUADS)
    ]
    links.append(f'<{LICENSE}>; rel="license"')
    if about:
        links.append(f'<{about}>; rel="alternate"; type="text/html"')
    return ", ".join(links)


def _quoted(name: str) -> str:
    return quote(name, safe=_SAFE)
