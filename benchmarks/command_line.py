"""Time `ipgraph query` on a built snapshot against the imports that it cannot do without.

    python benchmarks/command_line.py [--runs 21]

Runs the two in turn in the environment of this Python, and prints medians and the ratio of pairs.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

QUERY = "SELECT ?unit { ?unit org:unitOf id:ip }"
ASKED = [str(Path(sys.executable).with_name("ipgraph")), "query", QUERY]
FLOOR = [sys.executable, "-c", "import click, pyoxigraph"]


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
    seconds(ASKED)  # builds the snapshot where it is missing
    pairs = [(seconds(ASKED), seconds(FLOOR)) for _ in range(runs)]
    asked, floor = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"ipgraph query            {asked:7.1f} ms")
    print(f"import click, pyoxigraph {floor:7.1f} ms")
    print(f"ratio of pairs, median   {ratio:7.2f}  ({runs} runs each, in turn)")


if __name__ == "__main__":
    main()
