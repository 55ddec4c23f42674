"""Targets without protection for hostile requests: two engines, and an endpoint that uses them.

A peer runs in its own process under a memory limit; its parent stops it. The outcome of a
request is ``killed``, ``hung``, ``leaked`` or ``misled``, or empty if the peer is unharmed.
"""

from __future__ import annotations

import contextlib
import http.client
import resource
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox

from support.hostile_bank import CANARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.hostile_bank import Attack

MEMORY_BYTES = 512 << 20
_MAX_READ_BYTES = 1 << 20
TESTS = Path(__file__).parents[1]
PEER = (sys.executable, "-W", "ignore", "-m")
# What an engine raises for a text that it rejects; any other error is a failure of the engine.
_REJECTIONS = ("SyntaxError", "ParseException", "ParseError", "ValueError", "UnicodeError")


class Peer(Protocol):
    """A target without protection."""

    name: str

    def outcome_of(self, attack: Attack, hung_after_s: float | None, sentinel: Sentinel) -> str:
        """Return the outcome of an attack; without a time, wait for it however long it takes."""
        ...

    def close(self) -> None:
        """End the process of the peer, if it has one."""
        ...


def quads(number: int) -> Iterator[ox.Quad]:
    """Yield a graph on which a query can run for very long."""
    for subject in range(number):
        triple = (
            ox.NamedNode(f"http://e/{subject}"),
            ox.NamedNode(f"http://e/p{subject % 7}"),
            ox.Literal(f"value {subject}"),
        )
        yield ox.Quad(*triple, ox.NamedNode("http://e/g"))
        yield ox.Quad(*triple)


def text_of(attack: Attack) -> str | None:
    """Return the query text of an attack in any encoding, or None if it has no query."""
    content_type = attack.headers.get("Content-Type", "")
    body = attack.body.decode("latin-1") if isinstance(attack.body, bytes) else attack.body
    if content_type == "application/sparql-query":
        return body
    fields = parse_qs(body if body and "form" in content_type else urlsplit(attack.path).query)
    return fields["query"][-1] if "query" in fields else None


class Engine:
    """An engine that gets the text of a query in a new process."""

    def __init__(self, name: str, triples: int) -> None:
        self.name = name
        self._triples = triples

    def outcome_of(self, attack: Attack, hung_after_s: float | None, sentinel: Sentinel) -> str:
        """Return the outcome of an attack."""
        text = text_of(attack)
        if text is None or "update" in attack.family:
            return ""
        visits = sentinel.visits
        command = [*PEER, "support.unprotected", self.name, str(self._triples)]
        with subprocess.Popen(
            command,
            cwd=TESTS,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()  # it is ready: the time starts here
            query = text.encode("utf-8", "surrogatepass")
            try:
                output, errors = process.communicate(query, hung_after_s)
            except subprocess.TimeoutExpired:
                process.kill()
                return "leaked" if sentinel.visits > visits else "hung"
        if sentinel.visits > visits or CANARY.encode() in output:
            return "leaked"
        if process.returncode < 0:
            return "killed"
        return "misled" if process.returncode and not self._is_rejection(errors) else ""

    @staticmethod
    def _is_rejection(errors: bytes) -> bool:
        last = errors.decode(errors="replace").strip().splitlines()[-1:] or [""]
        return any(rejection in last[0].partition(":")[0] for rejection in _REJECTIONS)

    def close(self) -> None:
        """Do nothing: each process ends with its query."""


class Endpoint:
    """The naive endpoint, restarted after each request that it does not survive."""

    name = "endpoint"

    def __init__(self, triples: int) -> None:
        self._triples = triples
        self._process: subprocess.Popen[str] | None = None
        self._port = 0

    def outcome_of(self, attack: Attack, hung_after_s: float | None, sentinel: Sentinel) -> str:
        """Return the outcome of an attack."""
        visits = sentinel.visits
        process = self._started()
        outcome = self._send(process, attack, hung_after_s)
        if sentinel.visits > visits:
            outcome = "leaked"
        if process.poll() is not None:
            outcome = "killed"
        if outcome in ("killed", "hung") or attack.method not in ("GET", "HEAD"):
            self.close()
        return outcome

    def _send(
        self, process: subprocess.Popen[str], attack: Attack, hung_after_s: float | None
    ) -> str:
        if attack.method == "hold":
            return self._block_others(attack, hung_after_s)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=hung_after_s)
        with contextlib.closing(connection):
            try:
                connection.request(attack.method, attack.path, attack.full_body(), attack.headers)
                response = connection.getresponse()
                status, headers = response.status, response.headers
                body = response.read(_MAX_READ_BYTES)
            except TimeoutError:
                return "hung"
            except (OSError, http.client.HTTPException):
                self._wait_for_death_or_response(process)
                return "misled"
        if CANARY.encode() in body or b"root:" in body:
            return "leaked"
        return "misled" if self._is_wrong(attack, status, headers, body) else ""

    def _wait_for_death_or_response(self, process: subprocess.Popen[str]) -> None:
        """Wait until the process has ended or answers; a closed connection means either."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/")
                connection.getresponse()
            except (OSError, http.client.HTTPException):  # nothing listens anymore
                process.wait()

    @staticmethod
    def _is_wrong(
        attack: Attack, status: int, headers: http.client.HTTPMessage, body: bytes
    ) -> bool:
        """True if a response is harmful: 500, or success for a request that must be refused."""
        fault = attack.fault(status, headers, body)
        if fault != f"the status is {status}":
            return bool(fault)
        succeeded = status < 400 and min(attack.statuses) >= 400 and 503 not in attack.statuses
        return succeeded or status >= 500

    def _block_others(self, attack: Attack, hung_after_s: float | None) -> str:
        """Return the outcome for another client while the attacker holds a connection."""
        with attack.hold(self._port):
            other = http.client.HTTPConnection("127.0.0.1", self._port, timeout=hung_after_s)
            with contextlib.closing(other):
                try:
                    other.request("GET", "/sparql?query=ASK%7B%7D")
                    return "" if other.getresponse().status == 200 else "misled"
                except OSError:
                    return "hung"

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            command = [*PEER, "support.naive_endpoint", str(self._triples)]
            self._process = subprocess.Popen(
                command, cwd=TESTS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            assert self._process.stdout is not None
            self._port = int(self._process.stdout.readline())
        return self._process

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def peers(triples: int) -> dict[str, Peer]:
    """Return all peers by name; close the endpoint at the end."""
    engines: dict[str, Peer] = {name: Engine(name, triples) for name in ("oxigraph", "rdflib")}
    return engines | {Endpoint.name: Endpoint(triples)}


class Sentinel:
    """A listener that counts connections: there should be none."""

    def __init__(self) -> None:
        self.visits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            connection.close()

    def close(self) -> None:
        """Stop listening."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _oxigraph(number: int) -> Callable[[str], bytes]:
    store = ox.Store()
    store.bulk_extend(quads(number))

    def run(text: str) -> bytes:
        result = store.query(text)
        if isinstance(result, ox.QueryTriples):
            return b"\n".join(str(triple).encode() for triple in result)
        serialized = result.serialize(format=ox.QueryResultsFormat.TSV)
        assert serialized is not None
        return serialized

    return run


def _rdflib(number: int) -> Callable[[str], bytes]:
    import rdflib

    dataset = rdflib.Dataset(default_union=True)
    lines = "".join(f"{quad.triple} .\n" for quad in quads(number))
    dataset.parse(data=lines, format="nt11")

    def run(text: str) -> bytes:
        form = "turtle" if "CONSTRUCT" in text else "json"
        serialized = dataset.query(text).serialize(format=form)
        assert serialized is not None
        return serialized

    return run


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    run = {"oxigraph": _oxigraph, "rdflib": _rdflib}[sys.argv[1]](int(sys.argv[2]))
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.flush()
    query = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
    sys.stdout.buffer.write(run(query)[:_MAX_READ_BYTES])
