"""The addresses of the service as OpenAPI 3.1 has them, from the table of the directory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ipgraph
from ipgraph.serialization.formats import FORMATS
from ipgraph.server.api.linked_data import LICENSE
from ipgraph.server.api.protocol import FORM, QUERY
from ipgraph.server.api.reconciliation import PATH as RECONCILE
from ipgraph.server.http import public_url
from ipgraph.server.http.response import PROBLEM, Response
from ipgraph.server.http.routes import ADDRESSES, CONTACT, OWN, PARAMETERS, SNAPSHOT, Address

if TYPE_CHECKING:
    from ipgraph.server.http.request import Exchange
    from ipgraph.server.service import Service

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
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "ipgraph",
            "version": ipgraph.__version__,
            "summary": kg.title,
            **({"license": {"name": "CC BY 4.0 (data)", "url": LICENSE}} if kg.is_own else {}),
        },
        "servers": [{"url": public_url.root(service, exchange)}],
        "paths": {"/sparql": _endpoint()}
        | {each.path: _read(each) for each in ADDRESSES if _is_here(service, each)},
        "components": {"schemas": {"Problem": _problem()}},
    }
    document["paths"][RECONCILE]["post"] = _batches()
    body = json.dumps(document, indent=1).encode()
    return Response(
        200, (("Content-Type", "application/json"), ("Cache-Control", "no-cache")), body
    )


def _is_here(service: Service, address: Address) -> bool:
    """Tell whether the graph that is served has what an address needs."""
    has = {
        OWN: service.edition.kg.is_own,
        SNAPSHOT: service.edition.kg.snapshot is not None,
        CONTACT: bool(service.settings.contact),
    }
    return has.get(address.needs, True)


def _read(address: Address) -> dict[str, Any]:
    parameters = []
    for key in address.parameters:
        parameter = PARAMETERS[key]
        in_path = "{" + parameter.name + "}" in address.path
        parameters.append(
            {
                "name": parameter.name,
                "in": "path" if in_path else "query",
                "required": in_path or key in address.required,
                "description": parameter.meaning,
                "schema": parameter.schema,
            }
        )
    success: dict[str, Any] = {"description": address.summary}
    if address.types:
        success["content"] = {each: {} for each in address.types}
    get = {"summary": address.summary, "responses": _responses(str(address.status), success)}
    return {"get": get | ({"parameters": parameters} if parameters else {})}


def _batches() -> dict[str, Any]:
    """Return what the address of reconciliation takes by POST: the same as a form."""
    names = ("queries", "extend")
    form = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    success = {"description": "The results", "content": {"application/json": {}}}
    return {
        "summary": "Names to things, in batches",
        "requestBody": {"content": {FORM: {"schema": form}}},
        "responses": _responses("200", success),
    }


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
