"""Build a snapshot: load, infer, write, index. A failed build leaves nothing behind."""

from __future__ import annotations

import io
import json
import logging
import time
from dataclasses import replace
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph import reasoning
from ipgraph.dataset.config import reader
from ipgraph.entities.periods import computation, graph
from ipgraph.entities.periods.model import Periods
from ipgraph.entities.periods.nodes import TooManyNodes
from ipgraph.inputs.parsing import ReadingReport
from ipgraph.namespaces import COMPUTED_GRAPHS, INFERRED_GRAPH, PERIODS_GRAPH
from ipgraph.namespaces.prefixes import well_known_for
from ipgraph.search import builder
from ipgraph.serialization import limits, xlsx
from ipgraph.serialization.formats import Feature
from ipgraph.snapshots import construction, declarations, findings, inventory, loading
from ipgraph.snapshots.content_hash import hash_lines
from ipgraph.snapshots.dates import calendar, stored
from ipgraph.snapshots.dates.calendar import Calendar
from ipgraph.snapshots.literals import Recorder
from ipgraph.snapshots.snapshot import LITERALS, WARNINGS
from ipgraph.store.local import LocalStore, token_too_long, write_store
from ipgraph.store.originals import Originals

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ipgraph.dataset.config.sections import Graphs
    from ipgraph.snapshots.snapshot import Recipe

_LONG_BYTES = 1 << 20  # of a statement: its tokens may be too long for the parser
_LOGGER = logging.getLogger(__name__)
_COUNT_TRIPLES = "SELECT (COUNT(*) AS ?count) WHERE { ?s ?p ?o }"
_COUNT_GRAPHS = """SELECT ?key (COUNT(*) AS ?count)
WHERE { GRAPH ?key { ?s ?p ?o } } GROUP BY ?key ORDER BY DESC(?count) ?key"""
_COUNT_CLASSES = """SELECT ?key (COUNT(?s) AS ?count)
WHERE { ?s a ?key FILTER(isIRI(?key)) } GROUP BY ?key ORDER BY DESC(?count) ?key"""


def build(
    recipe: Recipe,
    name: str,
    folder: Path,
    max_depth: int,
    report: Callable[[str], None] = lambda stage: None,
    reading: Callable[[Path], None] = lambda path: None,
) -> None:
    """Build the snapshot `name` of `recipe` in `folder`; leave nothing there if the build fails.

    `report` is called with the name of each stage when it begins, and `reading` with each file.
    Raises `Unreadable` for files that cannot be read. Contradictions and what else is found are
    recorded in the manifest (`findings`).
    """
    clock = _Clock(report)
    clock.begin("load")
    options, read = recipe.options._replace(max_depth=max_depth), ReadingReport()
    recorder, declared = Recorder(), declarations.Declarations()
    engine = loading.load(
        recipe.inputs,
        max_depth,
        reading,
        recorder,
        options=options,
        report=read,
        declarations=declared,
    )
    originals = recorder.originals(engine)
    del recorder
    clock.begin("infer")
    closure = reasoning.infer(engine, reasoner=recipe.reasoner, limits=recipe.limits)
    found = findings.collect(
        closure.inconsistencies, read, recipe.inputs, engine, dict(recipe.skipped)
    )
    for note in found.notes:
        _LOGGER.warning("%s", note)
    clock.begin("date")
    periods = _periods(engine, recipe)
    engine.bulk_extend(graph.quads(periods, recipe.dataset.config))  # no rule sees them
    with construction.folder(folder.parent, folder) as scratch:
        clock.begin("write")
        try:
            # The forms of a statement, and the period of a node, are found by a label.
            write_store(
                *(engine, scratch / "graph.nq", scratch / "store", closure.chunks),
                keep_labels=bool(originals) or stored.has_blank_nodes(periods),
            )
        except MemoryError as error:
            raise token_too_long(error, "The files") from error
        clock.begin("index")
        if originals:
            (scratch / LITERALS).write_bytes(originals.dump())
        if periods:
            (scratch / stored.NAME).write_bytes(stored.dump(periods))
            (scratch / calendar.NAME).write_bytes(Calendar.of(periods).dump())
        store = replace(LocalStore.on_disk(scratch / "store"), description=recipe.dataset)
        contents = builder.build(store, scratch / "search.sqlite")
        prefixes = well_known_for(contents.terms) | declared.table()
        declarations.write(scratch, prefixes)
        manifest = _manifest(recipe, name, scratch)
        manifest["findings"] = found.as_json()
        manifest["languages"] = contents.languages
        clock.begin("")
        manifest["timings_ms"] = clock.timings_ms
        manifest["unsupported_axioms"] = list(closure.unsupported)  # outside OWL 2 RL
        manifest["incomplete"] = str(closure.incomplete or "")
        manifest["stars"] = list(closure.stars)  # sizes of classes of equal entities
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (scratch / "manifest.json").write_text(text, encoding="utf-8")
        if found.warnings:
            (scratch / WARNINGS).write_text("\n".join(found.warnings), encoding="utf-8")
        counts = manifest["counts"]
        quads = counts["inferred"] + counts["periods"] + sum(counts["graphs"].values())
        inventory.write(scratch, recipe.key, quads)


def _periods(engine: ox.Store, recipe: Recipe) -> Periods:
    """Return the periods of the dated nodes; none of a graph with too many."""
    try:
        return computation.compute(replace(LocalStore(engine), description=recipe.dataset))
    except TooManyNodes as error:
        _LOGGER.warning("%s", error)
        return Periods()


def _manifest(recipe: Recipe, name: str, scratch: Path) -> dict[str, Any]:
    engine = LocalStore.on_disk(scratch / "store").engine
    found = counts(engine, recipe.dataset.config.graphs)
    return {
        "hash": name,
        "content_hash": _content_hash(scratch / "graph.nq", scratch / LITERALS),
        "file_hash": file_hash(scratch / "graph.nq"),
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "reasoner": recipe.reasoner,
        "dataset": reader.to_table(recipe.dataset.config),
        "inputs": [{"path": str(file.path), "graph": file.graph} for file in recipe.inputs],
        "counts": found,
        "features": _features(scratch / "graph.nq", found),
    }


def _features(quads: Path, counts: dict[str, Any]) -> dict[str, list[str]]:
    """Return what some format cannot hold, by what is exported: all statements, or the stated."""
    found = {"closed": limits.features(quads), "stated": limits.features(quads, COMPUTED_GRAPHS)}
    stated = sum(counts["graphs"].values())
    closed = stated + counts["inferred"] + counts["periods"]
    for name, rows in (("closed", closed), ("stated", stated)):
        if rows >= xlsx.MAX_ROWS:
            found[name].append(Feature.MANY_ROWS)
    return {name: [feature.name for feature in each] for name, each in found.items()}


def counts(engine: ox.Store, described: Graphs) -> dict[str, Any]:
    """Return the numbers of triples, graphs and instances in a store, for the manifest."""
    graphs = _count(engine, _COUNT_GRAPHS)
    inferred, periods = (graphs.pop(graph, 0) for graph in (INFERRED_GRAPH, PERIODS_GRAPH))
    triples = _count(engine, _COUNT_TRIPLES)[""]
    return {
        "triples": triples,
        "stated": triples - inferred - periods,
        "inferred": inferred,
        "periods": periods,
        "sources": len(graphs.keys() - {*described.ontology, *described.editors}),
        "graphs": graphs,
        "classes": _count(engine, _COUNT_CLASSES),
    }


def _count(engine: ox.Store, text: str) -> dict[str, int]:
    solutions = engine.query(text)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101  a SELECT, by the constants above
    has_key = len(solutions.variables) > 1
    return {
        (solution["key"].value if has_key else ""): int(solution["count"].value)
        for solution in solutions
    }


def file_hash(path: Path) -> str:
    """Return a hash of the bytes of a file. Two builds may label blank nodes differently."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _content_hash(quads: Path, literals: Path) -> str:
    """Return a hash of the stated quads that depends neither on order nor on blank node labels.

    The forms of literals in the files count as well, except those of statements with blank nodes.
    """
    computed = tuple(f"<{graph}> .\n".encode() for graph in COMPUTED_GRAPHS)
    with quads.open("rb") as lines:
        total = hash_lines(line for line in map(_checked, lines) if not line.endswith(computed))
    if literals.exists():
        total += int.from_bytes(sha256(_without_blank_nodes(literals.read_bytes())).digest())
    return f"{total % 2**256:064x}"


def _checked(line: bytes) -> bytes:
    """Return a line. Raises `Unreadable` for a token that a file could not be read with again."""
    if len(line) > _LONG_BYTES:
        try:
            for _ in ox.parse(io.BytesIO(line), format=ox.RdfFormat.N_QUADS):
                pass
        except MemoryError as error:
            raise token_too_long(error, "The files") from error
    return line


def _without_blank_nodes(literals: bytes) -> bytes:
    originals = Originals.load(literals)
    named = {key: each for key, each in originals.statements.items() if key[0][:2] != "_:"}
    return replace(originals, statements=named).dump()


class _Clock:
    """Measures the stages of a build, in milliseconds."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self.timings_ms: dict[str, int] = {}
        self._report = report
        self._stage, self._started = "", time.perf_counter()

    def begin(self, stage: str) -> None:
        now = time.perf_counter()
        if self._stage:
            self.timings_ms[self._stage] = round((now - self._started) * 1000)
        self._stage, self._started = stage, now
        if stage:
            self._report(stage)
