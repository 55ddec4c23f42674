"""Whether the terms of other vocabularies exist: a misspelt IRI is the error no tool reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.checks.findings import Finding
from ipgraph.namespaces import RDFS, SCHEMA, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.checks.locations import Places

# Vocabularies that rdflib carries whole, as closed namespaces, by the name of the class there.
_CLOSED = {
    "dcat": "DCAT",
    "dcterms": "DCTERMS",
    "foaf": "FOAF",
    "org": "ORG",
    "owl": "OWL",
    "prov": "PROV",
    "rdf": "RDF",
    "rdfs": "RDFS",
    "sh": "SH",
    "skos": "SKOS",
    "vann": "VANN",
    "xsd": "XSD",
}
# schema.org is looked up by hand: its terms of this project, each seen at https://schema.org/<name>.
_SCHEMA = frozenset(
    {
        "GovernmentOrganization",
        "Legislation",
        "Observation",
        "dissolutionDate",
        "foundingDate",
        "legislationChanges",
        "parentOrganization",
        "sameAs",
    }
)
_USED = f"""PREFIX rdfs: <{RDFS}>
SELECT DISTINCT ?term WHERE {{
  {{ ?subject ?term ?object }} UNION {{ ?subject a ?term }}
  UNION {{ ?any rdfs:subClassOf|rdfs:subPropertyOf|rdfs:seeAlso ?term }}
  UNION {{ ?term a ?class }}
  FILTER(isIRI(?term))
}}"""


def faults(engine: ox.Store, places: Places) -> Iterator[Finding]:
    """Yield the terms that are used and that their vocabulary does not have."""
    import rdflib

    found = engine.query(_USED)
    assert isinstance(found, ox.QuerySolutions)  # noqa: S101  it is a SELECT
    terms = sorted(row["term"].value for row in found)
    for name, closed in _CLOSED.items():
        namespace = getattr(rdflib, closed)
        for term in terms:
            if term.startswith(str(namespace)) and term not in namespace:
                yield _finding(term, name, engine, places)
    for term in terms:
        local = term.removeprefix(SCHEMA)
        if local != term and local not in _SCHEMA:
            yield _finding(term, "schema", engine, places)


def _finding(term: str, vocabulary: str, engine: ox.Store, places: Places) -> Finding:
    node, place = ox.NamedNode(term), None
    for predicate, value in ((node, None), (None, node)):
        for quad in engine.quads_for_pattern(None, predicate, value, None):
            if isinstance(quad.subject, ox.NamedNode):
                place = place or places.of(quad.subject, engine)
    return Finding(
        "vocabularies/unknown-term",
        f"The vocabulary {vocabulary} has no such term: misspelt?",
        thing=shorten(term),
        place=place,
    )
