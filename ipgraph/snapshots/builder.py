"""Build a snapshot: load, infer, write, index. A failed build leaves nothing behind."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph import reasoning
from ipgraph.dataset.config import reader
from ipgraph.errors import Inconsistent
from ipgraph.namespaces import EDITORS_GRAPH, INFERRED_GRAPH, ONTOLOGY_GRAPH
from ipgraph.prefixes import well_known_for
from ipgraph.search import builder
from ipgraph.serialization import limits, xlsx
from ipgraph.serialization.formats import Feature
from ipgraph.snapshots import construction, declarations, inventory, loading
from ipgraph.snapshots.literals import Recorder
from ipgraph.snapshots.snapshot import LITERALS
from ipgraph.store.local import LocalStore, write_store
from ipgraph.store.originals import Originals

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ipgraph.snapshots.snapshot import Recipe

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
    Raises `InvalidData` for a file that does not parse and `Inconsistent` for data that contradict
    the ontology.
    """
    clock = _Clock(report)
    clock.begin("load")
    recorder, declared = Recorder(), declarations.Declarations()
    engine = loading.load(recipe.inputs, max_depth, reading, recorder, declared)
    originals = recorder.originals(engine)
    del recorder
    clock.begin("infer")
    closure = reasoning.infer(engine, reasoner=recipe.reasoner, limits=recipe.limits)
    if closure.inconsistencies:
        first, more = closure.inconsistencies[0], len(closure.inconsistencies) - 1
        raise Inconsistent(
            f"{first}" + (f" ({more} more contradictions)" if more else ""),
            hint="Correct one of these statements, or the axiom that they contradict.",
        )
    with construction.folder(folder.parent, folder) as scratch:
        clock.begin("write")
        # The forms of a statement are found by the label of its blank node.
        write_store(
            *(engine, scratch / "graph.nq", scratch / "store", closure.chunks),
            keep_labels=bool(originals),
        )
        clock.begin("index")
        if originals:
            (scratch / LITERALS).write_bytes(originals.dump())
        store = replace(LocalStore.on_disk(scratch / "store"), description=recipe.dataset)
        contents = builder.build(store, scratch / "search.sqlite")
        prefixes = well_known_for(contents.terms) | declared.table()
        declarations.write(scratch, prefixes)
        manifest = _manifest(recipe, name, scratch)
        manifest["languages"] = contents.languages
        clock.begin("")
        manifest["timings_ms"] = clock.timings_ms
        manifest["unsupported_axioms"] = list(closure.unsupported)  # outside OWL 2 RL
        manifest["incomplete"] = str(closure.incomplete or "")
        manifest["stars"] = list(closure.stars)  # sizes of classes of equal entities
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (scratch / "manifest.json").write_text(text, encoding="utf-8")
        counts = manifest["counts"]
        quads = counts["inferred"] + sum(counts["graphs"].values())
        inventory.write(scratch, recipe.key, quads)


def _manifest(recipe: Recipe, name: str, scratch: Path) -> dict[str, Any]:
    counts = _counts(LocalStore.on_disk(scratch / "store").engine)
    return {
        "hash": name,
        "content_hash": _content_hash(scratch / "graph.nq", scratch / LITERALS),
        "file_hash": _file_hash(scratch / "graph.nq"),
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "reasoner": recipe.reasoner,
        "dataset": reader.to_table(recipe.dataset.config),
        "inputs": [{"path": str(file.path), "graph": file.graph} for file in recipe.inputs],
        "counts": counts,
        "features": _features(scratch / "graph.nq", counts),
    }


def _features(quads: Path, counts: dict[str, Any]) -> dict[str, list[str]]:
    """Return what some format cannot hold, by what is exported: all statements, or the stated."""
    found = {"closed": limits.features(quads), "stated": limits.features(quads, INFERRED_GRAPH)}
    stated = sum(counts["graphs"].values())
    for name, rows in (("closed", stated + counts["inferred"]), ("stated", stated)):
        if rows >= xlsx.MAX_ROWS:
            found[name].append(Feature.MANY_ROWS)
    return {name: [feature.name for feature in each] for name, each in found.items()}


def _counts(engine: ox.Store) -> dict[str, Any]:
    graphs = _count(engine, _COUNT_GRAPHS)
    inferred = graphs.pop(INFERRED_GRAPH, 0)
    triples = _count(engine, _COUNT_TRIPLES)[""]
    return {
        "triples": triples,
        "stated": triples - inferred,
        "inferred": inferred,
        "sources": len(graphs.keys() - {ONTOLOGY_GRAPH, EDITORS_GRAPH}),
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


def _file_hash(path: Path) -> str:
    """Return a hash of the bytes of a file. Two builds may label blank nodes differently."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _content_hash(quads: Path, literals: Path) -> str:
    """Return a hash of the stated quads that depends neither on order nor on blank node labels.

    It is the sum of the SHA-256 of the lines, modulo 2^256. Quads with blank nodes are converted
    to canonical form (RDFC-1.0) before. Only these quads are held in memory. The forms of literals
    in the files count as well, except those of statements with blank nodes.
    """
    inferred_ending = f"<{INFERRED_GRAPH}> .\n".encode()
    total, lines_with_blank_nodes = 0, []
    with quads.open("rb") as lines:
        for line in lines:
            if line.endswith(inferred_ending):
                continue
            if b"_:" in line:
                lines_with_blank_nodes.append(line)
            else:
                total += int.from_bytes(sha256(line).digest())
    quads_with_blank_nodes = ox.parse(b"".join(lines_with_blank_nodes), format=ox.RdfFormat.N_QUADS)
    dataset = ox.Dataset(quads_with_blank_nodes)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    canonical = ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b""
    for line in canonical.splitlines(keepends=True):
        total += int.from_bytes(sha256(line).digest())
    if literals.exists():
        total += int.from_bytes(sha256(_without_blank_nodes(literals.read_bytes())).digest())
    return f"{total % 2**256:064x}"


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
