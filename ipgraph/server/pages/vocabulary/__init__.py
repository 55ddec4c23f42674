"""The pages of the terms of a graph: the ontology, its classes and properties."""
