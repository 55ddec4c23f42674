"""pySHACL, an optional dependency, for the shapes that `validation` does not run.

It runs in a process of its own, with limits, because its regular expressions may take forever and
its queries are evaluated by rdflib, which would fetch what SERVICE and FROM name. The texts of
queries are inspected before, and the process is denied the network and other programs.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import BuildStopped, InvalidData, IpGraphError, Refused
from ipgraph.namespaces import OWL, RDF, RDFS, SHACL
from ipgraph.snapshots import isolation
from ipgraph.sparql import guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ipgraph.checks.shacl.graph import Graph
    from ipgraph.snapshots.limits import BuildLimits

_TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target")
_TEXTS = ("select", "ask", "construct", "update")
_DENIED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "urllib.")
_MAX_DEPTH = 15


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result of pySHACL; terms are in N-Triples, and empty where there is none."""

    focus: str
    shape: str
    value: str
    path: str
    component: str
    severity: str
    messages: tuple[tuple[str, str], ...]  # language tag and text


def is_installed() -> bool:
    """Whether pySHACL can be imported."""
    return find_spec("pyshacl") is not None


def run(
    data: Graph,
    shapes: Graph,
    nodes: Iterable[str],
    limits: BuildLimits,
    size_bytes: int,
) -> list[Outcome]:
    """Validate `data` against the target shapes at `nodes` alone.

    Raises `InvalidData` with a reason for shapes that pySHACL does not take, for queries that
    name other graphs or services, and if the process reached a limit.
    """
    wanted = set(nodes)
    inspect(shapes.store)
    with tempfile.TemporaryDirectory() as folder:
        data_path, shapes_path = Path(folder, "data.nt"), Path(folder, "shapes.nt")
        _write(data_path, data, lambda quad: True)
        _write(shapes_path, shapes, lambda quad: _is_kept(quad, wanted))
        try:
            found = isolation.run(
                "ipgraph.checks.shacl.reference:validate_to_json",
                *(str(data_path), str(shapes_path)),
                limits=limits,
                size_bytes=size_bytes + data_path.stat().st_size,
            )
        except BuildStopped as error:
            raise InvalidData(f"pySHACL: {error}") from error
    if "error" in found:
        raise InvalidData(f"pySHACL: {found['error']}")
    return [
        Outcome(**{**outcome, "messages": tuple(map(tuple, outcome["messages"]))})
        for outcome in found["results"]
    ]


def inspect(shapes: ox.Store) -> None:
    """Raise `InvalidData` for a query that reads from elsewhere, or that is no query."""
    for name in _TEXTS:
        quads = shapes.quads_for_pattern(None, ox.NamedNode(SHACL + name), None, None)
        for quad in quads:
            try:
                found = guard.inspect(str(getattr(quad.object, "value", "")))
            except IpGraphError as error:
                raise InvalidData(f"a query with a fault: {error}") from error
            if found.services or found.default_graphs or found.named_graphs or found.is_update:
                raise InvalidData("a query that reads from elsewhere or changes data")
    for quad in shapes.quads_for_pattern(None, ox.NamedNode(SHACL + "namespace"), None, None):
        text = str(getattr(quad.object, "value", ""))
        if any(character in '<>"{}|^`\\' or character <= " " for character in text):
            raise InvalidData("a namespace that is no IRI")


def validate_to_json(
    data_path: str,
    shapes_path: str,
    report: Callable[[str], None],
    reading: Callable[[Path], None],
) -> dict[str, Any]:
    """Run pySHACL: what the child process does."""
    import warnings

    report("check")
    warnings.simplefilter("ignore")  # pyshacl and rdflib use names that the other deprecates
    import pyshacl
    import rdflib

    data, labels = _read(data_path)
    shapes, shape_labels = _read(shapes_path)
    sys.addaudithook(_deny)
    try:
        _, results, text = pyshacl.validate(
            data,
            shacl_graph=shapes,
            inference="none",
            advanced=True,
            js=False,
            do_owl_imports=False,
            meta_shacl=False,
            max_validation_depth=_MAX_DEPTH,
        )
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error)[:500]}"}
    if not isinstance(results, rdflib.Graph):
        return {"error": str(text)[:500]}
    return {"results": _results(results, {**labels, **shape_labels})}


def _results(graph: Any, labels: dict[Any, str]) -> list[dict[str, Any]]:
    import rdflib

    sh = rdflib.Namespace(SHACL)

    def text(subject: Any, name: str) -> str:
        value = graph.value(subject, sh[name])
        return "" if value is None else str(labels.get(value) or value.n3())

    return [
        {
            "focus": text(result, "focusNode"),
            "shape": text(result, "sourceShape"),
            "value": text(result, "value"),
            "path": text(result, "resultPath"),
            "component": text(result, "sourceConstraintComponent"),
            "severity": text(result, "resultSeverity"),
            "messages": sorted(
                (message.language or "", str(message))
                for message in graph.objects(result, sh.resultMessage)
            ),
        }
        for result in graph.objects(None, sh.result)  # not the details of a result
    ]


def _deny(event: str, arguments: object) -> None:
    """Refuse the network and other programs from now on: an audit hook cannot be removed."""
    if event.startswith(_DENIED):
        raise Refused(f"A shape asked for {event}, which is never allowed.")


def _read(path: str) -> tuple[Any, dict[Any, str]]:
    """Return an rdflib graph, and the label that each node without an IRI has in the file."""
    import rdflib
    from rdflib.plugins.parsers.ntriples import NTGraphSink, W3CNTriplesParser

    graph = rdflib.Graph()
    nodes: dict[str, rdflib.BNode] = {}
    with open(path, "rb") as file:
        W3CNTriplesParser(NTGraphSink(graph), bnode_context=nodes).parse(file)
    return graph, {node: f"_:{label}" for label, node in nodes.items()}


def _is_kept(quad: ox.Quad, wanted: set[str]) -> bool:
    """Whether a triple of the shapes is given: the targets of the other shapes are left out."""
    if str(quad.subject) in wanted:
        return True
    predicate = quad.predicate.value
    if predicate.removeprefix(SHACL) in _TARGETS:
        return False
    classes = (RDFS + "Class", OWL + "Class")
    return not (predicate == RDF + "type" and getattr(quad.object, "value", "") in classes)


def _write(path: Path, graph: Graph, keep: Callable[[ox.Quad], bool]) -> None:
    triples = (quad.triple for quad in graph.quads() if keep(quad))
    ox.serialize(triples, str(path), format=ox.RdfFormat.N_TRIPLES)
