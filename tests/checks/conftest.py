"""A small valid graph, planted faults that are added to it, and the problems that checks find."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph.checks import rules, shapes
from ipgraph.checks.locations import Locator
from ipgraph.namespaces import SOURCE
from ipgraph.resources import folder
from ipgraph.snapshots import loading
from ipgraph.store.local import merge

if TYPE_CHECKING:
    from collections.abc import Callable

FAULTS = Path(__file__).parents[1] / "faults"
FAULT_GRAPH = SOURCE + "fault"


def valid_inputs() -> list[loading.Input]:
    """The ontology, the alignments and the page: a small graph without problems."""
    files = {folder("data") / "ip.ttl", *(folder("ontology").glob("*.ttl"))}
    return [file for file in loading.project_inputs() if file.path in files]


def with_fault(path: Path | None) -> ox.Store:
    """The valid graph with a fault in its own graph, merged in the default graph."""
    engine = loading.load(valid_inputs())
    graph = ox.NamedNode(FAULT_GRAPH)
    engine.load(path=str(FAULTS / "source.ttl"), format=ox.RdfFormat.TURTLE, to_graph=graph)
    if path is not None and path.suffix == ".trig":
        engine.load(path=str(path), format=ox.RdfFormat.TRIG)
    elif path is not None:
        engine.load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=graph)
    merge(engine)
    return engine


def _found(
    checks: tuple[rules.Rule, ...] | tuple[shapes.Constraint, ...], engine: ox.Store
) -> set[str]:
    locator = Locator([])
    return {
        f"{problem.check} {problem.entity} {problem.detail}"
        for check in checks
        for problem in check.check(engine, locator)
    }


@pytest.fixture(scope="session")
def broken_by() -> Callable[[Path, str], set[str]]:
    """The names of the checks of a part that a fault breaks but the valid graph does not."""
    parts = {"rules": rules.load_rules(), "shapes": shapes.Shapes().constraints()}
    baseline = {part: _found(checks, with_fault(None)) for part, checks in parts.items()}

    def broken(path: Path, part: str) -> set[str]:
        found = _found(parts[part], with_fault(path)) - baseline[part]
        return {problem.split()[0] for problem in found}

    return broken
