"""Reconcile names with entities: the Reconciliation Service API 0.2, for OpenRefine.

The id of an entity is its IRI. Every look-up in the index or the graph is bounded.
"""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from html import escape
from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyoxigraph as ox

from ipgraph.entities.names import identified_by
from ipgraph.errors import UsageError
from ipgraph.namespaces import RDF, XSD
from ipgraph.search.index import Hit
from ipgraph.server.api import protocol
from ipgraph.server.http.negotiation import HTML, JSON
from ipgraph.server.http.response import HttpError, Response, write_json
from ipgraph.server.http.response_headers import FRAMED_POLICY
from ipgraph.server.http.routes import Parameter, Routes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.context import Request

PATH = "/reconcile"
PATHS = (PATH, PATH + "/")
PREVIEW = PATH + "/preview"
MAX_QUERIES = 10  # the batch size of OpenRefine; similar names cost up to 30 ms per query
MAX_IDS = 200
MAX_PROPERTIES = 20
MAX_VALUES = 50
_LIMIT = 5
_MAX_CHARS = 120
_MAX_SIMILAR_MS = 500  # older requests no longer search for similar names
_MAX_LIMIT = 50
_SUGGESTED = 10
_NAME_SHARE = 0.7  # of a score; the rest is for matching properties
_TYPE = ox.NamedNode(RDF + "type")
_NUMBERS = {XSD + "integer": "int", XSD + "decimal": "float", XSD + "double": "float"}
_DATES = (XSD + "date", XSD + "dateTime")
_PREFIX = Parameter("prefix", "the beginning of a name")


routes = Routes()


@routes.add(
    *PATHS,
    summary="Reconcile names with entities: Reconciliation API 0.2 (OpenRefine); without "
    "parameters, its manifest",
    methods=("GET", "POST"),
    offers=(JSON,),
    parameters=(
        Parameter("queries", "a batch of queries, as JSON"),
        Parameter("extend", "entities and the properties to return, as JSON"),
    ),
    form="Reconcile names with entities, in batches",
    disallowed=(PATH,),
)
def reconcile(request: Request) -> Response:
    """Return the manifest, or the results of `queries` or `extend`, by GET or POST."""
    pairs = protocol.decode(request.query_string) if request.is_read else protocol.form(request)
    given = dict(pairs)
    kg = request.edition.kg
    if "queries" in given:
        queries = _object(given["queries"], "queries")
        if len(queries) > MAX_QUERIES:
            raise HttpError(400, f"A batch has at most {MAX_QUERIES} queries.")
        results: dict[str, dict[str, Any]] = {}
        for name, query in queries.items():
            near = request.elapsed_ms < _MAX_SIMILAR_MS
            try:
                results[name] = {"result": _candidates(kg, query, near=near)}
            except UsageError as error:  # the other queries of the batch are answered
                results[name] = {"result": [], "error": str(error)}
        return _json(results)
    if "extend" in given:
        return _json(_extended(kg, _object(given["extend"], "extend")))
    return _json(_manifest(kg, request.public_root))


@routes.add(
    PATH + "/suggest/entity", summary="Complete an entity", offers=(JSON,), parameters=(_PREFIX,)
)
def suggest_entity(request: Request) -> Response:
    """Complete the name of an entity."""
    kg = request.edition.kg
    hits = kg.index.suggest(_prefix(request), _SUGGESTED)
    return _json(
        {
            "result": [
                {"id": hit.iri, "name": hit.label, "description": hit.description[:200],
                 "notable": _named(kg, [hit.kind] if hit.kind else [])}
                for hit in hits
            ]
        }
    )  # fmt: skip


@routes.add(
    PATH + "/suggest/property", summary="Complete a property", offers=(JSON,), parameters=(_PREFIX,)
)
def suggest_property(request: Request) -> Response:
    """Complete the name of a property."""
    return _terms(request, "property")


@routes.add(
    PATH + "/suggest/type", summary="Complete a class", offers=(JSON,), parameters=(_PREFIX,)
)
def suggest_type(request: Request) -> Response:
    """Complete the name of a class."""
    return _terms(request, "class")


@routes.add(
    PATH + "/properties",
    summary="Properties of the instances of a class",
    offers=(JSON,),
    parameters=(Parameter("type", "IRI of a class"),),
)
def properties(request: Request) -> Response:
    """Return the properties of the instances of a type."""
    kg = request.edition.kg
    kind = request.args.get("type", "")
    used = [iri for iri, _ in kg.index.used_with(kind)][:MAX_PROPERTIES]
    return _json({"type": kind, "properties": _named(kg, used)})


@routes.add(
    PREVIEW,
    summary="A preview of an entity",
    offers=(HTML,),
    parameters=(Parameter("id", "the IRI of an entity", is_required=True),),
)
def preview(request: Request) -> Response:
    """Return a preview of an entity: the only page that other sites may embed."""
    kg = request.edition.kg
    iri = request.args.get("id", "")
    if not _is_known(kg, iri):
        raise HttpError(404, "The graph does not mention this IRI.")
    hits = [hit for hit in kg.index.search(_label(kg, iri), limit=20).hits if hit.iri == iri]
    description = hits[0].description if hits else ""
    address = f"{request.public_root}/describe?uri={quote(iri, safe='')}"
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Preview</title>'
        f'<p><a href="{escape(address)}" target="_blank" rel="noopener">'
        f"{escape(_label(kg, iri))}</a></p><p>{escape(description[:400])}</p></html>"
    )
    headers = (
        ("Content-Type", HTML.content_type),
        ("Cache-Control", "no-cache"),
        ("Content-Security-Policy", FRAMED_POLICY),
    )
    return Response.of(headers, body.encode())


def _manifest(kg: KnowledgeGraph, root: str) -> dict[str, Any]:
    kinds = [iri for iri, _ in kg.index.kinds()[:_SUGGESTED]]
    paths = {name: f"{PATH}/suggest/{name}" for name in ("entity", "property", "type")}
    return {
        "versions": ["0.2"],
        "name": kg.title,
        "identifierSpace": kg.config.iris.things or f"{root}/",
        "schemaSpace": kg.config.iris.terms or f"{root}/",
        "view": {"url": f"{root}/describe?uri={{{{id}}}}"},
        "defaultTypes": _named(kg, kinds),
        "batchSize": MAX_QUERIES,
        "suggest": {
            name: {"service_url": root, "service_path": path} for name, path in paths.items()
        },
        "preview": {"url": f"{root}{PREVIEW}?id={{{{id}}}}", "width": 430, "height": 160},
        "extend": {
            "propose_properties": {"service_url": root, "service_path": PATH + "/properties"},
            "property_settings": [],
        },
    }


def _candidates(kg: KnowledgeGraph, query: Any, *, near: bool) -> list[dict[str, Any]]:
    """Return the candidates of a query, best first; a single certain one is marked as the match.

    With `near`, similar names are searched if there are no other candidates.
    """
    if not isinstance(query, dict) or not isinstance(query.get("query"), str):
        raise UsageError("This query has no text under the key query.")
    text = query["query"][:_MAX_CHARS]
    limit = query.get("limit")
    limit = min(limit, _MAX_LIMIT) if isinstance(limit, int) and limit > 0 else _LIMIT
    kinds = _texts(query.get("type"))
    wanted = _objects(query.get("properties"))[:MAX_PROPERTIES]
    identified = identified_by(kg.store, text)
    results = kg.index.search(text, limit=_MAX_LIMIT)
    # An entity with only some of the words is none with this name.
    named = () if results.is_relaxed else results.hits
    hits = [*(_hit(kg, iri) for iri in identified), *named]
    if not hits and near:
        hits = [*kg.index.similar(text)]
    seen: set[str] = set()
    found: list[dict[str, Any]] = []
    for hit in hits:
        classes = _classes(kg, hit.iri)
        if hit.iri in seen or (kinds and not classes & set(kinds)):
            continue
        seen.add(hit.iri)
        names = (hit.label, hit.acronym, hit.matched, hit.iri)
        score = max(_likeness(text, name) for name in names if name)
        if hit.iri in identified:
            score = 1.0
        elif wanted:
            share = sum(_holds(kg, hit.iri, item) for item in wanted) / len(wanted)
            score = _NAME_SHARE * score + (1 - _NAME_SHARE) * share
        found.append(
            {
                "id": hit.iri,
                "name": hit.label,
                "description": hit.description[:200],
                "type": _named(kg, [hit.kind] if hit.kind else []),
                "score": round(100 * score, 1),
                "match": False,
            }
        )
    found.sort(key=lambda item: -item["score"])
    sure = [item for item in found if item["score"] == 100]
    # An identifier decides between things of the same name.
    sure = [item for item in sure if item["id"] in identified] or sure
    if len(sure) == 1:
        sure[0]["match"] = True
    return found[:limit]


def _hit(kg: KnowledgeGraph, iri: str) -> Hit:
    """Return the entity with an IRI as the index would."""
    label = _label(kg, iri)
    indexed = (hit for hit in kg.index.search(label, limit=_SUGGESTED).hits if hit.iri == iri)
    return next(indexed, Hit(iri, label, "", "", ""))


def _extended(kg: KnowledgeGraph, query: dict[str, Any]) -> dict[str, Any]:
    """Return the stated and inferred values of properties of entities."""
    ids = _texts(query.get("ids"))
    names = _texts(_objects(query.get("properties")))
    if len(ids) > MAX_IDS or len(names) > MAX_PROPERTIES:
        raise HttpError(
            400, f"A request may extend at most {MAX_IDS} entities by {MAX_PROPERTIES} properties."
        )
    rows = {
        iri: {name: [_cell(kg, value) for value in _values(kg, iri, name)] for name in names}
        for iri in ids
    }
    return {"meta": _named(kg, names), "rows": rows}


def _terms(request: Request, kind: str) -> Response:
    terms = request.edition.kg.index.complete(kind, _prefix(request), limit=_SUGGESTED)
    return _json(
        {
            "result": [
                {"id": term.iri, "name": term.label, "description": term.comment[:200]}
                for term in terms
            ]
        }
    )


def _values(kg: KnowledgeGraph, iri: str, name: str) -> list[Any]:
    try:
        quads = kg.store.quads(ox.NamedNode(iri), ox.NamedNode(name), None, ox.DefaultGraph())
    except ValueError:
        return []  # an invalid IRI has no values
    return [quad.object for quad, _ in zip(quads, range(MAX_VALUES), strict=False)]


def _cell(kg: KnowledgeGraph, term: Any) -> dict[str, Any]:
    """Return a value in the API's format: an entity, number, Boolean, date or text."""
    if isinstance(term, ox.NamedNode):
        return {"id": term.value, "name": _label(kg, term.value)}
    text = str(term.value)
    kind = term.datatype.value if isinstance(term, ox.Literal) else ""
    if kind in _NUMBERS:
        number = int(text) if _NUMBERS[kind] == "int" else float(text)
        return {_NUMBERS[kind]: number} if isfinite(number) else {"str": text}
    if kind == XSD + "boolean":
        return {"bool": text in ("true", "1")}
    return {"date": text} if kind in _DATES else {"str": text}


def _holds(kg: KnowledgeGraph, iri: str, wanted: dict[str, Any]) -> bool:
    """True if an entity has one of the wanted values of a property, by IRI or name."""
    values = wanted.get("v")
    sought = {
        _folded(str(item.get("id", "") if isinstance(item, dict) else item))
        for item in (values if isinstance(values, list) else [values])
    }
    for term in _values(kg, iri, str(wanted.get("pid", ""))):
        names = [term.value, _label(kg, term.value) if isinstance(term, ox.NamedNode) else ""]
        if sought & {_folded(str(name)) for name in names if name}:
            return True
    return False


def _classes(kg: KnowledgeGraph, iri: str) -> set[str]:
    quads = kg.store.quads(ox.NamedNode(iri), _TYPE, None, ox.DefaultGraph())
    return {str(getattr(quad.object, "value", "")) for quad in quads}


def _likeness(text: str, name: str) -> float:
    return SequenceMatcher(None, _folded(text), _folded(name)).ratio()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _named(kg: KnowledgeGraph, iris: Iterable[str]) -> list[dict[str, str]]:
    return [{"id": item, "name": _label(kg, item)} for item in iris]


def _label(kg: KnowledgeGraph, iri: str) -> str:
    return kg.entities.labels.name(iri).label


def _is_known(kg: KnowledgeGraph, iri: str) -> bool:
    try:
        return kg.entities.exists(iri)
    except ValueError:
        return False


def _texts(value: Any) -> list[str]:
    """Return the texts of a value: a text, a list of texts, or objects with an ``id``."""
    several = value if isinstance(value, list) else [value]
    found = [item.get("id") if isinstance(item, dict) else item for item in several]
    return [item for item in found if isinstance(item, str) and item]


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _prefix(request: Request) -> str:
    return request.args.get("prefix", "")[:200]


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HttpError(400, f"{name} is not JSON.") from error
    if not isinstance(found, dict):
        raise HttpError(400, f"{name} is not a JSON object.")
    return found


def _json(value: Any) -> Response:
    return write_json(value, ("Cache-Control", "no-cache"))
