"""Measure how long a proof takes with an empty cache.

python benchmarks/explaining.py                              every inferred statement of the project
python benchmarks/explaining.py --lubm ../shared/lubm --work /tmp/lubm      a sample of LUBM-10
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

import ipgraph
from ipgraph.namespaces import INFERRED_GRAPH
from ipgraph.reasoning import Explainer
from ipgraph.reasoning.closure.bulk_loading import load_closed
from ipgraph.store.local import LocalStore
from reasoning import data

if TYPE_CHECKING:
    from collections.abc import Iterable

INFERRED = ox.NamedNode(INFERRED_GRAPH)
SAMPLE = 1000


def measure(name: str, store: LocalStore, quads: Iterable[ox.Quad], max_ms: float) -> None:
    """Explain all `quads`; print the median and the maximum, and whether it is within the limit."""
    times_ms, costs = [], []
    for quad in quads:
        goal = (str(quad.subject), str(quad.predicate), str(quad.object))
        start = time.perf_counter()
        proof = Explainer(store).explain(*goal)
        times_ms.append((time.perf_counter() - start) * 1000)
        costs.append(proof.cost)
    times_ms.sort()
    verdict = "ok" if times_ms[-1] <= max_ms else "MISSED"
    print(
        f"{name}: {len(times_ms):,} proofs of up to {max(costs)} rule applications, median"
        f" {statistics.median(times_ms):.2f} ms, p99 {times_ms[len(times_ms) * 99 // 100]:.2f} ms,"
        f" maximum {times_ms[-1]:.1f} ms (limit {max_ms:.0f} ms): {verdict}"
    )


def lubm_ten(folder: Path, work: Path) -> tuple[LocalStore, list[ox.Quad]]:
    """Return closed LUBM-10, with separate graphs, and a sample of its inferred triples."""
    engine = ox.Store()
    load_closed(engine, [folder / "univ-bench.ttl", data(work, 10)], INFERRED)
    stated = ox.NamedNode("urn:stated")
    engine.bulk_extend(
        ox.Quad(quad.subject, quad.predicate, quad.object, stated)
        for quad in engine.quads_for_pattern(None, None, None, ox.DefaultGraph())
    )
    engine.clear_graph(ox.DefaultGraph())
    quads = list(engine.quads_for_pattern(None, None, None, INFERRED))
    return LocalStore(engine), random.Random(0).sample(quads, SAMPLE)


def main() -> None:
    """Measure the project's graph, and LUBM-10 if its folders are given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lubm", type=Path, help="folder with univ-bench.ttl")
    parser.add_argument("--work", type=Path, help="folder for generated data")
    arguments = parser.parse_args()
    store = ipgraph.open().built.store()
    measure("project", store, store.quads(None, None, None, INFERRED), 50)
    if arguments.lubm and arguments.work:
        arguments.work.mkdir(parents=True, exist_ok=True)
        measure("LUBM-10", *lubm_ten(arguments.lubm, arguments.work), 1000)


if __name__ == "__main__":
    main()
