"""Terms of other vocabularies: do they exist? No other tool reports a misspelled IRI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.checks.problems import Problem
from ipgraph.namespaces import RDFS, SCHEMA, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.checks.locations import Locator

# Vocabularies that rdflib includes in full, as closed namespaces, by the name of the class there.
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
# The terms of schema.org that this project uses, each verified at https://schema.org/<name>.
_SCHEMA_TERMS = frozenset(
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
_USED_TERMS = f"""PREFIX rdfs: <{RDFS}>
SELECT DISTINCT ?term WHERE {{
  {{ ?subject ?term ?object }} UNION {{ ?subject a ?term }}
  UNION {{ ?any rdfs:subClassOf|rdfs:subPropertyOf|rdfs:seeAlso ?term }}
  UNION {{ ?term a ?class }}
  FILTER(isIRI(?term))
}}"""


def check(engine: ox.Store, locator: Locator) -> Iterator[Problem]:
    """Yield one problem for each term in use that its vocabulary does not have."""
    import rdflib

    solutions = engine.query(_USED_TERMS)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101  it is a SELECT query
    terms = sorted(row["term"].value for row in solutions)
    for name, closed in _CLOSED.items():
        namespace = getattr(rdflib, closed)
        for term in terms:
            if term.startswith(str(namespace)) and term not in namespace:
                yield _problem(term, name, engine, locator)
    for term in terms:
        local = term.removeprefix(SCHEMA)
        if local != term and local not in _SCHEMA_TERMS:
            yield _problem(term, "schema", engine, locator)


def _problem(term: str, vocabulary: str, engine: ox.Store, locator: Locator) -> Problem:
    node, place = ox.NamedNode(term), None
    for predicate, value in ((node, None), (None, node)):
        for quad in engine.quads_for_pattern(None, predicate, value, None):
            if isinstance(quad.subject, ox.NamedNode):
                place = place or locator.find(quad.subject, engine)
    return Problem(
        "vocabularies/unknown-term",
        f"The vocabulary {vocabulary} has no such term. Check the spelling.",
        entity=shorten(term),
        place=place,
    )
