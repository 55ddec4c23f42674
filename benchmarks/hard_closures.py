"""Close graphs whose closures are large: CPU time, memory, and how inference ends.

    python benchmarks/hard_closures.py --lubm ../shared/lubm
    python benchmarks/hard_closures.py --lubm ../shared/lubm --commands    (minutes)

Each graph is closed in its own process. The limits are 512 MiB, and for transitive and equal terms
the CPU time for an inferred statement that LUBM-1 takes in the same run; statements count before
large classes of equals are written as stars. With `--commands`, `ipgraph build` and a query of each
graph must stay within 2 GiB, with the store that they write and read.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import lubm
import pyoxigraph as ox

from ipgraph.reasoning.closure.reasoner import Reasoner
from support.hard_graphs import GRAPHS

CASES = (
    ("chain", 3000),
    ("cycle", 2000),
    ("tree_up", 100_000),
    ("tree_down", 100_000),
    ("equals", 2000),
    ("functional", 20_000),
    ("classes", 1500),
    ("equivalent", 1000),
    ("members", 2000),
    ("chain", 100_000),
    ("equals", 20_000),
)
# Deep schemas and long lists also take time for each clause or cell.
_NOT_COMPARED = {"classes", "equivalent", "members"}
LIMIT_MIB, COMMAND_LIMIT_MIB = 512, 2048
_COUNT = "SELECT (COUNT(*) AS ?count) { ?s ?p ?o }"


def close(lines: bytes) -> dict[str, float | str]:
    """Close a graph in this process."""
    reasoner = Reasoner()
    reasoner.add(lines)
    start = time.process_time()
    closure = reasoner.close()
    return {
        "cpu_s": time.process_time() - start,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "statements": reasoner.inferred_count,
        "message": str(closure.incomplete or ""),
    }


def lubm_lines(folder: Path) -> bytes:
    """Return LUBM-1 with its ontology as N-Triples."""
    store = ox.Store()
    store.load(path=folder / "univ-bench.ttl")
    ontology = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""
    return ontology + "".join(lubm.universities(1)).encode()


def measure(file: Path) -> dict[str, float | str]:
    """Close a file in a child process."""
    command = [sys.executable, __file__, "--close", str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float | str] = json.loads(done.stdout)
    return result


def command_mib(arguments: list[str], cache: Path) -> tuple[float, float]:
    """Run ipgraph; return the peak of its largest process, and CPU seconds."""
    program = (
        "import json, resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([used.ru_maxrss / 1024, used.ru_utime + used.ru_stime]))\n"
    )
    command = [sys.executable, "-c", program, sys.executable, "-m", "ipgraph", *arguments]
    environment = {**os.environ, "IPGRAPH_CACHE": str(cache)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    mib, cpu_s = json.loads(done.stdout)
    return mib, cpu_s


def verdict(*, is_met: bool) -> str:
    """Return how a value compares with its limit."""
    return "ok" if is_met else "MISSED"


def main() -> None:
    """Measure all cases, or one of them in a child process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lubm", type=Path, help="folder with univ-bench.ttl")
    parser.add_argument("--commands", action="store_true", help="measure whole commands as well")
    parser.add_argument("--close", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.close:
        print(json.dumps(close(arguments.close.read_bytes())))
        return
    if not arguments.lubm:
        parser.error("Give --lubm.")
    with tempfile.TemporaryDirectory() as folder:
        run(arguments.lubm, Path(folder), with_commands=arguments.commands)


def run(lubm_folder: Path, work: Path, *, with_commands: bool) -> None:
    """Measure all cases and print a line for each."""
    file = work / "lubm.nt"
    file.write_bytes(lubm_lines(lubm_folder))
    figures = [measure(file) for _ in range(3)]
    limit_us = min(float(row["cpu_s"]) / int(row["statements"]) for row in figures) * 1e6
    print(f"LUBM-1: {limit_us:.2f} µs for a statement")
    for name, count in CASES:
        file = work / f"{name}-{count}.nt"
        file.write_text(GRAPHS[name](count), encoding="utf-8")
        row = measure(file)
        statements, mib = int(row["statements"]), float(row["mib"])
        cost_us = float(row["cpu_s"]) / max(1, statements) * 1e6
        is_cheap = row["message"] or name in _NOT_COMPARED or cost_us <= limit_us
        is_met = mib <= LIMIT_MIB and bool(is_cheap)
        print(
            f"{name:11} {count:7,} {row['cpu_s']:6.2f} s {mib:5.0f} MiB {statements:10,} statements"
            f" {cost_us:6.2f} µs: {verdict(is_met=is_met)} {row['message']}",
            flush=True,
        )
        if with_commands:
            for command in (["build", str(file)], ["query", "--store", str(file), _COUNT]):
                mib, cpu_s = command_mib(command, work / f"cache-{name}-{count}")
                ok = verdict(is_met=mib <= COMMAND_LIMIT_MIB)
                print(f"  {command[0]:6} {cpu_s:6.1f} s {mib:5.0f} MiB: {ok}", flush=True)


if __name__ == "__main__":
    main()
