"""SPARQL queries that return the content of a page, for users to learn from and to change.

Pages themselves are made from indexes and single lookups. Terms are
inserted at ``$entity``, ``$term`` and ``$end``, never text.
"""

from __future__ import annotations

from pyoxigraph import NamedNode

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
    "sectors": """PREFIX ip: <https://w3id.org/ipgraph/ontology/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?sector ?label ?agency WHERE {
  ?sector a ip:Sector ;
    rdfs:label ?label .
  OPTIONAL { ?agency ip:sectorSpecificAgencyOf ?sector }
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
    "parts": """PREFIX ip: <https://w3id.org/ipgraph/ontology/>

CONSTRUCT { ?part ip:partOf ?whole } WHERE {
  ?whole ip:partOf* $entity .
  ?part ip:partOf ?whole .
}
""",
    "around": """CONSTRUCT {
  $entity ?relation ?value .
  ?other ?back $entity .
} WHERE {
  { $entity ?relation ?value } UNION { ?other ?back $entity }
}
""",
    "timeline": """PREFIX ip: <https://w3id.org/ipgraph/ontology/>

SELECT DISTINCT ?date ?event ?entity WHERE {
  VALUES ?event { ip:establishedOn ip:dissolvedOn ip:onDate }
  ?entity ?event ?date .
}
ORDER BY ?date ?entity
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
