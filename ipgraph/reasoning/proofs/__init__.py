"""Proofs: why a statement is in a closed graph."""
