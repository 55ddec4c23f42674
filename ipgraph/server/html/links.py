"""The mapping from IRIs to URLs of this site."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from flask import request

from ipgraph.entities.languages import is_tag
from ipgraph.server import context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.dataset.config.model import DatasetConfig

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
    config = _config()
    if iri in config.graphs.ontology:
        return address("/ontology")
    iris = config.iris
    for namespace, path in (
        (iris.things, "/page/"),
        (iris.terms, "/ontology/"),
        (iris.sources, "/source/"),
    ):
        name = _name(iri, namespace)
        if name and "/" not in name:
            return address(path + quote(name, safe=_SAFE))
    return address("/describe", uri=iri)


def graph(iri: str) -> str:
    """Return the URL of the page with the statements of a named graph."""
    name = _name(iri, _config().iris.sources)
    is_own = name and "/" not in name
    return page(iri) if is_own else address("/source", uri=iri)


def related(iri: str, property_name: str, *, incoming: bool) -> str:
    """Return the URL of the page that lists all values of a relation of an entity."""
    direction = "in" if incoming else None
    name = _name(iri, _config().iris.things)
    if name and "/" not in name:
        path = f"/page/{quote(name, safe=_SAFE)}/related/{quote(property_name, safe=':')}"
        return address(path, direction=direction)
    return address("/related", uri=iri, property=property_name, direction=direction)


def data(iri: str, suffix: str) -> str:
    """Return the URL of the RDF data of an entity in the format of `suffix`."""
    config = _config()
    if iri in config.graphs.ontology[:1]:
        return request.script_root + f"/ontology.{suffix}"
    iris = config.iris
    for namespace, path in (
        (iris.things, "/data/"),
        (iris.terms, "/ontology/"),
        (iris.sources, "/source/"),
    ):
        if name := _name(iri, namespace):
            return request.script_root + f"{path}{quote(name, safe=_SAFE)}.{suffix}"
    return request.script_root + "/describe?" + urlencode({"uri": iri, "format": suffix})


def _config() -> DatasetConfig:
    return context.request.edition.kg.config


def _name(iri: str, namespace: str) -> str:
    """Return the rest of an IRI after a namespace; empty if it does not begin with it."""
    return iri[len(namespace) :] if namespace and iri.startswith(namespace) else ""


def with_parameters(**changed: object) -> str:
    """Return the URL of the current page with changed parameters; None removes one."""
    given: Mapping[str, object] = {**request.args.to_dict(), **changed}
    kept = {name: value for name, value in given.items() if value not in (None, "")}
    query = "?" + urlencode(kept, quote_via=quote) if kept else ""
    return request.script_root + request.path + query
