"""Short documents that tell programs where things are: robots, sitemap, llms.txt, security.txt."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape

from ipgraph.namespaces import ENTITY, PREFIXES
from ipgraph.server.api import dataset_description
from ipgraph.server.api.linked_data import LICENSE
from ipgraph.server.http import public_url
from ipgraph.server.http.negotiation import HTML, Offer, choose
from ipgraph.server.http.response import HttpError, Response

if TYPE_CHECKING:
    from ipgraph.server.http.request import Exchange
    from ipgraph.server.service import Service

_MAX_LISTED = 50_000  # of a sitemap, by its protocol
_HALF_A_YEAR_S = 182 * 24 * 3600  # less than a year, as RFC 9116 advises
_JSON = Offer("json", "application/json")
_TURTLE = Offer("ttl", "text/turtle", header="text/turtle; charset=utf-8")
_OWN_ENTRANCES = """\
- [One thing]({root}/id/ip): 303 to its page, or to RDF by `Accept`.
- [Questions]({root}/questions): answered with parameters.
- [Ontology]({root}/ontology.ttl), [statistics]({root}/void.ttl), [OpenAPI]({root}/openapi.json)."""
_OTHER_ENTRANCES = """\
- [One thing]({root}/describe?uri=): its page, or RDF with `format=ttl`.
- [Statistics]({root}/void.ttl), [OpenAPI]({root}/openapi.json)."""
_LICENCE = f"\n## Licence\n\n{LICENSE}"
_PAGES = ("/", "/browse", "/sectors", "/sources", "/ontology", "/questions", "/timeline", "/about")


def robots(service: Service, exchange: Exchange) -> Response:
    """Welcome readers of pages, and keep them from running queries."""
    root = public_url.root(service, exchange)
    lines = ["User-agent: *", "Disallow: /sparql?query=", "Disallow: /query",
             "Disallow: /suggest", "Disallow: /complete", "Disallow: /reconcile", "Allow: /",
             f"Sitemap: {root}/sitemap.xml"]  # fmt: skip
    return _text(service, "\n".join(lines))


def sitemap(service: Service, exchange: Exchange) -> Response:
    """List the pages of this site: the nouns, and every thing that has one."""
    root = public_url.root(service, exchange)
    things = sorted(service.edition.names(ENTITY, _MAX_LISTED - len(_PAGES)))
    places = [root + each for each in _PAGES]
    places += [f"{root}/page/{quote(name, safe=':@!$()*,;=-._~')}" for name in things]
    day = time.strftime("%Y-%m-%d", time.gmtime(service.edition.modified_s))
    entries = "".join(
        f"<url><loc>{escape(each)}</loc><lastmod>{day}</lastmod></url>\n" for each in places
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    )
    return Response(200, (("Content-Type", "application/xml"), _fresh(service)), body.encode())


def llms(service: Service, exchange: Exchange) -> Response:
    """Tell a language model what is here and how to ask for it."""
    root = public_url.root(service, exchange)
    kg = service.edition.kg
    figures = kg.statistics
    limits = ", ".join(f"{name} {value:g}" for name, value in service.limits.items())
    prefixes = "\n".join(f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items())
    about = dataset_description.description(kg)
    quoted = f"\n\n> {about}" if about else ""
    return _text(
        service,
        f"""# {kg.title}{quoted}

{figures.triples:,} triples about {figures.entities:,} things.

## How to ask

- [SPARQL 1.1 endpoint]({root}/sparql): GET or POST `query`; add `format=json`, `csv` or `ttl`.
- [Search]({root}/search?q=name): names and descriptions; JSON by `Accept: application/json`.
{_OWN_ENTRANCES.format(root=root) if kg.is_own else _OTHER_ENTRANCES.format(root=root)}

Limits: {limits}. Declare the prefixes that a query uses:

```sparql
{prefixes}
```
{_LICENCE if kg.is_own else ""}""",
    )


def security(service: Service, exchange: Exchange) -> Response:
    """Say where to report a weakness (RFC 9116); there is no file where no address is set."""
    contact = service.settings.contact
    if not contact:
        raise HttpError(404, "No address for reports is set here.", hint="Set contact.")
    root = public_url.root(service, exchange)
    expires = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + _HALF_A_YEAR_S))
    return _text(
        service,
        f"Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\n"
        f"Canonical: {root}/.well-known/security.txt",
    )


def prefixes(service: Service, exchange: Exchange) -> Response:
    """List the prefixes of the project, as JSON or as Turtle declarations."""
    chosen = choose(exchange.accept, (_JSON, _TURTLE, HTML))
    if chosen is not None and chosen.name == _TURTLE.name:
        lines = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
        headers = (("Content-Type", _TURTLE.content_type), ("Vary", "Accept"), _fresh(service))
        return Response(200, headers, lines.encode())
    headers = (("Content-Type", "application/json"), ("Vary", "Accept"), _fresh(service))
    return Response(200, headers, json.dumps(PREFIXES, indent=1).encode())


def context(service: Service, exchange: Exchange) -> Response:
    """Give the whole context of the JSON-LD, for documents that name it instead of holding it."""
    document = {"@context": service.edition.kg.jsonld_context}
    headers = (("Content-Type", "application/ld+json"), _fresh(service))
    return Response(200, headers, json.dumps(document, indent=1).encode())


def well_known_void(service: Service, exchange: Exchange) -> Response:
    """Point to the VoID description (VoID, section 7.2)."""
    root = exchange.environ.get("SCRIPT_NAME", "")
    return Response(302, (("Location", f"{root}/void.ttl"), _fresh(service)))


def _text(service: Service, text: str) -> Response:
    headers = (("Content-Type", "text/plain; charset=utf-8"), _fresh(service))
    return Response(200, headers, (text + "\n").encode())


def _fresh(service: Service) -> tuple[str, str]:
    return ("Cache-Control", f"public, max-age={service.settings.max_age_s}")
