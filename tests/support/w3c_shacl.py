"""The SHACL test suite of the W3C, read from outside the project, which has no copy of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from ipgraph.checks.shacl import Graph, Validation, paths
from ipgraph.errors import InvalidData
from ipgraph.namespaces import SHACL
from ipgraph.snapshots.literals import Recorder

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
_RESULT = ("focusNode", "resultPath", "value", "resultSeverity", "sourceConstraintComponent")


def root() -> Path | None:
    """Return the folder ``shacl`` of the suites (``core`` and ``sparql``), or None."""
    checkout = Path(__file__).resolve().parents[2]
    places = [checkout / "../shared/w3c", checkout / "../../shared/w3c"]
    if named := os.environ.get("W3C_TESTS"):
        places.insert(0, Path(named))
    found = (place / "shacl" for place in places)
    return next((place.resolve() for place in found if (place / "core").is_dir()), None)


@dataclass(frozen=True)
class Case:
    """One test: its data, its shapes, and the results that it expects; None for a failure."""

    name: str
    data: Graph
    shapes: Graph
    expected: frozenset[tuple[str, ...]] | None


def cases() -> list[Case]:
    """Return all tests of the suite."""
    base = root()
    found: list[Case] = []
    for path in sorted(base.glob("*/*/*.ttl")) if base else []:
        graph = _load(path)
        for test in graph.subjects_of(MF + "action"):
            (action,) = graph.values(test, MF + "action")
            (data,) = graph.values(action, SHT + "dataGraph")
            (shapes,) = graph.values(action, SHT + "shapesGraph")
            (report,) = graph.values(test, MF + "result")
            expected = None
            if report != ox.NamedNode(SHT + "Failure"):
                results = graph.values(report, SHACL + "result")
                expected = frozenset(_expected(graph, result) for result in results)
            name = path.relative_to(base).with_suffix("").as_posix()  # type: ignore[arg-type]
            found.append(
                Case(name, _other(data, path, graph), _other(shapes, path, graph), expected)
            )
    return found


def actual(case: Case) -> frozenset[tuple[str, ...]] | None:
    """Return the results of our validation in the same form; None if a shape was not run."""
    validation = Validation(case.data, case.shapes)
    results = [
        (
            str(result.focus),
            result.path,
            str(result.value or ""),
            result.shape.severity.removeprefix(SHACL),
            result.component,
        )
        for result in validation.results()
    ]
    return None if validation.refused else frozenset(results)


def _expected(graph: Graph, result: object) -> tuple[str, ...]:
    found = []
    for name in _RESULT:
        values = graph.values(result, SHACL + name)  # type: ignore[arg-type]
        text = str(values[0]) if values else ""
        if name == "resultPath" and values:
            try:
                text = str(paths.read(graph, values[0]))
            except InvalidData:
                text = "no path"
        elif name in ("resultSeverity", "sourceConstraintComponent"):
            text = text[1:-1].removeprefix(SHACL)
        found.append(text)
    return tuple(found)


def _other(named: object, path: Path, graph: Graph) -> Graph:
    """Return the graph at an IRI relative to the file of the test."""
    iri = str(getattr(named, "value", ""))
    return graph if iri == path.as_uri() else _load(path.parent / iri.rsplit("/", 1)[-1])


def _load(path: Path) -> Graph:
    data, store, recorder = path.read_bytes(), ox.Store(), Recorder()
    quads = ox.parse(data, format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())
    store.extend(recorder.watch(quads, data, ox.RdfFormat.TURTLE))
    return Graph(store, recorder.originals(store))
