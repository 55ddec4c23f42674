"""The interfaces for programs: SPARQL, linked data, descriptions, reconciliation."""
