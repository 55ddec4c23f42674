"""A small valid graph, planted faults that are added to it, and the problems that checks find."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph.checks import rules, shapes
from ipgraph.checks.locations import Locator
from ipgraph.checks.shacl import Graph
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


def project_shapes() -> ox.Store:
    """The shapes of the project in a default graph."""
    store = ox.Store()
    store.load(path=str(folder("ontology") / "shapes.ttl"), format=ox.RdfFormat.TURTLE)
    return store


def _found(part: str, engine: ox.Store) -> set[str]:
    locator = Locator([])
    if part == "rules":
        found = rules.load_rules(folder("ontology") / "rules")
        problems = [problem for rule in found for problem in rule.check(engine, locator)]
    else:
        problems = shapes.run(Graph(engine), Graph(project_shapes()), locator).problems
    return {f"{problem.check} {problem.entity} {problem.detail}" for problem in problems}


@pytest.fixture(scope="session")
def broken_by() -> Callable[[Path, str], set[str]]:
    """The names of the checks of a part that a fault breaks but the valid graph does not."""
    baseline = {part: _found(part, with_fault(None)) for part in ("rules", "shapes")}

    def broken(path: Path, part: str) -> set[str]:
        found = _found(part, with_fault(path)) - baseline[part]
        return {problem.split()[0] for problem in found}

    return broken
