"""Time `ipgraph query` on a built snapshot against the imports that it needs at least.

    python benchmarks/command_line.py [--runs 21]

Runs both alternately with this Python, and prints the medians and the median ratio of the pairs.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

QUERY = "SELECT ?unit { ?unit org:unitOf id:ip }"
QUERY_COMMAND = [str(Path(sys.executable).with_name("ipgraph")), "query", QUERY]
IMPORT_COMMAND = [sys.executable, "-c", "import click, pyoxigraph"]


def seconds(command: list[str]) -> float:
    """Return the wall time of one run of `command`."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Time ipgraph query on a built snapshot.")
    parser.add_argument("--runs", type=int, default=21)
    runs = parser.parse_args().runs
    seconds(QUERY_COMMAND)  # builds a missing snapshot
    pairs = [(seconds(QUERY_COMMAND), seconds(IMPORT_COMMAND)) for _ in range(runs)]
    query_ms, import_ms = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    ratio = statistics.median(query / imports for query, imports in pairs)
    print(f"ipgraph query            {query_ms:7.1f} ms")
    print(f"import click, pyoxigraph {import_ms:7.1f} ms")
    print(f"median ratio of pairs    {ratio:7.2f}  ({runs} pairs)")


if __name__ == "__main__":
    main()
