"""The HTTP APIs: SPARQL, linked data, descriptions, reconciliation."""
