"""Compare the service with rdflib-endpoint and Oxigraph's server: queries per second over HTTP.

    python -m venv peers && peers/bin/pip install oxigraph rdflib-endpoint uvicorn
    python benchmarks/service.py --peers peers/bin [--seconds 2] [--rounds 3]

Needs `wrk` (package wrk) as the client. All servers run at the same time with the merge of this
project's graph and are measured alternately, one at a time; the figures are medians of the rounds.
"unique": every query text is different because of a comment; "repeated": one text. Prints the rates
and ratios, and the p99 of short queries while 8 clients send long-running queries without pause.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import platform
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import ipgraph

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERY = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT %d"
LONG_QUERY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
CLIENT = """
local n = tonumber(os.getenv("START"))
local path, unique = os.getenv("QUERY_PATH"), os.getenv("UNIQUE") == "1"
request = function()
  n = n + 1
  local tail = unique and ("%20%23" .. n) or ""
  return wrk.format("GET", path .. tail, {["Accept"] = "application/sparql-results+json"})
end
"""
PATHS = {"ipgraph": "/sparql?query=", "oxigraph": "/query?query=", "rdflib-endpoint": "/?query="}
CONNECTIONS = (1, 8, 64)
PORTS: dict[str, int] = {}  # of the servers, free ports at the start of the run
SERVE_SCRIPT = """
import ipgraph, sys
from ipgraph.server.lifecycle import serve
from ipgraph.settings import load
settings = load({"port": int(sys.argv[1])})
serve(ipgraph.open(settings=settings), settings)
"""


Case = tuple[int, bool, int]  # rows, whether texts are unique, connections


@contextlib.contextmanager
def running(name: str, command: list[str]) -> Iterator[None]:
    """Run a server until the block ends; it is ready when it responds to a query."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    if request(PORTS[name], PATHS[name] + quote("ASK {}"))[0] == 200:
                        break
                time.sleep(0.1)
            yield
        finally:
            process.terminate()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def commands(peers: Path, folder: Path) -> dict[str, list[str]]:
    """Return the commands that start the servers with the same triples."""
    PORTS.update({name: free_port() for name in PATHS})
    data, store = folder / "g.nt", folder / "store"
    ipgraph.open().export(data)
    oxigraph = str(peers / "oxigraph")
    for command, *options in (["load", "--file", str(data)], ["optimize"]):
        subprocess.run([oxigraph, command, "--location", store, *options], check=True,
                       capture_output=True)  # fmt: skip
    return {
        "ipgraph": [sys.executable, "-c", SERVE_SCRIPT, str(PORTS["ipgraph"])],
        "oxigraph": [oxigraph, "serve-read-only", "--location", str(store), "--bind",
                     f"127.0.0.1:{PORTS['oxigraph']}"],
        "rdflib-endpoint": [str(peers / "rdflib-endpoint"), "serve", str(data), "--port",
                            str(PORTS["rdflib-endpoint"]), "--host", "127.0.0.1"],
    }  # fmt: skip


def request(port: int, path: str) -> tuple[int, float]:
    """Return status and seconds of one request on a new connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    start = time.perf_counter()
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Accept": "application/sparql-results+json"})
        response = connection.getresponse()
        response.read()
        return response.status, time.perf_counter() - start


def rate(script: Path, name: str, case: Case, seconds: float) -> float:
    """Return the requests per second by wrk; raise `SystemExit` if any request failed."""
    rows, unique, connections = case
    environment = os.environ | {
        "START": str(random.randrange(10**9)),
        "QUERY_PATH": PATHS[name] + quote(QUERY % rows),
        "UNIQUE": "1" if unique else "0",
    }
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}", "--timeout", "30"]
    command += ["-s", str(script), f"http://127.0.0.1:{PORTS[name]}"]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    found = re.search(r"Requests/sec:\s*([0-9.]+)", run.stdout)
    if not found or "Non-2xx" in run.stdout or "Socket errors" in run.stdout:
        raise SystemExit(f"{name}, {rows} rows, {connections} connections:\n{run.stdout}")
    return float(found[1])


def under_attack(seconds: float) -> tuple[float, float, int, int]:
    """Return the p99 in ms without and with 8 long-running queries, requests sent, and failures."""
    port, path = PORTS["ipgraph"], PATHS["ipgraph"]

    def sample() -> tuple[list[float], int]:
        times_ms, failed, deadline = [], 0, time.monotonic() + seconds
        while time.monotonic() < deadline:
            status, elapsed_s = request(port, path + quote(f"{QUERY % 21} #{random.random()}"))
            times_ms.append(elapsed_s * 1000)
            failed += status != 200
        return sorted(times_ms), failed

    stop = threading.Event()

    def attack() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):  # the end of the run
                request(port, path + quote(f"{LONG_QUERY} #{random.random()}"))

    quiet, _ = sample()
    attackers = [threading.Thread(target=attack, daemon=True) for _ in range(8)]
    for attacker in attackers:
        attacker.start()
    time.sleep(1)
    loud, failed = sample()
    stop.set()
    return quiet[len(quiet) * 99 // 100], loud[len(loud) * 99 // 100], len(loud), failed


def measure(script: Path, seconds: float, rounds: int) -> dict[tuple[str, Case], float]:
    """Return the median rate by server and case; servers alternate."""
    cases = [(rows, unique, connections) for rows in (21, 1000) for unique in (True, False)
             for connections in CONNECTIONS]  # fmt: skip
    medians = {}
    for case in cases:
        rates: dict[str, list[float]] = {name: [] for name in PORTS}
        for _ in range(rounds):
            for name in PORTS:
                rates[name].append(rate(script, name, case, seconds))
        medians |= {(name, case): statistics.median(values) for name, values in rates.items()}
    return medians


def show(medians: dict[tuple[str, Case], float]) -> None:
    """Print the rates and the ratios between servers."""
    print("| server | rows | text | 1 connection | 8 | 64 |\n|---|---|---|---|---|---|")
    for name in PORTS:
        for rows in (21, 1000):
            for unique in (True, False):
                cells = (f"{medians[name, (rows, unique, count)]:,.0f}" for count in CONNECTIONS)
                text = "unique" if unique else "repeated"
                print(f"| {name} | {rows} | {text} | {' | '.join(cells)} |")
    print("\n| ratio | rows | 1 connection | 8 | 64 |\n|---|---|---|---|---|")
    for rows in (21, 1000):
        for label, above, below in (
            ("unique, to rdflib-endpoint", ("ipgraph", True), ("rdflib-endpoint", True)),
            ("unique, to oxigraph", ("ipgraph", True), ("oxigraph", True)),
            ("repeated, to oxigraph", ("ipgraph", False), ("oxigraph", False)),
            ("repeated, to unique", ("ipgraph", False), ("ipgraph", True)),
        ):
            ratios = [
                medians[above[0], (rows, above[1], count)]
                / medians[below[0], (rows, below[1], count)]
                for count in CONNECTIONS
            ]
            print(f"| {label} | {rows} | {' | '.join(f'{ratio:.2f}' for ratio in ratios)} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, required=True, help="bin folder of the other servers")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, "
          f"pyoxigraph {version('pyoxigraph')}, waitress {version('waitress')}")  # fmt: skip
    for peer in ("oxigraph", "rdflib-endpoint"):
        package = subprocess.run([arguments.peers / "pip", "show", peer], capture_output=True,
                              text=True, check=True)  # fmt: skip
        print(" ".join(package.stdout.split()[:4]))
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        script = folder / "client.lua"
        script.write_text(CLIENT, encoding="ascii")
        for server, command in commands(arguments.peers, folder).items():
            stack.enter_context(running(server, command))
        show(measure(script, arguments.seconds, arguments.rounds))
        quiet, loud, sent, failed = under_attack(arguments.seconds * 4)
        print(f"\np99 of short queries: {quiet:.1f} ms, with 8 long-running queries {loud:.1f} ms "
              f"({loud / quiet:.2f}), {sent} sent, {failed} failed")  # fmt: skip


if __name__ == "__main__":
    main()
