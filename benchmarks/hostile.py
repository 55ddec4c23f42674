"""Hostile requests: how far they exceed the time limit here, and what they do without protection.

The requests are those of the tests. Without options they are sent one after the other to the
service over a graph of 4,000 triples, with a time limit of one second; a table shows the slowest
request of each family and by how much it exceeds the limit. With ``--unprotected`` they go to a
target without protection instead: pyoxigraph's engine, rdflib's engine, or an endpoint of a hundred
lines on top of them. A target without a response after ``--timeout`` seconds counts as hung.

With ``--documents`` the attacks are files instead, which ``ipgraph build`` reads under a limit of
30 s and the default limit of memory, or with ``--unprotected`` a process that only loads them with
pyoxigraph.

With ``--connections`` slow clients hold connections, and raw requests try to hide others; with
``--build FOLDER`` those attack the service of another checkout.
"""

from __future__ import annotations

import argparse
import http.client
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pyoxigraph as ox

from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.server import create_app
from ipgraph.server.transport import listening
from ipgraph.settings import Settings
from ipgraph.snapshots.limits import BuildLimits
from ipgraph.store.local import LocalStore

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import hostile_clients

from support import hostile_bank, hostile_documents, unprotected

TRIPLES = 4000
LIMIT_S = 1.0
BUILD_LIMIT_S = 30.0


def bank(sentinel: unprotected.Sentinel, folder: str) -> list[hostile_bank.Attack]:
    """Return all attacks, with an existing listener and file as their targets."""
    canary = Path(folder, "secret.ttl")
    canary.write_text(f'<a:a> <a:b> "{hostile_bank.CANARY}" .', encoding="utf-8")
    return hostile_bank.bank(sentinel.address, str(canary))


def time_attack(port: int, attack: hostile_bank.Attack) -> tuple[float, str]:
    """Return the milliseconds from the request to the last byte, and the error or nothing."""
    body = attack.full_body()  # generated before the clock starts: large bodies take long
    start = time.perf_counter()
    try:
        if attack.method == "hold":
            with attack.hold(port):
                start = time.perf_counter()
                request = hostile_bank.get("neighbor", "/sparql?query=ASK%7B%7D", 200)
                error = send(port, request)
        else:
            error = send(port, attack, body)
    except (http.client.IncompleteRead, ConnectionError):
        error = "" if attack.cut else "the response is incomplete"
    return (time.perf_counter() - start) * 1000, error


def send(port: int, attack: hostile_bank.Attack, body: bytes | str | None = None) -> str:
    """Send an attack and read the response; return what is wrong with it, or nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with closing(connection):
        connection.request(attack.method, attack.path, body, attack.headers)
        response = connection.getresponse()
        return attack.fault(response.status, response.headers, response.read())


def protected(folder: str) -> None:
    """Print how the service handles the attacks."""
    engine = ox.Store()
    engine.bulk_extend(unprotected.quads(TRIPLES // 2))
    settings = Settings(
        port=0, query_time_limit_s=LIMIT_S, query_memory_limit_mib=256, result_limit_mib=16
    )
    app = create_app(KnowledgeGraph(settings, external=LocalStore(engine)), settings)
    server = listening.make(app, settings)
    threading.Thread(target=server.run, daemon=True).start()
    sentinel = unprotected.Sentinel()
    port = server.port
    send(port, hostile_bank.get("warm-up", "/sparql?query=ASK%7B%7D", 200))
    times_ms, errors = defaultdict(list), []
    for attack in bank(sentinel, folder):
        elapsed_ms, error = time_attack(port, attack)
        times_ms[attack.family].append(elapsed_ms)
        if error:
            errors.append(f"{attack.name}: {error}")
    print("| family | requests | slowest (ms) | over the limit (ms) |\n|---|---|---|---|")
    for family, elapsed in times_ms.items():
        over = max(0.0, max(elapsed) - LIMIT_S * 1000)
        print(f"| {family} | {len(elapsed)} | {max(elapsed):.0f} | {over:.0f} |")
    excess = sorted(
        max(0.0, elapsed_ms - LIMIT_S * 1000)
        for elapsed in times_ms.values()
        for elapsed_ms in elapsed
    )
    print(f"\n{len(excess)} requests of {len(times_ms)} families: over the limit of {LIMIT_S:g} s "
          f"by {excess[-1]:.0f} ms at most, p99 {excess[len(excess) * 99 // 100]:.0f} ms; "
          f"{len(errors)} wrong responses, {sentinel.visits} leaked requests")  # fmt: skip
    print("\n".join(errors))
    server.end()
    server.shut_down(5)
    app.close()


def without_protection(folder: str, timeout_s: float) -> None:
    """Print what the attacks do to targets without protection."""

    def attack_peer(name: str) -> list[tuple[hostile_bank.Attack, str]]:
        sentinel = unprotected.Sentinel()
        peer = unprotected.peers(TRIPLES // 2)[name]
        own = Path(folder, name)
        own.mkdir()
        attacks = [attack for attack in bank(sentinel, str(own)) if attack.peer == name]
        outcomes = [(attack, peer.outcome_of(attack, timeout_s, sentinel)) for attack in attacks]
        peer.close()
        return outcomes

    with ThreadPoolExecutor() as threads:
        names = ("oxigraph", "rdflib", "endpoint")
        outcomes = [pair for pairs in threads.map(attack_peer, names) for pair in pairs]
    families = defaultdict(Counter)
    for attack, outcome in outcomes:
        families[attack.family, attack.peer][outcome or "unharmed"] += 1
    print("| family | target | outcome |\n|---|---|---|")
    for (family, peer), counts in families.items():
        cells = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
        print(f"| {family} | {peer} | {cells} |")
    unexpected = [attack.name for attack, outcome in outcomes if outcome not in attack.outcomes]
    print(f"\n{len(outcomes)} requests of {len(families)} families; {len(unexpected)} with another "
          "outcome than expected")  # fmt: skip
    print("\n".join(unexpected))


_LOAD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
import pyoxigraph
pyoxigraph.Store().load(path=sys.argv[1], base_iri="http://e/")
"""


def build(file: Path, folder: str, timeout_s: float | None) -> tuple[str, float, int, str]:
    """Return the outcome of a build, its seconds, its peak memory in MiB, and its last line."""
    command = [sys.executable, "-W", "ignore", "-m", "ipgraph", "--cache", folder, "build", file]
    if timeout_s is not None:
        command = [sys.executable, "-c", _LOAD, file]
    started = time.perf_counter()
    with tempfile.TemporaryFile() as printed:
        environment = {**os.environ, "IPGRAPH_BUILD_TIME_LIMIT_S": str(BUILD_LIMIT_S)}
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=printed, env=environment
        )
        timer = threading.Timer(timeout_s or 3600, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        seconds = time.perf_counter() - started
        printed.seek(0)
        lines = printed.read().decode("utf-8", "replace").splitlines()
    code = os.waitstatus_to_exitcode(status)
    outcome = {0: "loaded", 1: "refused", -signal.SIGKILL: "hung"}.get(code, "died")
    message = next((line for line in lines if line.startswith("ipgraph: ")), "")
    if timeout_s is None and outcome == "refused":
        outcome = "stopped" if " was stopped: " in message else "refused" if message else "died"
    return outcome, seconds, usage.ru_maxrss >> 10, message


def attack_builds(folder: str, timeout_s: float | None) -> None:
    """Print what documents do to builds, or with a time to processes that only load them."""
    unexpected, outcomes, slowest = [], Counter(), defaultdict(float)
    print("| document | MiB | outcome | s | bound (s) | peak (MiB) |\n|---|---|---|---|---|---|")
    for document in hostile_documents.documents():
        file = Path(folder, "hostile" + document.suffix)
        file.write_bytes(document.content())
        size = file.stat().st_size
        outcome, seconds, peak_mib, message = build(file, folder, timeout_s)
        bound_s = BuildLimits(BUILD_LIMIT_S).time_s(size)
        figures = f"{outcome} | {seconds:.1f} | {bound_s:.0f} | {peak_mib:,}"
        print(f"| {document.name} | {size / (1 << 20):.2f} | {figures} |", flush=True)
        outcomes[outcome] += 1
        slowest[document.family] = max(slowest[document.family], seconds)
        if outcome not in document.outcomes or document.message not in message:
            unexpected.append(f"{document.name}: {outcome} {message}")
        if seconds > bound_s + LIMIT_S:  # the command itself starts and ends
            unexpected.append(f"{document.name}: {seconds:.0f} s")
    print("\n" + ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common()))
    print("slowest: " + ", ".join(f"{family} {s:.1f} s" for family, s in slowest.items()))
    if timeout_s is None:
        print(f"{len(unexpected)} with another outcome than expected", *unexpected, sep="\n")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--unprotected", action="store_true", help="attack targets without protection"
    )
    parser.add_argument(
        "--timeout", type=float, default=10, help="seconds until a target counts as hung"
    )
    parser.add_argument(
        "--connections", type=int, default=0, help="attack with so many slow clients"
    )
    parser.add_argument("--seconds", type=float, default=15, help="how long to attack with them")
    parser.add_argument(
        "--build", default=str(Path(__file__).parent.parent), help="the checkout to attack"
    )
    parser.add_argument("--documents", action="store_true", help="attack builds with files")
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, pyoxigraph "
          f"{version('pyoxigraph')}, rdflib {version('rdflib')}\n")  # fmt: skip
    if arguments.connections:
        hostile_clients.connections(arguments.build, arguments.connections, arguments.seconds)
        hostile_clients.headers(arguments.build)
        return
    with tempfile.TemporaryDirectory() as folder:
        if arguments.documents:
            attack_builds(folder, arguments.timeout if arguments.unprotected else None)
        elif arguments.unprotected:
            without_protection(folder, arguments.timeout)
        else:
            protected(folder)


if __name__ == "__main__":
    main()
