"""Where the pages of things are: the one mapping from an IRI to an address of this site."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from flask import g, request

from ipgraph.namespaces import BASE, ENTITY, ONTOLOGY, ONTOLOGY_GRAPH, SOURCE
from ipgraph.server.html.translations import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_PAGE = 1_000_000  # further ones are as empty, and no engine has to count to them
_SAFE = "/:@!$&'()*+,;=-._~"


def address(path: str, **parameters: object) -> str:
    """Return an address of this site: under its path prefix, in the language being read."""
    given = {name: value for name, value in parameters.items() if value not in (None, "", False)}
    if getattr(g, "language", DEFAULT) != DEFAULT:
        given["lang"] = g.language
    path, hash_, fragment = path.partition("#")
    query = "?" + urlencode(given, quote_via=quote) if given else ""
    return request.script_root + path + query + hash_ + fragment


def page_number() -> int:
    """Return which page of a list the address asks for, from 1."""
    return min(max(request.args.get("page", 1, type=int), 1), _MAX_PAGE)


def page(iri: str) -> str:
    """Return the address of the page about a thing."""
    if iri == ONTOLOGY_GRAPH:
        return address("/ontology")
    for namespace, path in ((ENTITY, "/page/"), (ONTOLOGY, "/ontology/"), (SOURCE, "/source/")):
        name = iri.removeprefix(namespace)
        if name != iri and name and "/" not in name:
            return address(path + quote(name, safe=_SAFE))
    return address("/describe", uri=iri)


def related(iri: str, property_name: str, *, incoming: bool) -> str:
    """Return the address of the list of all values of one relation of a thing."""
    direction = "in" if incoming else None
    name = iri.removeprefix(ENTITY)
    if iri.startswith(ENTITY) and "/" not in name:
        path = f"/page/{quote(name, safe=_SAFE)}/related/{quote(property_name, safe=':')}"
        return address(path, direction=direction)
    return address("/related", uri=iri, property=property_name, direction=direction)


def data(iri: str, suffix: str) -> str:
    """Return the address of the RDF of a thing, in the format of a suffix."""
    name = iri.removeprefix(BASE)
    if iri.startswith(ENTITY):
        return request.script_root + f"/data/{quote(iri.removeprefix(ENTITY), safe=_SAFE)}.{suffix}"
    if iri.startswith((ONTOLOGY, SOURCE)) or iri == ONTOLOGY_GRAPH:
        return request.script_root + f"/{quote(name, safe=_SAFE)}.{suffix}"
    return request.script_root + "/describe?" + urlencode({"uri": iri, "format": suffix})


def with_parameters(**changed: object) -> str:
    """Return the address of this page with some parameters changed; None removes one."""
    given: Mapping[str, object] = {**request.args.to_dict(), **changed}
    kept = {name: value for name, value in given.items() if value not in (None, "")}
    query = "?" + urlencode(kept, quote_via=quote) if kept else ""
    return request.script_root + request.path + query
