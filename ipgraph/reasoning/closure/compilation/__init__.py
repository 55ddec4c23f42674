"""Compilation: the rules of OWL 2 RL and the axioms of an ontology as clauses in strata."""
