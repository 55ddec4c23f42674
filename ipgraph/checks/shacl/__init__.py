"""SHACL: validate a graph against shapes, set by set, with the engine's own terms."""

from __future__ import annotations

from ipgraph.checks.shacl.graph import Graph
from ipgraph.checks.shacl.shapes import Shape
from ipgraph.checks.shacl.validation import Result, Validation

__all__ = ["Graph", "Result", "Shape", "Validation"]
