"""The addresses of the service in OpenAPI 3.1: one table, from which the document is made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ipgraph
from ipgraph.formats import FORMATS, Holds, of_kind
from ipgraph.server import addresses
from ipgraph.server.linked_data import LICENSE
from ipgraph.server.protocol import FORM, QUERY
from ipgraph.server.responses import PROBLEM, Response

if TYPE_CHECKING:
    from ipgraph.server.exchange import Exchange
    from ipgraph.server.service import Service

_RDF = tuple(each.media_type for each in of_kind(Holds.TRIPLES, Holds.QUADS))
_SUFFIXES = [each.suffix.removeprefix(".") for each in of_kind(Holds.TRIPLES, Holds.QUADS)]
_HTML = ("text/html",)
_JSON = ("application/json",)
_TEXT = ("text/plain",)


@dataclass(frozen=True, slots=True)
class Address:
    """An address that is read by GET. A parameter in braces stands in the path."""

    path: str
    summary: str
    types: tuple[str, ...]
    parameters: tuple[str, ...] = ()
    status: int = 200


# Every address beside the endpoint; `path` parameters first.
ADDRESSES: tuple[Address, ...] = (
    Address("/", "The home page; as RDF the description of the dataset", (*_HTML, *_RDF)),
    Address("/id/{name}", "A thing: 303 to its page or its data", (), ("name",), 303),
    Address("/page/{name}", "The page of a thing", _HTML, ("name",)),
    Address(
        "/data/{name}.{suffix}", "The data of a thing", (*_RDF, "text/csv"), ("name", "suffix")
    ),
    Address("/describe", "A thing of any IRI", (*_HTML, *_RDF), ("uri", "format")),
    Address("/ontology", "The ontology", (*_HTML, *_RDF), ("format",)),
    Address("/ontology/{name}", "A term of the ontology", (*_HTML, *_RDF), ("name", "format")),
    Address("/source/{name}", "A source and what it states", (*_HTML, *_RDF), ("name", "format")),
    Address("/search", "Find things by name", (*_HTML, *_JSON), ("q", "type", "page")),
    Address("/suggest", "Complete a name", _JSON, ("q",)),
    Address("/complete", "Complete a term in a query", _JSON, ("kind", "q")),
    Address("/browse", "Things by kind", _HTML, ("type", "letter")),
    Address("/why", "The proof of a statement", (*_HTML, *_JSON, "text/turtle"), ("s", "p", "o")),
    Address("/questions", "Questions with answers", (*_HTML, *_JSON)),
    Address("/prefixes", "The prefixes of the project", (*_JSON, "text/turtle")),
    Address("/void.ttl", "Statistics of the dataset (VoID, DCAT)", ("text/turtle",)),
    Address("/dcat.ttl", "The same description", ("text/turtle",)),
    Address("/.well-known/void", "302 to the statistics", (), (), 302),
    Address("/data.json", "The dataset as DCAT-US 1.1 has it", _JSON),
    Address("/openapi.json", "This document", _JSON),
    Address("/llms.txt", "What is here, for language models", _TEXT),
    Address("/robots.txt", "What crawlers may read", _TEXT),
    Address("/sitemap.xml", "The pages", ("application/xml",)),
    Address("/health", "Whether the service answers, and its limits", _JSON),
    Address("/metrics", "Figures for Prometheus", _TEXT),
)
_MEANINGS = {
    "name": "the last part of its IRI",
    "suffix": "the format",
    "uri": "an IRI of the graph",
    "format": "a short name or media type; beats Accept",
    "q": "words, or the beginning of one",
    "type": "IRI of a class",
    "kind": "class, property or entity",
    "letter": "the first letter of a name",
    "page": "number of a page of results, from 1",
    "s": "subject: an IRI",
    "p": "predicate: an IRI",
    "o": "object: an IRI",
}
_QUERY_PARAMETERS = {
    "query": "the query; without it the endpoint describes itself",
    "default-graph-uri": "a graph to ask by default; replaces FROM; may be repeated",
    "named-graph-uri": "a graph to ask by name; replaces FROM NAMED; may be repeated",
    "format": "a short name or media type; beats Accept",
    "timeout": "10s, 500ms, 2.5; can only lower the limit",
    "infer": "false leaves out what is inferred",
}
_LISTS = {"default-graph-uri", "named-graph-uri"}


def respond(service: Service, exchange: Exchange) -> Response:
    """Write the document, with the address by which the client has come as its server."""
    kg = service.edition.kg
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "ipgraph",
            "version": ipgraph.__version__,
            "summary": kg.title,
            **({"license": {"name": "CC BY 4.0 (data)", "url": LICENSE}} if kg.is_own else {}),
        },
        "servers": [{"url": addresses.root(service, exchange)}],
        "paths": {"/sparql": _endpoint(), **{each.path: _read(each) for each in ADDRESSES}},
        "components": {"schemas": {"Problem": _problem()}},
    }
    body = json.dumps(document, indent=1).encode()
    return Response(
        200, (("Content-Type", "application/json"), ("Cache-Control", "no-cache")), body
    )


def _read(address: Address) -> dict[str, Any]:
    parameters = [
        {
            "name": name,
            "in": "path" if "{" + name + "}" in address.path else "query",
            "required": "{" + name + "}" in address.path,
            "description": _MEANINGS[name],
            "schema": _schema(name),
        }
        for name in address.parameters
    ]
    success: dict[str, Any] = {"description": address.summary}
    if address.types:
        success["content"] = {each: {} for each in address.types}
    get = {"summary": address.summary, "responses": _responses(str(address.status), success)}
    return {"get": get | ({"parameters": parameters} if parameters else {})}


def _endpoint() -> dict[str, Any]:
    content: dict[str, Any] = {each.media_type: {} for each in FORMATS} | {"text/html": {}}
    success = {"description": "The answer, or without a query the description", "content": content}
    responses = _responses("200", success)
    properties = {name: _field(name) for name in _QUERY_PARAMETERS}
    form = {"type": "object", "properties": properties, "required": ["query"]}
    body = {"content": {FORM: {"schema": form}, QUERY: {"schema": {"type": "string"}}}}
    parameters = [
        {"name": name, "in": "query", "description": meaning, "schema": _field(name)}
        for name, meaning in _QUERY_PARAMETERS.items()
    ]
    return {
        "get": {"summary": "Ask in SPARQL", "parameters": parameters, "responses": responses},
        "post": {"summary": "Ask in SPARQL", "requestBody": body, "responses": responses},
    }


def _field(name: str) -> dict[str, Any]:
    if name in _LISTS:
        return {"type": "array", "items": {"type": "string", "format": "iri"}}
    if name == "infer":
        return {"type": "string", "enum": ["true", "false"]}
    return {"type": "string"}


def _schema(name: str) -> dict[str, Any]:
    if name == "suffix":
        return {"type": "string", "enum": [*_SUFFIXES, "csv"]}
    if name == "kind":
        return {"type": "string", "enum": ["class", "property", "entity"]}
    if name == "page":
        return {"type": "integer", "minimum": 1}
    return {"type": "string"}


def _responses(status: str, success: dict[str, Any]) -> dict[str, Any]:
    problem = {"$ref": "#/components/schemas/Problem"}
    content = {PROBLEM.media_type: {"schema": problem}, "text/plain": {}, "text/html": {}}
    other = {"description": "What is wrong, as problem details (RFC 9457)", "content": content}
    return {status: success, "304": {"description": "Not modified"}, "default": other}


def _problem() -> dict[str, Any]:
    text, number = {"type": "string"}, {"type": "integer"}
    return {
        "type": "object",
        "properties": {
            **dict.fromkeys(("type", "title", "detail", "instance", "hint", "limit"), text),
            **dict.fromkeys(("status", "line", "column", "elapsed_ms"), number),
        },
        "required": ["type", "title", "status", "detail"],
    }
