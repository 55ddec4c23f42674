"""Clients that hold connections, and raw requests, against `ipgraph serve` in its own process.

Slow clients drip heads and bodies, say nothing, or read nothing, and connect again when they are
closed. Meanwhile good clients open a connection for each query. With `build`, the service of
another checkout is attacked, to compare an earlier one.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import socket
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from attack.test_raw_requests import CASES, LAST, STATUS
from ipgraph.server.transport import descriptors
from support.waiting import Child

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
PAGE = b"GET /ontology HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n"
POST = b"POST /sparql HTTP/1.1\r\nHost: a\r\n" + FORM
# The first bytes of a slow client, and what it sends every second.
SLOW = {
    "head in drops": (b"GET / HTTP/1.1\r\nHost: a\r\n", b"X: y\r\n"),
    "empty lines": (b"\r\n", b"\r\n"),
    "body in drops": (POST + b"Content-Length: 9999\r\n\r\n", b"a"),
    "chunks in drops": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "silence": (b"", b""),
    "pages that are not read": (PAGE * 50, b""),
}
GOOD_CLIENTS = 4
TIMEOUT_S = 10
WAIT_S = 5  # for a service that does not answer a raw request at all


class Service(Child):
    """The service of a checkout, over the project's graph."""

    def __init__(self, build: str) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "ipgraph", "serve", "--port", "0"]
        super().__init__(command, env={**os.environ, "PYTHONPATH": build, "PYTHONSAFEPATH": "1"})
        self.port = int(self.wait_for("Serving at ").rstrip("/\n").rpartition(":")[2])

    def cpu_s(self) -> float:
        """Return the processor time of the web process."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Good:
    """What good clients saw."""

    times_ms: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    def row(self, name: str, cpu: float, lines: int) -> str:
        """Return a row of the table."""
        times = sorted(self.times_ms) or [float("nan")]
        failed = ", ".join(f"{n} {kind}" for kind, n in self.failures.items()) or "0"
        return (
            f"| {name} | {len(self.times_ms)} | {failed} | {times[len(times) // 2]:.0f} | "
            f"{times[len(times) * 99 // 100]:.0f} | {cpu:.0%} | {lines} |"
        )


def ask(port: int, seconds: float) -> Good:
    """Let good clients send queries, each over a new connection."""
    good, numbers = Good(), itertools.count()
    end = time.monotonic() + seconds

    def client() -> None:
        while time.monotonic() < end:
            text = quote(f"SELECT ?s {{ ?s ?p ?o }} LIMIT 10 # {next(numbers)}")
            start = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
            try:
                with contextlib.closing(connection):
                    connection.request("GET", f"/sparql?query={text}")
                    reply = connection.getresponse()
                    reply.read()
                if reply.status == 200:
                    good.times_ms.append((time.perf_counter() - start) * 1000)
                else:
                    good.failures[str(reply.status)] += 1
            except (OSError, http.client.HTTPException) as error:
                good.failures[type(error).__name__] += 1

    threads = [threading.Thread(target=client) for _ in range(GOOD_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return good


def besiege(port: int, number: int, stop: threading.Event) -> None:
    """Keep connections open until `stop` is set; reconnect those that the server closes."""
    kinds = itertools.cycle(SLOW.values())
    held: list[tuple[socket.socket, bytes]] = []
    while not stop.wait(1 if len(held) >= number else 0):
        for _ in range(min(number - len(held), 200)):
            first, drop = next(kinds)
            with contextlib.suppress(OSError):
                connection = socket.create_connection(("127.0.0.1", port), 1)
                connection.setblocking(False)
                held.append((connection, drop))
                connection.send(first)
        alive = []
        for connection, drop in held:
            try:
                if drop:
                    connection.send(drop)
                if not (drop and connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)):
                    alive.append((connection, drop))
                    continue
            except BlockingIOError:
                alive.append((connection, drop))
                continue
            except OSError:
                pass
            connection.close()
        held = alive
    for connection, _ in held:
        connection.close()


def connections(build: str, number: int, seconds: float) -> None:
    """Print what good clients see alone, and besides slow ones."""
    descriptors.raise_limit()
    print("| connections | answered | failed | median (ms) | p99 (ms) | processor | log lines |")
    print("|---|---|---|---|---|---|---|")
    with contextlib.closing(Service(build)) as service:
        ask(service.port, 1)
        for name, slow in (("none other", 0), (f"{number:,} slow", number)):
            stop = threading.Event()
            attack = threading.Thread(target=besiege, args=(service.port, slow, stop))
            if slow:
                attack.start()
                time.sleep(5)
            before, lines = service.cpu_s(), len(service._lines)
            good = ask(service.port, seconds)
            cpu = (service.cpu_s() - before) / seconds
            print(good.row(name, cpu, len(service._lines) - lines), flush=True)
            stop.set()
            if slow:
                attack.join()


def headers(build: str) -> None:
    """Print how many raw requests get another response than they should, or hide a second one."""
    wrong, hidden = Counter(), 0
    with contextlib.closing(Service(build)) as service:
        for case in CASES:
            if 408 in case.statuses:
                continue  # waits for the deadline; a test of its own
            found = statuses(service.port, case.data)
            hidden += len(found) > len(case.statuses)
            wrong[case.name.partition(":")[0]] += found != list(case.statuses)
        lines = len(service._lines)
    kinds = ", ".join(f"{number} {kind}" for kind, number in wrong.items() if number) or "none"
    print(f"\n{len(CASES)} raw requests: {hidden} with more responses than they should get, "
          f"{sum(wrong.values())} with another outcome than RFC 9112 asks for ({kinds}); "
          f"{lines} log lines")  # fmt: skip


def statuses(port: int, data: bytes) -> list[int]:
    """Send bytes and a last request; return the statuses of all responses."""
    received = b""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), WAIT_S) as sent,
    ):
        sent.sendall(data + LAST)
        while part := sent.recv(65536):
            received += part
    return [int(status) for status in STATUS.findall(received)]
