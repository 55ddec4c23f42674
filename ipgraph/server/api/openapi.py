"""The OpenAPI 3.1 document of the service, made from the routing table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ipgraph
from ipgraph.server.api.protocol import FORM
from ipgraph.server.http.negotiation import JSON
from ipgraph.server.http.response import PROBLEM, Response
from ipgraph.server.http.routes import Parameter, Route, Routes, format_parameter

if TYPE_CHECKING:
    from ipgraph.server.context import Request

routes = Routes()


@routes.add("/openapi.json", summary="This document", offers=(JSON,))
def openapi(request: Request) -> Response:
    """Return the document; its server is the address that the client used."""
    edition = request.edition
    terms = {"license": {"name": "License of the data", "url": edition.license}}
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "ipgraph",
            "version": ipgraph.__version__,
            "summary": edition.kg.title,
            **(terms if edition.license else {}),
        },
        "servers": [{"url": request.public_root}],
        "paths": {
            route.path: _operations(route)
            for route in request.service.routes.available(edition)
            if route.summary
        },
        "components": {"schemas": {"Problem": _problem()}},
    }
    body = json.dumps(document, indent=1).encode()
    headers = (("Content-Type", JSON.content_type), ("Cache-Control", "no-cache"))
    return Response.of(headers, body)


def parameters_of(route: Route) -> tuple[Parameter, ...]:
    """Return the parameters of a route, including ``format``."""
    if len(route.offers) > 1 and route.negotiates:
        return (*route.parameters, format_parameter(route.offers))
    return route.parameters


def _operations(route: Route) -> dict[str, Any]:
    success: dict[str, Any] = {"description": route.summary}
    if route.offers:
        success["content"] = {offer.media_type: {} for offer in route.offers}
    responses = _responses(str(route.status), success)
    parameters = [_parameter(route, parameter) for parameter in parameters_of(route)]
    get = {"summary": route.summary, "responses": responses}
    operations = {"get": get | ({"parameters": parameters} if parameters else {})}
    if "POST" in route.methods:
        operations["post"] = {
            "summary": route.form or route.summary,
            "requestBody": {"content": _bodies(route)},
            "responses": responses,
        }
    return operations


def _parameter(route: Route, parameter: Parameter) -> dict[str, Any]:
    in_path = "{" + parameter.name + "}" in route.path
    return {
        "name": parameter.name,
        "in": "path" if in_path else "query",
        "required": in_path or parameter.is_required,
        "description": parameter.meaning,
        "schema": parameter.schema,
    }


def _bodies(route: Route) -> dict[str, Any]:
    """Return the request bodies of POST: the parameters as a form, and other media types."""
    properties = {parameter.name: parameter.schema for parameter in route.parameters}
    form: dict[str, Any] = {"type": "object", "properties": properties}
    if "query" in properties:
        form["required"] = ["query"]
    bodies = {media_type: {"schema": {"type": "string"}} for media_type in route.bodies}
    return {FORM: {"schema": form}, **bodies}


def _responses(status: str, success: dict[str, Any]) -> dict[str, Any]:
    problem = {"$ref": "#/components/schemas/Problem"}
    content = {PROBLEM.media_type: {"schema": problem}, "text/plain": {}, "text/html": {}}
    other = {"description": "An error, as problem details (RFC 9457)", "content": content}
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
