"""Measure the reasoner against owlrl, reasonable and Oxigraph's bulk load alone, in one run.

    python benchmarks/reasoning.py --lubm ../shared/lubm --work /tmp/lubm

Each figure is for the whole pipeline, from a file to a closed store (for reasonable: to its list of
triples, its only output), with the consistency check and without imports. Every measurement runs in
its own process, contestants alternate, and the figure is the median of the rounds. The closures of
the first two graphs are also compared with owlrl's, triple by triple. LUBM-10 and LUBM-50 are
written to the work folder first (1.5 GB); owlrl on LUBM-1 takes minutes.

`reasonable` (pip install reasonable) is measured if it is installed.
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
    seconds, count = run([Path(file) for file in files])
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
    """Close a small graph as a build does (load, infer, store); return the median of 20 runs."""
    import pyoxigraph as ox

    from ipgraph import reasoning

    times = []
    for _ in range(21):
        start = time.perf_counter()
        engine = ox.Store()
        for file in files:
            engine.load(path=file)
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
    for file in files:
        graph.parse(file)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return time.perf_counter() - start, len(graph)


def _reasonable(files: list[Path]) -> tuple[float, int]:
    import reasonable

    start = time.perf_counter()
    reasoner = reasonable.PyReasoner()
    for file in files:
        reasoner.load_file(str(file))  # by suffix: N-Triples is linked as .ttl
    triples = reasoner.reason()
    return time.perf_counter() - start, len(triples)


def _oxigraph_on_disk(files: list[Path]) -> tuple[float, int]:
    import pyoxigraph as ox

    with tempfile.TemporaryDirectory(dir=os.environ["BENCHMARK_WORK"]) as folder:
        start = time.perf_counter()
        engine = ox.Store(folder)
        for file in files:
            engine.bulk_load(path=str(file), lenient=True)
        engine.flush()
        return time.perf_counter() - start, len(engine)


class Bench:
    """Runs contestants alternately, each in a child process."""

    def __init__(self, work: Path) -> None:
        self._work = work

    def medians(
        self, graph: str, contestants: dict[str, list[Path]], rounds: int
    ) -> dict[str, Any]:
        """Measure every contestant `rounds` times, alternately, and return the medians."""
        results: dict[str, list[dict[str, Any]]] = {name: [] for name in contestants}
        for _ in range(rounds):
            for name, files in contestants.items():
                results[name].append(self._run(name, files))
        medians = {}
        for name, runs in results.items():
            medians[name] = {
                key: statistics.median(run[key] for run in runs) for key in ("seconds", "mib")
            }
            medians[name]["triples"] = runs[0]["triples"]
            self._report(graph, name, medians[name], [run["seconds"] for run in runs])
        return medians

    def _run(self, contestant: str, files: list[Path]) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, __file__, "--contestant", contestant, *map(str, files)],
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
    """Return how many triples only owlrl's closure has, and how many only ours."""
    import pyoxigraph as ox

    from ipgraph import reasoning

    engine = ox.Store()
    for file in files:
        engine.load(path=file)
    theirs, ours = (
        {str(triple) for triple in reasoning.infer(engine, reasoner=name).triples}
        for name in ("owlrl", "rl")
    )
    return len(theirs - ours), len(ours - theirs)


def data(folder: Path, count: int) -> Path:
    """Return a file with `count` universities, also linked as .ttl; write it if it is missing."""
    path = folder / f"lubm-{count}.nt"
    if not path.exists():
        with path.open("w", encoding="utf-8") as file:
            file.writelines(lubm.universities(count))
    link = path.with_suffix(".ttl")
    if not link.exists():
        link.symlink_to(path.name)
    return path


def report_ratio(name: str, value: float, limit: float) -> None:
    """Print a ratio with its limit."""
    verdict = "ok" if value <= limit else "MISSED"
    print(f"  {name}: {value:.3g} (limit {limit:.3g}): {verdict}")


def small_graphs(bench: Bench, lubm_folder: Path, work: Path, rounds: int) -> None:
    """Measure graphs that owlrl can close, and compare the closures."""
    curated = [lubm_folder / "curated-2504.ttl"]
    medians = bench.medians("curated-2504", {"ours-small": curated, "owlrl": curated}, rounds)
    report_ratio(
        "ratio to owlrl", medians["ours-small"]["seconds"] / medians["owlrl"]["seconds"], 1 / 100
    )
    print("  missing triples, extra triples:", compare(curated))
    reference = work / "lubm-reference.nt"
    with gzip.open(lubm_folder / "lubm-1.nt.gz") as packed, reference.open("wb") as file:
        shutil.copyfileobj(packed, file)
    first = [lubm_folder / "univ-bench.ttl", reference]
    medians = bench.medians("LUBM-1", {"owlrl": first}, 1)  # takes a minute or two
    medians |= bench.medians("LUBM-1", {"ours": first}, rounds)
    report_ratio("ratio to owlrl", medians["ours"]["seconds"] / medians["owlrl"]["seconds"], 1 / 60)
    print("  missing triples, extra triples:", compare(first))


def large_graphs(bench: Bench, lubm_folder: Path, work: Path, rounds: int) -> None:
    """Compare with reasonable, and with Oxigraph's bulk load of the same data."""
    ontology = lubm_folder / "univ-bench.ttl"
    ten, fifty = data(work, 10), data(work, 50)
    contestants = {"ours": [ontology, ten], "ours-disk": [ontology, ten]}
    if find_spec("reasonable"):
        contestants["reasonable"] = [ontology, ten.with_suffix(".ttl")]
    small = bench.medians("LUBM-10", contestants, rounds)
    if "reasonable" in small:
        for key, limit in (("seconds", 1 / 2), ("mib", 1 / 3)):
            report_ratio(
                f"ratio to reasonable, {key}", small["ours"][key] / small["reasonable"][key], limit
            )
    large = bench.medians(
        "LUBM-50", {"ours-disk": [ontology, fifty], "oxigraph-disk": [ontology, fifty]}, rounds
    )
    ours, alone = large["ours-disk"], large["oxigraph-disk"]
    report_ratio("ratio to Oxigraph's bulk load", ours["seconds"] / alone["seconds"], 3)
    report_ratio("GiB", ours["mib"] / 1024, 4)
    costs = [run["seconds"] / run["triples"] for run in (large["ours-disk"], small["ours-disk"])]
    report_ratio("cost per triple, LUBM-50 to LUBM-10", costs[0] / costs[1], 1.3)


def main() -> None:
    """Run the benchmark, or one contestant in a child process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lubm", type=Path, help="folder with univ-bench.ttl, lubm-1.nt.gz, ...")
    parser.add_argument("--work", type=Path, help="folder for generated data and stores")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["small", "large"])
    parser.add_argument("--contestant", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contestant:
        print(json.dumps(measure(arguments.contestant[0], arguments.contestant[1:])))
        return
    if not arguments.lubm or not arguments.work:
        parser.error("Give --lubm and --work.")
    arguments.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.work)
    if arguments.only != "large":
        small_graphs(bench, arguments.lubm, arguments.work, arguments.rounds)
    if arguments.only != "small":
        large_graphs(bench, arguments.lubm, arguments.work, arguments.rounds)


if __name__ == "__main__":
    main()
