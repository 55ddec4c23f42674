"""The web service: SPARQL, linked data and pages over one knowledge graph."""
