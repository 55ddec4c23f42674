"""Measure the reasoner against owlrl, reasonable and Oxigraph's bare bulk load, in one run.

    python benchmarks/reasoning.py --lubm ../shared/lubm --work /tmp/lubm

Each figure is a whole pipeline, from a file to a closed store (for reasonable: to its list of
triples, which is all it gives), consistency checked, imports not counted. Every measurement is a
process of its own, the contestants take turns, the figure is the median of the rounds. The closures
of the first two graphs are also compared with owlrl's, triple by triple. LUBM-10 and LUBM-50 are
written to the work folder first (1.5 GB); owlrl on LUBM-1 takes minutes.

`reasonable` (pip install reasonable) is measured where it is installed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import lubm


def measure(contestant: str, files: list[str]) -> dict[str, Any]:
    """Run one contestant in this process and return seconds, MiB and the number of triples."""
    run = {
        "ours": _ours,
        "ours-disk": _ours_on_disk,
        "ours-small": _ours_small,
        "owlrl": _owlrl,
        "reasonable": _reasonable,
        "oxigraph-disk": _oxigraph_on_disk,
    }[contestant]
    seconds, count = run([Path(each) for each in files])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "mib": peak, "triples": count}


def _ours(files: list[Path]) -> tuple[float, int]:
    import pyoxigraph as ox

    from ipgraph.reasoning.closure.bulk_loading import load_closed

    start = time.perf_counter()
    engine = ox.Store()
    closure = load_closed(engine, files)
    assert not closure.inconsistencies
    return time.perf_counter() - start, len(engine)


def _ours_on_disk(files: list[Path]) -> tuple[float, int]:
    import pyoxigraph as ox

    from ipgraph.reasoning.closure.bulk_loading import load_closed

    with tempfile.TemporaryDirectory(dir=os.environ["BENCHMARK_WORK"]) as folder:
        start = time.perf_counter()
        engine = ox.Store(folder)
        closure = load_closed(engine, files)
        assert not closure.inconsistencies
        engine.flush()
        return time.perf_counter() - start, len(engine)


def _ours_small(files: list[Path]) -> tuple[float, int]:
    """Close a small graph as a build does: load, infer, store; the median of twenty times."""
    import pyoxigraph as ox

    from ipgraph import reasoning

    times = []
    for _ in range(21):
        start = time.perf_counter()
        engine = ox.Store()
        for each in files:
            engine.load(path=each)
        closure = reasoning.infer(engine)
        assert not closure.inconsistencies
        closure.store(engine)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:]), len(engine)


def _owlrl(files: list[Path]) -> tuple[float, int]:
    import warnings

    import owlrl
    import rdflib

    warnings.simplefilter("ignore")
    start = time.perf_counter()
    graph = rdflib.Graph()
    for each in files:
        graph.parse(each)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return time.perf_counter() - start, len(graph)


def _reasonable(files: list[Path]) -> tuple[float, int]:
    import reasonable

    start = time.perf_counter()
    reasoner = reasonable.PyReasoner()
    for each in files:
        reasoner.load_file(str(each))  # by suffix: N-Triples is linked as .ttl
    found = reasoner.reason()
    return time.perf_counter() - start, len(found)


def _oxigraph_on_disk(files: list[Path]) -> tuple[float, int]:
    import pyoxigraph as ox

    with tempfile.TemporaryDirectory(dir=os.environ["BENCHMARK_WORK"]) as folder:
        start = time.perf_counter()
        engine = ox.Store(folder)
        for each in files:
            engine.bulk_load(path=str(each), lenient=True)
        engine.flush()
        return time.perf_counter() - start, len(engine)


class Bench:
    """Runs contestants in turns and keeps what they took."""

    def __init__(self, work: Path) -> None:
        self._work = work

    def turns(self, graph: str, contestants: dict[str, list[Path]], rounds: int) -> dict[str, Any]:
        """Measure each contestant `rounds` times, one after the other, and return the medians."""
        runs: dict[str, list[dict[str, Any]]] = {each: [] for each in contestants}
        for _ in range(rounds):
            for each, files in contestants.items():
                runs[each].append(self._child(each, files))
        medians = {}
        for each, taken in runs.items():
            medians[each] = {
                key: statistics.median(one[key] for one in taken) for key in ("seconds", "mib")
            }
            medians[each]["triples"] = taken[0]["triples"]
            self._report(graph, each, medians[each], [one["seconds"] for one in taken])
        return medians

    def _child(self, contestant: str, files: list[Path]) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, __file__, "--one", contestant, *map(str, files)],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "BENCHMARK_WORK": str(self._work)},
        )
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return result

    def _report(
        self, graph: str, contestant: str, median: dict[str, Any], seconds: list[float]
    ) -> None:
        spread = f"{min(seconds):.3f} to {max(seconds):.3f}"
        print(
            f"{graph:14} {contestant:14} {median['seconds']:9.3f} s ({spread})"
            f" {median['mib']:7.0f} MiB {median['triples']:>10,} triples",
            flush=True,
        )


def compare(files: list[Path]) -> tuple[int, int]:
    """Return how many triples of owlrl's closure ours lacks, and how many it has beyond it."""
    import pyoxigraph as ox

    from ipgraph import reasoning

    engine = ox.Store()
    for each in files:
        engine.load(path=each)
    theirs, ours = (
        {str(each) for each in reasoning.infer(engine, reasoner=name).triples}
        for name in ("owlrl", "rl")
    )
    return len(theirs - ours), len(ours - theirs)


def data(folder: Path, count: int) -> Path:
    """Return a file with `count` universities, written where it is missing; as .ttl too."""
    path = folder / f"lubm-{count}.nt"
    if not path.exists():
        with path.open("w", encoding="utf-8") as file:
            file.writelines(lubm.universities(count))
    link = path.with_suffix(".ttl")
    if not link.exists():
        link.symlink_to(path.name)
    return path


def ratio(name: str, value: float, bound: float) -> None:
    """Print a ratio beside the bound it is held to."""
    print(f"  {name}: {value:.3g} (at most {bound:.3g}) {'holds' if value <= bound else 'MISSED'}")


def small_graphs(bench: Bench, lubm_folder: Path, work: Path, rounds: int) -> None:
    """Compare with owlrl."""
    curated = [lubm_folder / "curated-2504.ttl"]
    found = bench.turns("curated-2504", {"ours-small": curated, "owlrl": curated}, rounds)
    ratio("of owlrl", found["ours-small"]["seconds"] / found["owlrl"]["seconds"], 1 / 100)
    print("  missing, extra:", compare(curated))
    reference = work / "lubm-reference.nt"
    with gzip.open(lubm_folder / "lubm-1.nt.gz") as packed, reference.open("wb") as file:
        shutil.copyfileobj(packed, file)
    first = [lubm_folder / "univ-bench.ttl", reference]
    found = bench.turns("LUBM-1", {"owlrl": first}, 1)  # a minute or two: once
    found |= bench.turns("LUBM-1", {"ours": first}, rounds)
    ratio("of owlrl", found["ours"]["seconds"] / found["owlrl"]["seconds"], 1 / 60)
    print("  missing, extra:", compare(first))


def large_graphs(bench: Bench, lubm_folder: Path, work: Path, rounds: int) -> None:
    """Compare with reasonable and with what Oxigraph takes to load the data alone."""
    ontology = lubm_folder / "univ-bench.ttl"
    ten, fifty = data(work, 10), data(work, 50)
    contestants = {"ours": [ontology, ten], "ours-disk": [ontology, ten]}
    if find_spec("reasonable"):
        contestants["reasonable"] = [ontology, ten.with_suffix(".ttl")]
    small = bench.turns("LUBM-10", contestants, rounds)
    if "reasonable" in small:
        for key, bound in (("seconds", 1 / 2), ("mib", 1 / 3)):
            ratio(f"of reasonable's {key}", small["ours"][key] / small["reasonable"][key], bound)
    large = bench.turns(
        "LUBM-50", {"ours-disk": [ontology, fifty], "oxigraph-disk": [ontology, fifty]}, rounds
    )
    ours, alone = large["ours-disk"], large["oxigraph-disk"]
    ratio("of Oxigraph's bulk load", ours["seconds"] / alone["seconds"], 3)
    ratio("GiB", ours["mib"] / 1024, 4)
    each = [one["seconds"] / one["triples"] for one in (large["ours-disk"], small["ours-disk"])]
    ratio("cost per triple, 50 to 10 universities", each[0] / each[1], 1.3)


def main() -> None:
    """Measure all, or one contestant as a child process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lubm", type=Path, help="folder of univ-bench.ttl, lubm-1.nt.gz, ...")
    parser.add_argument("--work", type=Path, help="folder for generated data and stores")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["small", "large"])
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(measure(chosen.one[0], chosen.one[1:])))
        return
    if not chosen.lubm or not chosen.work:
        parser.error("--lubm and --work are needed")
    chosen.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(chosen.work)
    if chosen.only != "large":
        small_graphs(bench, chosen.lubm, chosen.work, chosen.rounds)
    if chosen.only != "small":
        large_graphs(bench, chosen.lubm, chosen.work, chosen.rounds)


if __name__ == "__main__":
    main()
