"""SPARQL queries that return the content of a page, for users to learn from and to change.

Pages themselves are made from indexes and single lookups. Terms are
inserted at ``$entity``, ``$term`` and ``$end``, never text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from ipgraph.namespaces import PREFIXES, RDFS, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

QUERIES = {
    "home": """SELECT ?kind (COUNT(?entity) AS ?entities) WHERE {
  ?entity a ?kind .
}
GROUP BY ?kind
ORDER BY DESC(?entities)
""",
    "entity": """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?relation ?value ?label WHERE {
  $entity ?relation ?value .
  OPTIONAL { ?value rdfs:label ?label }
}
ORDER BY ?relation ?label
""",
    "instances": """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?entity ?label WHERE {
  ?entity a $term .
  OPTIONAL { ?entity rdfs:label ?label }
}
ORDER BY ?label
""",
    "uses": """SELECT ?subject ?object WHERE {
  ?subject $term ?object .
}
ORDER BY ?subject ?object
""",
    "values": """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?value ?label WHERE {
  $entity $term ?value .
  OPTIONAL { ?value rdfs:label ?label }
}
ORDER BY ?label
""",
    "values-in": """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?value ?label WHERE {
  ?value $term $entity .
  OPTIONAL { ?value rdfs:label ?label }
}
ORDER BY ?label
""",
    "sources": """SELECT ?source (COUNT(*) AS ?statements) WHERE {
  GRAPH ?source { ?subject ?relation ?object }
}
GROUP BY ?source
ORDER BY DESC(?statements)
""",
    "source": """CONSTRUCT { ?subject ?relation ?object } WHERE {
  GRAPH $entity { ?subject ?relation ?object }
}
""",
    "around": """CONSTRUCT {
  $entity ?relation ?value .
  ?other ?back $entity .
} WHERE {
  { $entity ?relation ?value } UNION { ?other ?back $entity }
}
""",
    "ontology": """PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?class ?label ?above WHERE {
  VALUES ?kind { owl:Class rdfs:Class }
  ?class a ?kind .
  OPTIONAL { ?class rdfs:label ?label }
  OPTIONAL { ?class rdfs:subClassOf ?above }
}
ORDER BY ?label ?above
""",
    "holds": "ASK { $entity $term $end }\n",
}


def query(name: str, *, entity: str = "", term: str = "", end: str = "") -> str:
    """Return a query of the table with its terms inserted, which are IRIs.

    Raises `ValueError` for a text that is not an IRI.
    """
    text = QUERIES[name]
    for place, iri in (("$entity", entity), ("$term", term), ("$end", end)):
        if iri:
            text = text.replace(place, str(NamedNode(iri)))
    return text


def parts(properties: Iterable[str], entity: str) -> str:
    """Return the query for the parts of an entity, by the properties from part to whole."""
    path = "|".join(str(NamedNode(iri)) for iri in properties)
    if not path:
        return ""
    return _with_prefixes(f"""CONSTRUCT {{ ?part ?relation ?whole }} WHERE {{
  ?whole ({path})* {NamedNode(entity)} .
  ?part ?relation ?whole .
  FILTER(?relation IN ({", ".join(str(NamedNode(iri)) for iri in properties)}))
}}
""")


def events(properties: Iterable[str]) -> str:
    """Return the query for the dates of a timeline."""
    values = " ".join(str(NamedNode(iri)) for iri in properties)
    return _with_prefixes(f"""SELECT DISTINCT ?date ?event ?entity WHERE {{
  VALUES ?event {{ {values} }}
  ?entity ?event ?date .
}}
ORDER BY ?date ?entity
""")


def cards(class_: str, paths: Iterable[str]) -> str:
    """Return the query for the things of a class and what a page of cards shows of them."""
    path = "|".join(paths)
    shown = f"\n  OPTIONAL {{ ?thing {path} ?shown }}" if path else ""
    return _with_prefixes(f"""SELECT ?thing ?label ?shown WHERE {{
  ?thing a {NamedNode(class_)} .
  OPTIONAL {{ ?thing <{RDFS}label> ?label }}{shown}
}}
ORDER BY ?label
""")


def _with_prefixes(text: str) -> str:
    """Return a query with prefixed names for the IRIs that have one, and their declarations."""
    text = re.sub(r"<([^<>]+)>", lambda match: shorten(match[1]), text)
    used = dict.fromkeys(re.findall(r"(?<![<\w:/])([a-z]+):\w", text))
    lines = [f"PREFIX {name}: <{PREFIXES[name]}>" for name in sorted(used) if name in PREFIXES]
    return "\n".join(lines) + ("\n\n" if lines else "") + text
