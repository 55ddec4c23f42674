"""A small sound graph, faults that are added to it, and what the checks find then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph.checks import rules, shapes
from ipgraph.checks.locations import Places
from ipgraph.namespaces import SOURCE
from ipgraph.resources import folder
from ipgraph.snapshots import loading
from ipgraph.store.local import merge

if TYPE_CHECKING:
    from collections.abc import Callable

FAULTS = Path(__file__).parents[1] / "faults"
FAULT_GRAPH = SOURCE + "fault"


def sound_inputs() -> list[loading.Input]:
    """The ontology, the alignments and the page: a graph that is small and whole."""
    kept = {folder("data") / "ip.ttl", *(folder("ontology").glob("*.ttl"))}
    return [each for each in loading.project_inputs() if each.path in kept]


def with_fault(path: Path | None) -> ox.Store:
    """The sound graph with a fault in a graph of its own, merged in the default graph."""
    engine = loading.load(sound_inputs())
    graph = ox.NamedNode(FAULT_GRAPH)
    engine.load(path=str(FAULTS / "source.ttl"), format=ox.RdfFormat.TURTLE, to_graph=graph)
    if path is not None and path.suffix == ".trig":
        engine.load(path=str(path), format=ox.RdfFormat.TRIG)
    elif path is not None:
        engine.load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=graph)
    merge(engine)
    return engine


def _found(checks: tuple[rules.Rule, ...] | tuple[shapes.Check, ...], engine: ox.Store) -> set[str]:
    places = Places([])
    return {
        f"{fault.check} {fault.thing} {fault.detail}"
        for check in checks
        for fault in check.faults(engine, places)
    }


@pytest.fixture(scope="session")
def broken_by() -> Callable[[Path, str], set[str]]:
    """The names of the checks of a kind that a fault breaks, beyond what the sound graph does."""
    kinds = {"rules": rules.rules(), "shapes": shapes.Shapes().checks()}
    baseline = {kind: _found(checks, with_fault(None)) for kind, checks in kinds.items()}

    def broken(path: Path, kind: str) -> set[str]:
        found = _found(kinds[kind], with_fault(path)) - baseline[kind]
        return {each.split()[0] for each in found}

    return broken
