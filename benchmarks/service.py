"""Compare the service with rdflib-endpoint and Oxigraph's own server: queries a second over HTTP.

    python -m venv peers && peers/bin/pip install oxigraph rdflib-endpoint uvicorn
    python benchmarks/service.py --peers peers/bin [--seconds 3]

Needs `wrk` (package wrk) as the client. All serve the merge of this project's graph; each server
runs alone while it is measured, and all in one run. "once": every query text is sent once, told
apart by a comment; "again": one text. Prints a table, and with `--quiet-ratio` how the slowest of
a hundred short queries fares while 8 clients send runaways without pause.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import platform
import random
import re
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
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
CLIENT = """
local n = tonumber(os.getenv("START"))
local path, once = os.getenv("QUERY_PATH"), os.getenv("ONCE") == "1"
request = function()
  n = n + 1
  local tail = once and ("%20%23" .. n) or ""
  return wrk.format("GET", path .. tail, {["Accept"] = "application/sparql-results+json"})
end
"""
PORT = 8765
OURS = """
import ipgraph, sys
from ipgraph.server.serving import serve
from ipgraph.settings import load
settings = load({"port": int(sys.argv[1])})
serve(ipgraph.open(settings=settings), settings)
"""


@contextlib.contextmanager
def served(command: list[str], path: str) -> Iterator[None]:
    """Run a server until the block ends; it is ready when it answers a query."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    if timed(path + quote("ASK {}"))[0] == 200:
                        break
                time.sleep(0.1)
            yield
        finally:
            process.terminate()


def timed(path: str) -> tuple[int, float]:
    """Return status and seconds of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    start = time.perf_counter()
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Accept": "application/sparql-results+json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - start


def rate(script: str, path: str, connections: int, seconds: float, *, once: bool) -> str:
    """Return the requests a second that wrk counts; a star marks errors among them."""
    environment = os.environ | {
        "START": str(random.randrange(10**9)),
        "QUERY_PATH": path,
        "ONCE": "1" if once else "0",
    }
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}", "--timeout", "30"]
    command += ["-s", script, f"http://127.0.0.1:{PORT}"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    found = re.search(r"Requests/sec:\s*([0-9.]+)", done.stdout)
    bad = "Non-2xx" in done.stdout or "Socket errors" in done.stdout
    return f"{float(found[1]) if found else 0:,.0f}{'*' if bad else ''}"


def under_attack(seconds: float) -> tuple[float, float, int, int]:
    """Return the quiet p99 and that under 8 runaways in ms, requests sent, and failures."""
    path = "/sparql?query="

    def sample() -> tuple[list[float], int]:
        times, failed, deadline = [], 0, time.monotonic() + seconds
        while time.monotonic() < deadline:
            text = f"{QUERY % 21} #{random.random()}"
            status, taken = timed(path + quote(text))
            times.append(taken * 1000)
            failed += status != 200
        return sorted(times), failed

    stop = threading.Event()

    def attack() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):  # the end of the run
                timed(path + quote(f"{RUNAWAY} #{random.random()}"))

    quiet, _ = sample()
    attackers = [threading.Thread(target=attack, daemon=True) for _ in range(8)]
    for each in attackers:
        each.start()
    time.sleep(1)
    loud, failed = sample()
    stop.set()
    return quiet[len(quiet) * 99 // 100], loud[len(loud) * 99 // 100], len(loud), failed


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, required=True, help="bin folder of the peers")
    parser.add_argument("--seconds", type=float, default=3)
    arguments = parser.parse_args()
    oxigraph, endpoint = arguments.peers / "oxigraph", arguments.peers / "rdflib-endpoint"
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, "
          f"pyoxigraph {version('pyoxigraph')}, waitress {version('waitress')}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        data, store, script = Path(folder, "g.nt"), Path(folder, "store"), Path(folder, "c.lua")
        ipgraph.open().export(data)
        script.write_text(CLIENT, encoding="ascii")
        for step in (["load", "--file", str(data)], ["optimize"]):
            subprocess.run([oxigraph, step[0], "--location", store, *step[1:]], check=True,
                           capture_output=True)  # fmt: skip
        servers = {
            "ipgraph": ([sys.executable, "-c", OURS, str(PORT)], "/sparql?query="),
            "oxigraph": ([str(oxigraph), "serve-read-only", "--location", str(store), "--bind",
                          f"127.0.0.1:{PORT}"], "/query?query="),
            "rdflib-endpoint": ([str(endpoint), "serve", str(data), "--port", str(PORT), "--host",
                                 "127.0.0.1"], "/?query="),
        }  # fmt: skip
        print("| server | rows | text | 1 connection | 8 | 64 |\n|---|---|---|---|---|---|")
        for name, (command, path) in servers.items():
            with served(command, path):
                for rows in (21, 1000):
                    for once in (True, False):
                        figures = [
                            rate(str(script), path + quote(QUERY % rows), each, arguments.seconds,
                                 once=once) for each in (1, 8, 64)
                        ]  # fmt: skip
                        cells = " | ".join(figures)
                        print(f"| {name} | {rows} | {'once' if once else 'again'} | {cells} |",
                              flush=True)  # fmt: skip
        with served(*servers["ipgraph"]):
            quiet, loud, sent, failed = under_attack(arguments.seconds * 4)
            print(f"p99 of short queries: quiet {quiet:.1f} ms, under 8 runaways {loud:.1f} ms, "
                  f"{sent} sent, {failed} failed")  # fmt: skip


if __name__ == "__main__":
    main()
