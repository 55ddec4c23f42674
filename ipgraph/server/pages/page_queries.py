"""The SPARQL behind a page: the query that gives what it tells, to learn from and to change.

A page is made from indexes and single look-ups; the query says the same to the endpoint. Terms are
put in where ``$thing``, ``$term`` and ``$end`` stand, never text.
"""

from __future__ import annotations

from pyoxigraph import NamedNode

QUERIES = {
    "home": """SELECT ?kind (COUNT(?thing) AS ?things) WHERE {
  ?thing a ?kind .
}
GROUP BY ?kind
ORDER BY DESC(?things)
""",
    "thing": """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?relation ?value ?label WHERE {
  $thing ?relation ?value .
  OPTIONAL { ?value rdfs:label ?label }
}
ORDER BY ?relation ?label
""",
    "things": """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?thing ?label WHERE {
  ?thing a $term .
  OPTIONAL { ?thing rdfs:label ?label }
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
  $thing $term ?value .
  OPTIONAL { ?value rdfs:label ?label }
}
ORDER BY ?label
""",
    "values-in": """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?value ?label WHERE {
  ?value $term $thing .
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
  GRAPH $thing { ?subject ?relation ?object }
}
""",
    "parts": """PREFIX ip: <https://w3id.org/ipgraph/ontology/>

CONSTRUCT { ?part ip:partOf ?whole } WHERE {
  ?whole ip:partOf* $thing .
  ?part ip:partOf ?whole .
}
""",
    "around": """CONSTRUCT {
  $thing ?relation ?value .
  ?other ?back $thing .
} WHERE {
  { $thing ?relation ?value } UNION { ?other ?back $thing }
}
""",
    "timeline": """PREFIX ip: <https://w3id.org/ipgraph/ontology/>

SELECT DISTINCT ?date ?event ?thing WHERE {
  VALUES ?event { ip:establishedOn ip:dissolvedOn ip:onDate }
  ?thing ?event ?date .
}
ORDER BY ?date ?thing
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
    "holds": "ASK { $thing $term $end }\n",
}


def query(name: str, *, thing: str = "", term: str = "", end: str = "") -> str:
    """Return a query of the table about some terms, given as IRIs.

    Raises `ValueError` for what is no IRI.
    """
    text = QUERIES[name]
    for place, iri in (("$thing", thing), ("$term", term), ("$end", end)):
        if iri:
            text = text.replace(place, str(NamedNode(iri)))
    return text
