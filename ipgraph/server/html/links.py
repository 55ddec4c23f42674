"""The mapping from IRIs to URLs of this site."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from flask import request

from ipgraph.entities.languages import is_tag
from ipgraph.namespaces import BASE, ENTITY, ONTOLOGY, ONTOLOGY_GRAPH, SOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_PAGE = 1_000_000  # a larger number would only cost the engine time
_SAFE = "/:@!$&'()*+,;=-._~"


def address(path: str, **parameters: object) -> str:
    """Return a URL of this site, with its path prefix and the chosen languages."""
    given = {name: value for name, value in parameters.items() if value not in (None, "", False)}
    given |= language_parameters()
    path, hash_, fragment = path.partition("#")
    query = "?" + urlencode(given, quote_via=quote) if given else ""
    return request.script_root + path + query + hash_ + fragment


def language_parameters() -> dict[str, str]:
    """Return the parameters that choose languages in the current request, for further pages."""
    given = {name: request.args.get(name, "") for name in ("lang", "ui")}
    return {name: value for name, value in given.items() if is_tag(value)}


def page_number() -> int:
    """Return the number of the requested page of a list, from 1."""
    return min(max(request.args.get("page", 1, type=int), 1), _MAX_PAGE)


def page(iri: str) -> str:
    """Return the URL of the page of an entity, a term, a source or any other IRI."""
    if iri == ONTOLOGY_GRAPH:
        return address("/ontology")
    for namespace, path in ((ENTITY, "/page/"), (ONTOLOGY, "/ontology/"), (SOURCE, "/source/")):
        name = iri.removeprefix(namespace)
        if name != iri and name and "/" not in name:
            return address(path + quote(name, safe=_SAFE))
    return address("/describe", uri=iri)


def related(iri: str, property_name: str, *, incoming: bool) -> str:
    """Return the URL of the page that lists all values of a relation of an entity."""
    direction = "in" if incoming else None
    name = iri.removeprefix(ENTITY)
    if iri.startswith(ENTITY) and "/" not in name:
        path = f"/page/{quote(name, safe=_SAFE)}/related/{quote(property_name, safe=':')}"
        return address(path, direction=direction)
    return address("/related", uri=iri, property=property_name, direction=direction)


def data(iri: str, suffix: str) -> str:
    """Return the URL of the RDF data of an entity in the format of `suffix`."""
    name = iri.removeprefix(BASE)
    if iri.startswith(ENTITY):
        return request.script_root + f"/data/{quote(iri.removeprefix(ENTITY), safe=_SAFE)}.{suffix}"
    if iri.startswith((ONTOLOGY, SOURCE)) or iri == ONTOLOGY_GRAPH:
        return request.script_root + f"/{quote(name, safe=_SAFE)}.{suffix}"
    return request.script_root + "/describe?" + urlencode({"uri": iri, "format": suffix})


def with_parameters(**changed: object) -> str:
    """Return the URL of the current page with changed parameters; None removes one."""
    given: Mapping[str, object] = {**request.args.to_dict(), **changed}
    kept = {name: value for name, value in given.items() if value not in (None, "")}
    query = "?" + urlencode(kept, quote_via=quote) if kept else ""
    return request.script_root + request.path + query
