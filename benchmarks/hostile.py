"""Hostile requests: how long past its limit each takes here, and what it does to the unprotected.

The bank is that of the tests. Without options every request is sent, one after the other, to the
service over a graph of 4,000 triples, its limit on time being one second; a table says for each
family how long its slowest took, and how far past the limit that is. With ``--unprotected`` every
request goes to a peer without protection instead: pyoxigraph's engine, rdflib's engine, or an
endpoint of a hundred lines over them; one that is not done after ``--patience`` seconds has hung.
"""

from __future__ import annotations

import argparse
import http.client
import os
import platform
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
from ipgraph.server import create_app, front_of
from ipgraph.server.transport import server as http_server
from ipgraph.settings import Settings
from ipgraph.store.local import LocalStore

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from support import hostile_bank, unprotected

TRIPLES = 4000
LIMIT_S = 1.0


def bank(sentinel: unprotected.Sentinel, folder: str) -> list[hostile_bank.Attack]:
    """Return every attack, on a listener and a file that are there."""
    canary = Path(folder, "secret.ttl")
    canary.write_text(f'<a:a> <a:b> "{hostile_bank.CANARY}" .', encoding="utf-8")
    return hostile_bank.bank(sentinel.address, str(canary))


def timed(port: int, attack: hostile_bank.Attack) -> tuple[float, str]:
    """Return the milliseconds from the request to the last byte, and what is wrong."""
    body = attack.sent()  # a giant one takes its time to be made
    began = time.perf_counter()
    try:
        if attack.method == "hold":
            with attack.hold(port):
                began = time.perf_counter()
                fault = asked(port, hostile_bank.get("a neighbour", "/sparql?query=ASK%7B%7D", 200))
        else:
            fault = asked(port, attack, body)
    except (http.client.IncompleteRead, ConnectionError):
        fault = "" if attack.cut else "the answer breaks off"
    return (time.perf_counter() - began) * 1000, fault


def asked(port: int, attack: hostile_bank.Attack, body: bytes | str | None = None) -> str:
    """Send an attack and read its answer; return what is wrong with it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with closing(connection):
        connection.request(attack.method, attack.path, body, attack.headers)
        answer = connection.getresponse()
        return attack.fault(answer.status, answer.headers, answer.read())


def protected(folder: str) -> None:
    """Print what the service makes of the bank."""
    engine = ox.Store()
    engine.bulk_extend(unprotected.quads(TRIPLES // 2))
    settings = Settings(
        port=0, query_time_limit_s=LIMIT_S, query_memory_limit_mib=256, answer_limit_mib=16
    )
    front = front_of(create_app(KnowledgeGraph(settings, external=LocalStore(engine)), settings))
    server = http_server.make(front, settings)
    threading.Thread(target=server.run, daemon=True).start()
    sentinel = unprotected.Sentinel()
    port = server.effective_port
    asked(port, hostile_bank.get("the first", "/sparql?query=ASK%7B%7D", 200))
    taken, faults = defaultdict(list), []
    for attack in bank(sentinel, folder):
        elapsed_ms, fault = timed(port, attack)
        taken[attack.family].append(elapsed_ms)
        if fault:
            faults.append(f"{attack.name}: {fault}")
    print("| family | requests | slowest (ms) | past the limit (ms) |\n|---|---|---|---|")
    for family, each in taken.items():
        over = max(0.0, max(each) - LIMIT_S * 1000)
        print(f"| {family} | {len(each)} | {max(each):.0f} | {over:.0f} |")
    every = sorted(max(0.0, each - LIMIT_S * 1000) for some in taken.values() for each in some)
    print(f"\n{len(every)} requests of {len(taken)} families: past the limit of {LIMIT_S:g} s by "
          f"{every[-1]:.0f} ms at most, {every[len(every) * 99 // 100]:.0f} ms at the 99th "
          f"percentile; {len(faults)} wrong answers, {sentinel.visits} visitors")  # fmt: skip
    print("\n".join(faults))
    server.end()
    server.task_dispatcher.shutdown(timeout=5)
    front.close()


def without_protection(folder: str, patience_s: float) -> None:
    """Print what every request of the bank does to its peer."""

    def fates(name: str) -> list[tuple[hostile_bank.Attack, str]]:
        sentinel = unprotected.Sentinel()
        peer = unprotected.peers(TRIPLES // 2)[name]
        own = Path(folder, name)
        own.mkdir()
        mine = [each for each in bank(sentinel, str(own)) if each.peer == name]
        found = [(each, peer.meets(each, patience_s, sentinel)) for each in mine]
        if name == "endpoint":
            peer.close()
        return found

    with ThreadPoolExecutor() as threads:
        found = [
            each for some in threads.map(fates, ("oxigraph", "rdflib", "endpoint")) for each in some
        ]
    families = defaultdict(Counter)
    for attack, fate in found:
        families[attack.family, attack.peer][fate or "borne"] += 1
    print("| family | peer | what came of it |\n|---|---|---|")
    for (family, peer), fates_found in families.items():
        cells = ", ".join(f"{number} {fate}" for fate, number in fates_found.most_common())
        print(f"| {family} | {peer} | {cells} |")
    borne = [attack.name for attack, fate in found if fate not in attack.fate]
    print(f"\n{len(found)} requests of {len(families)} families; {len(borne)} otherwise than the "
          "bank says")  # fmt: skip
    print("\n".join(borne))


def main() -> None:
    """Print the table asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--unprotected", action="store_true", help="show what it does to others")
    parser.add_argument("--patience", type=float, default=10, help="seconds until a peer has hung")
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, pyoxigraph "
          f"{version('pyoxigraph')}, rdflib {version('rdflib')}\n")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        if arguments.unprotected:
            without_protection(folder, arguments.patience)
        else:
            protected(folder)


if __name__ == "__main__":
    main()
