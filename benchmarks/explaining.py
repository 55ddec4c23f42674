"""Measure how long a proof takes, with nothing remembered from the one before.

python benchmarks/explaining.py                                     every inferred statement here
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


def measure(name: str, store: LocalStore, quads: Iterable[ox.Quad], bound_ms: float) -> None:
    """Explain each of `quads` and print the median, the worst and the bound it is held to."""
    taken, costs = [], []
    for each in quads:
        goal = (str(each.subject), str(each.predicate), str(each.object))
        start = time.perf_counter()
        proof = Explainer(store).explain(*goal)
        taken.append((time.perf_counter() - start) * 1000)
        costs.append(proof.cost)
    taken.sort()
    verdict = "holds" if taken[-1] <= bound_ms else "MISSED"
    print(
        f"{name}: {len(taken):,} proofs of up to {max(costs)} rule applications, median"
        f" {statistics.median(taken):.2f} ms, 99 in 100 within {taken[len(taken) * 99 // 100]:.2f}"
        f" ms, worst {taken[-1]:.1f} ms (at most {bound_ms:.0f}) {verdict}"
    )


def lubm_ten(folder: Path, work: Path) -> tuple[LocalStore, list[ox.Quad]]:
    """Return closed LUBM-10, stated and inferred apart, and a sample of what is inferred."""
    engine = ox.Store()
    load_closed(engine, [folder / "univ-bench.ttl", data(work, 10)], INFERRED)
    stated = ox.NamedNode("urn:stated")
    engine.bulk_extend(
        ox.Quad(each.subject, each.predicate, each.object, stated)
        for each in engine.quads_for_pattern(None, None, None, ox.DefaultGraph())
    )
    engine.clear_graph(ox.DefaultGraph())
    quads = list(engine.quads_for_pattern(None, None, None, INFERRED))
    return LocalStore(engine), random.Random(0).sample(quads, SAMPLE)


def main() -> None:
    """Measure the project's graph, and LUBM-10 where its files are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lubm", type=Path, help="folder of univ-bench.ttl")
    parser.add_argument("--work", type=Path, help="folder for generated data")
    chosen = parser.parse_args()
    store = ipgraph.open().built.store()
    measure("this graph", store, store.quads(None, None, None, INFERRED), 50)
    if chosen.lubm and chosen.work:
        chosen.work.mkdir(parents=True, exist_ok=True)
        measure("LUBM-10", *lubm_ten(chosen.lubm, chosen.work), 1000)


if __name__ == "__main__":
    main()
