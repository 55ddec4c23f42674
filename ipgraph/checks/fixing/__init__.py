"""Rewriting Turtle files in house style: the same triples, names and comments in another layout."""

from __future__ import annotations
