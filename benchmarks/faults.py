"""Clients of a service whose processes are killed, suspended or whose graph is replaced.

    python benchmarks/faults.py [--attacks 60] [--reloads 200] [--clients 8]

`ipgraph serve` runs in its own process over a small graph; the clients know the right answers, and
one asks `/health` every 100 ms. The first table is about the processes of the service, attacked one
after the other, each when the service is well again. The second is about reloads by SIGHUP: the
clients ask for the number in the graph and must never see one that is older than the last
reload that ended before they asked; descriptors and memory are those of the web process.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from support.process_attacks import VICTIMS, Clients, attack
from support.served import Served

COUNT = "/sparql?query=SELECT(COUNT(*)AS%20%3Fn)%7B%3Fs%20%3Fp%20%3Fo%7D"
NUMBER = "/sparql?format=csv&query=SELECT(MAX(%3Fo)AS%20%3Fn)%7B%3Fs%20%3Curn:b%3E%20%3Fo%7D"
TRIPLES = 3000


def write_number(folder: Path, number: int) -> None:
    """Write the graph; its only changing statement is the number."""
    (folder / "number.ttl").write_text(f"<urn:a> <urn:b> {number} .", encoding="utf-8")


def kill_processes(folder: Path, attacks: int, clients_number: int) -> None:
    """Attack the processes of a service and print what the clients saw."""
    chosen = random.Random(1)
    right = [b"n", str(TRIPLES + 1).encode()]
    print("| attack | times | longest time without an answer (s) | 503 | wrong answers "
          "| wrong health |\n|---|---|---|---|---|---|")  # fmt: skip
    with Served(folder, folder.parent / "cache") as served:
        for victim in VICTIMS:
            clients = Clients(
                served.port, COUNT, lambda body: body.split() == right, clients_number
            )
            outages = []
            with clients.asking() as seen:
                for _ in range(attacks // len(VICTIMS)):
                    begun = time.monotonic()
                    attack(victim, served.process.pid, chosen)
                    time.sleep(1)
                    while not (seen.health and seen.health[-1].is_right):
                        time.sleep(0.05)
                    time.sleep(0.5)
                    outages.append(seen.longest_outage_s(begun))
            print(f"| {victim} | {len(outages)} | {max(outages):.2f} | {len(seen.refusals)} of "
                  f"{len(seen.answers)} | {len(seen.wrong)} | {len(seen.wrong_health())} |",
                  flush=True)  # fmt: skip
            for item in seen.wrong[:5]:
                print(f"  wrong: {item}")


def reload_graphs(folder: Path, reloads: int, clients_number: int) -> None:
    """Reload a graph under load and print what the clients saw, descriptors and memory."""
    with Served(folder, folder.parent / "cache-2") as served:
        pid = served.process.pid
        loaded = [0]  # the number of the last reload that has ended
        failures: Counter[str] = Counter()
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                least = loaded[0]
                try:
                    found = int(served.get(NUMBER + f"%20%23{random.random()}").split()[1])
                    again = int(served.get(NUMBER).split()[1])
                except Exception as error:  # any error: a failed request is counted
                    failures[f"failed: {error}"] += 1
                    continue
                if min(found, again) < least:
                    failures["stale"] += 1
                failures["requests"] += 2

        threads = [threading.Thread(target=ask) for _ in range(clients_number)]
        for thread in threads:
            thread.start()
        descriptors, resident_mib = [], []
        for number in range(1, reloads + 1):
            write_number(folder, number)
            os.kill(pid, signal.SIGHUP)
            served.wait_for("Reloaded.")
            loaded[0] = number
            descriptors.append(len(os.listdir(f"/proc/{pid}/fd")))
            resident_mib.append(served.resident_kib / 1024)
        stop.set()
        for thread in threads:
            thread.join()
    half = resident_mib[len(resident_mib) // 2 :]
    snapshots = len([*(folder.parent / "cache-2" / "snapshots").iterdir()])
    print(f"\n{reloads} reloads, {dict(failures)}; descriptors: median of the first half "
          f"{statistics.median(descriptors[: reloads // 2]):.0f}, of the second "
          f"{statistics.median(descriptors[reloads // 2 :]):.0f}; memory of the second half "
          f"{min(half):.0f} to {max(half):.0f} MiB; {snapshots} snapshots kept")  # fmt: skip


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attacks", type=int, default=60)
    parser.add_argument("--reloads", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "rdf")
        folder.mkdir()
        lines = [f"<urn:{n}> <urn:p> <urn:{n + 1}> ." for n in range(TRIPLES)]
        (folder / "graph.nt").write_text("\n".join(lines), encoding="utf-8")
        write_number(folder, 0)
        if arguments.attacks:
            kill_processes(folder, arguments.attacks, arguments.clients)
        if arguments.reloads:
            reload_graphs(folder, arguments.reloads, arguments.clients)


if __name__ == "__main__":
    main()
