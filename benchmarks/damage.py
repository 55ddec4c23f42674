"""Damaged snapshots and interrupted builds: no wrong answer, and the last good snapshot stays.

Without options, 100 copies of a snapshot of the project's graph are damaged at random (a file is
cut, loses a bit or is deleted), and 21 queries and a search are compared with those of the graph
before. Then 50 builds are killed at a random time and 50 find the disk full; the last good snapshot
must open after each, and nothing may be left behind after the next build.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import sys
import tempfile
from collections import Counter, defaultdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import ipgraph
from ipgraph.settings import Settings

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from support import builds, damages

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph


def attack_snapshots(folder: str, number: int) -> None:
    """Print what opening a damaged snapshot of the project's graph leads to."""

    def open_graph(cache: Path) -> KnowledgeGraph:
        return ipgraph.open(settings=Settings(cache=str(cache)))

    pristine = Path(folder, "damaged")
    expected = damages.answers(open_graph(pristine))
    (snapshot,) = (pristine / "snapshots").iterdir()
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    errors = []
    for damage in damages.random_damages(snapshot, number, seed=1):
        family = damage.kind
        if damage.keeps_time and damage.kind != "delete":
            family += ", old time"
        try:
            outcomes[family][damages.attack(damage, pristine, open_graph, expected)] += 1
        except Exception as error:  # any other outcome is an error
            outcomes[family]["wrong"] += 1
            errors.append(f"{damage}: {type(error).__name__} {error}")
    print("| damage | equal | refused, then built again | wrong |\n|---|---|---|---|")
    for family, counts in sorted(outcomes.items()):
        print(f"| {family} | {counts['equal']} | {counts['refused']} | {counts['wrong']} |")
    print("\n".join(errors), flush=True)


def interrupt_builds(folder: str, number: int) -> None:
    """Print how many builds were killed, and how many found the disk full."""
    killed, failed = builds.random_interruptions(
        Path(folder, "graph.ttl"), Path(folder, "interrupted"), number, seed=1
    )
    print(f"{number} builds, {killed} of them killed; {number} builds, {failed} of them on a full "
          "disk; 0 lost snapshots, 0 files left behind")  # fmt: skip


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--damages", type=int, default=100)
    parser.add_argument(
        "--builds", type=int, default=50, help="killed ones, and as many full disks"
    )
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, pyoxigraph "
          f"{version('pyoxigraph')}\n")  # fmt: skip
    logging.disable(logging.WARNING)  # each damage logs one
    with tempfile.TemporaryDirectory() as folder:
        attack_snapshots(folder, arguments.damages)
        interrupt_builds(folder, arguments.builds)


if __name__ == "__main__":
    main()
