"""The roles of properties, and the well-known properties of each.

The code asks for what a property is for, never for a property. A dataset file replaces the list of
a role; ``"..."`` in its list stands for the well-known ones.
"""

from __future__ import annotations

from ipgraph.dataset.config.values import PropertyPath, Step, path_of
from ipgraph.namespaces import (
    DC_ELEMENTS,
    DCTERMS,
    FOAF,
    ORG,
    OWL,
    RDF,
    RDFS,
    SCHEMA,
    SCHEMA_HTTP,
    SKOS,
    SKOSXL,
    WIKIDATA_DIRECT,
)
from ipgraph.namespaces.prefixes import WELL_KNOWN as _NAMESPACES

_PROV = _NAMESPACES["prov"]
_TIME = _NAMESPACES["time"]
_GEO = _NAMESPACES["geo"]
_GEOSPARQL = _NAMESPACES["geosparql"]
_SOSA = _NAMESPACES["sosa"]
_QUDT = _NAMESPACES["qudt"]
_BRICK = _NAMESPACES["brick"]
_QUALIFIER = _NAMESPACES["pq"]


def _schema(name: str) -> tuple[PropertyPath, ...]:
    """Return both spellings of a property of schema.org."""
    return path_of(SCHEMA + name), path_of(SCHEMA_HTTP + name)


def _of(*iris: str) -> tuple[PropertyPath, ...]:
    return tuple(path_of(iri) for iri in iris)


WELL_KNOWN: dict[str, tuple[PropertyPath, ...]] = {
    "label": (
        *_of(RDFS + "label", SKOS + "prefLabel"),
        *_schema("name"),
        *_of(DCTERMS + "title", FOAF + "name", DC_ELEMENTS + "title"),
        path_of(SKOSXL + "prefLabel", SKOSXL + "literalForm"),
    ),
    "short": _of(SKOS + "notation", WIKIDATA_DIRECT + "P1813"),
    "other_name": (
        *_of(SKOS + "altLabel"),
        *_schema("alternateName"),
        path_of(SKOSXL + "altLabel", SKOSXL + "literalForm"),
    ),
    "definition": (
        *_of(SKOS + "definition", RDFS + "comment", DCTERMS + "description"),
        *_schema("description"),
        *_of(DC_ELEMENTS + "description"),
    ),
    "note": _of(
        *(SKOS + name for name in ("note", "editorialNote", "scopeNote", "historyNote")),
    ),
    "identifier": (
        *_of(DCTERMS + "identifier"),
        *_schema("sameAs"),
        *_of(OWL + "sameAs", SKOS + "exactMatch", SKOS + "closeMatch"),
        *_of(SKOS + "broadMatch", SKOS + "narrowMatch", SKOS + "relatedMatch"),
    ),
    "incoming": (path_of(OWL + "inverseOf", RDFS + "label"),),
    "image": (*_of(FOAF + "depiction"), *_schema("image"), *_of(WIKIDATA_DIRECT + "P18")),
    "coordinates": _of(
        *(_GEO + "lat", _GEO + "long", _GEOSPARQL + "asWKT", WIKIDATA_DIRECT + "P625"),
    ),
    "part_of": (
        *_of(ORG + "unitOf", ORG + "subOrganizationOf", DCTERMS + "isPartOf"),
        *_schema("isPartOf"),
        *_of(SKOS + "broader", _BRICK + "isPartOf", WIKIDATA_DIRECT + "P361"),
    ),
    "replaced_by": (
        path_of(DCTERMS + "isReplacedBy"),
        PropertyPath((Step(DCTERMS + "replaces", inverse=True),)),
    ),
    "begin": (
        *_schema("startDate"),
        *_schema("validFrom"),
        *_of(_PROV + "startedAtTime", _QUALIFIER + "P580"),
        path_of(_TIME + "hasBeginning", _TIME + "inXSDDate"),
    ),
    "end": (
        *_schema("endDate"),
        *_schema("validThrough"),
        *_of(_PROV + "endedAtTime", _QUALIFIER + "P582"),
        path_of(_TIME + "hasEnd", _TIME + "inXSDDate"),
    ),
    "on": _of(DCTERMS + "date", _PROV + "atTime", _QUALIFIER + "P585"),
    "seen": (),
    "founded": (
        *_schema("foundingDate"),
        *_schema("birthDate"),
        *_of(WIKIDATA_DIRECT + "P571", WIKIDATA_DIRECT + "P569"),
    ),
    "ended": (
        *_schema("dissolutionDate"),
        *_schema("deathDate"),
        *_of(WIKIDATA_DIRECT + "P576", WIKIDATA_DIRECT + "P570"),
    ),
    "before": _of(ORG + "originalOrganization"),
    "after": _of(ORG + "resultingOrganization"),
    "value": (*_of(RDF + "value"), *_schema("value"), *_of(_SOSA + "hasSimpleResult")),
    "unit": (*_schema("unitText"), *_of(_QUDT + "unit")),
    "publisher": (*_of(DCTERMS + "publisher", DC_ELEMENTS + "publisher"), *_schema("publisher")),
    "issued": (*_of(DCTERMS + "issued"), *_schema("datePublished")),
    "page": (*_of(FOAF + "page"), *_schema("url")),
    "archive": _schema("archivedAt"),
    "genre": _of(DCTERMS + "type"),
    "rank": (),
    "hidden": _of(SKOS + "hiddenLabel", RDFS + "isDefinedBy"),
}
# Roles whose change makes a new snapshot, because an as-of graph depends on them; the others
# change the index.
TIME_ROLES = frozenset(("begin", "end", "on", "seen", "founded", "ended", "before", "after"))
