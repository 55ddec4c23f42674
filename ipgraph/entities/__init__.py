"""Entities: labels, statements with their sources, relations, history."""
