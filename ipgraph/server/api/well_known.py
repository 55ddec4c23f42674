"""Documents at well-known addresses: robots.txt, sitemap.xml, llms.txt, security.txt."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape

from ipgraph.server.edition import has_contact
from ipgraph.server.http.negotiation import JSON, PLAIN, Offer
from ipgraph.server.http.response import Response
from ipgraph.server.http.routes import Routes

if TYPE_CHECKING:
    from ipgraph.server.context import Request

_MAX_LISTED = 50_000  # of a sitemap, by its protocol
_HALF_A_YEAR_S = 182 * 24 * 3600  # less than a year, as RFC 9116 advises
_TURTLE = Offer("ttl", "text/turtle", header="text/turtle; charset=utf-8")
_XML = Offer("xml", "application/xml")
_CONTEXT = Offer("jsonld", "application/ld+json")
routes = Routes()


@routes.add("/robots.txt", summary="What crawlers may read", offers=(PLAIN,))
def robots(request: Request) -> Response:
    """Allow crawlers to read pages, but not to run queries."""
    disallowed = [prefix for route in request.service.routes for prefix in route.disallowed]
    lines = [
        "User-agent: *",
        *(f"Disallow: {prefix}" for prefix in disallowed),
        "Allow: /",
        f"Sitemap: {request.public_root}/sitemap.xml",
    ]
    return _text("\n".join(lines))


@routes.add("/sitemap.xml", summary="The pages", offers=(_XML,))
def sitemap(request: Request) -> Response:
    """List the pages of this site: those of the routing table, and the pages of entities."""
    root, edition = request.public_root, request.edition
    available = request.service.routes.available(edition)
    pages = [route.path for route in available if route.is_in_sitemap]
    things = edition.kg.config.iris.things
    entities = sorted(edition.names(things, _MAX_LISTED - len(pages))) if things else []
    places = [root + path for path in pages]
    places += [f"{root}/page/{quote(name, safe=':@!$()*,;=-._~')}" for name in entities]
    day = time.strftime("%Y-%m-%d", time.gmtime(edition.modified_s))
    entries = "".join(
        f"<url><loc>{escape(place)}</loc><lastmod>{day}</lastmod></url>\n" for place in places
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    )
    return Response.of((("Content-Type", _XML.content_type),), body.encode())


@routes.add("/llms.txt", summary="An overview for language models", offers=(PLAIN,))
def llms(request: Request) -> Response:
    """Describe the site and its APIs for language models."""
    root, edition = request.public_root, request.edition
    kg = edition.kg
    figures = kg.statistics
    limits = ", ".join(f"{name} {value:g}" for name, value in request.service.limits.items())
    prefixes = "\n".join(f"PREFIX {name}: <{iri}>" for name, iri in kg.prefixes.declared.items())
    license_section = f"\n## License\n\n{edition.license}" if edition.license else ""
    quoted = f"\n\n> {edition.description}" if edition.description else ""
    return _text(
        f"""# {kg.title}{quoted}

{figures.triples:,} triples about {figures.entities:,} entities.

## How to query

- [SPARQL 1.1 endpoint]({root}/sparql): GET or POST `query`; add `format=json`, `csv` or `ttl`.
- [Search]({root}/search?q=name): names and descriptions; JSON by `Accept: application/json`.
{_entrances(request)}

Limits: {limits}. These prefixes are declared already:

```sparql
{prefixes}
```
{license_section}""",
    )


def _entrances(request: Request) -> str:
    """Return the list of entrances besides SPARQL and search."""
    root, edition = request.public_root, request.edition
    names = {route.name for route in request.service.routes.available(edition)}
    things, start = edition.kg.config.iris.things, edition.kg.config.start
    example = start.removeprefix(things) if things and start.startswith(things) else ""
    lines = [
        f"- [An entity]({root}/id/{example}): redirects (303) to its page, or to RDF by `Accept`."
        if example
        else f"- [An entity]({root}/describe?uri=): its page, or RDF with `format=ttl`."
    ]
    if "questions" in names:
        lines.append(f"- [Questions]({root}/questions): prepared queries with parameters.")
    ontology = (
        f"[Ontology]({root}/ontology.ttl), [statistics]"
        if "ontology_data" in names
        else ("[Statistics]")
    )
    lines.append(f"- {ontology}({root}/void.ttl), [OpenAPI]({root}/openapi.json).")
    return "\n".join(lines)


@routes.add(
    "/.well-known/security.txt",
    summary="Where to report security vulnerabilities",
    offers=(PLAIN,),
    needs=has_contact,
)
def security(request: Request) -> Response:
    """Say where to report a vulnerability (RFC 9116). There is no file without a contact."""
    expires = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + _HALF_A_YEAR_S))
    age = request.service.settings.max_age_s
    return _text(
        f"Contact: {request.edition.settings.contact}\nExpires: {expires}\n"
        f"Preferred-Languages: en\nCanonical: {request.public_root}/.well-known/security.txt",
        ("Cache-Control", f"public, max-age={age}"),
    )


@routes.add("/prefixes", summary="The prefixes of the graph", offers=(JSON, _TURTLE))
def prefixes(request: Request) -> Response:
    """List the prefixes of the graph, as JSON or as Turtle declarations."""
    found = request.edition.kg.prefixes.declared
    headers = (("Content-Type", _TURTLE.content_type), ("Vary", "Accept"))
    if request.format == _TURTLE.name:
        lines = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in found.items())
        return Response.of(headers, lines.encode())
    headers = (("Content-Type", JSON.content_type), ("Vary", "Accept"))
    return Response.of(headers, json.dumps(found, indent=1).encode())


@routes.add("/context.jsonld", summary="The context of the JSON-LD", offers=(_CONTEXT,))
def context(request: Request) -> Response:
    """Return the complete JSON-LD context, for documents that refer to it."""
    document = {"@context": request.edition.kg.jsonld_context}
    body = json.dumps(document, indent=1).encode()
    return Response.of((("Content-Type", _CONTEXT.content_type),), body)


def _text(text: str, *headers: tuple[str, str]) -> Response:
    return Response.of((("Content-Type", PLAIN.content_type), *headers), (text + "\n").encode())
