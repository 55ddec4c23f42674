"""Serialization formats, and the writers of results, graphs and tables."""
