"""Shapes that this project does not run: given to pySHACL, or reported as not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.checks import shapes
from ipgraph.checks.problems import Problem
from ipgraph.checks.shacl import reference
from ipgraph.errors import InvalidData
from ipgraph.namespaces import SHACL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ipgraph.checks.locations import Locator
    from ipgraph.checks.shacl import Graph
    from ipgraph.checks.shapes import RefusedShape, ShapesRun
    from ipgraph.snapshots.limits import BuildLimits

_ADVICE = "Install ipgraph[shacl] to have such shapes run by pySHACL."


def run(
    data: Graph,
    graph: Graph,
    refused: Mapping[str, RefusedShape],
    locator: Locator,
    languages: Sequence[str],
    limits: BuildLimits,
    size_bytes: int,
) -> ShapesRun:
    """Run refused shapes, given by their nodes, with pySHACL; report those that do not run."""
    found = shapes.ShapesRun()
    if not reference.is_installed():
        found.problems += (_not_run(shape, shape.reason, _ADVICE) for shape in refused.values())
        return found
    try:
        outcomes = reference.run(data, graph, refused, limits, size_bytes)
    except InvalidData as error:
        found.problems += (_not_run(shape, str(error), "") for shape in refused.values())
        return found
    found.ran = len(refused)
    for outcome in outcomes:
        name = shapes.name_of(outcome.shape) or "shape"
        found.problems.append(
            shapes.problem_of(
                name,
                outcome.severity[1:-1].removeprefix(SHACL),
                _term(outcome.focus),
                shapes.text_of_value(_term(outcome.value), _term(outcome.focus)),
                [ox.Literal(text, language=tag or None) for tag, text in outcome.messages],
                f"The constraint {outcome.component[1:-1].removeprefix(SHACL)} is violated.",
                data.store,
                locator,
                languages,
            )
        )
    return found


def _not_run(shape: RefusedShape, reason: str, advice: str) -> Problem:
    message = f"The shape was not run: it has {reason}. {advice}".strip()
    return Problem("shapes/not-run", message, shape.name, severity="warning")


def _term(text: str) -> ox.NamedNode | ox.BlankNode | ox.Literal | None:
    """Return the term that N-Triples text stands for."""
    if not text:
        return None
    if text.startswith("_:"):
        return ox.BlankNode(text[2:])
    if text.startswith("<"):
        return ox.NamedNode(text[1:-1])
    (quad,) = ox.parse(f"<urn:s> <urn:p> {text} .", format=ox.RdfFormat.TURTLE)
    return quad.object if isinstance(quad.object, ox.Literal) else None
