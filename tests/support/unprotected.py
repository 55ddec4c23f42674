"""Hostile requests against what has no protection: two engines, and an endpoint over them.

A peer runs in a process of its own, with a bound on memory as every machine has one; the parent
stops it. What comes of a request is one of ``killed``, ``hung``, ``leaked``, ``misled``, or empty
where the peer bears it.
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
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox

from support.hostile_bank import CANARY

MEMORY_BYTES = 512 << 20
_SHOWN_BYTES = 1 << 20
TESTS = Path(__file__).parents[1]
PEER = (sys.executable, "-W", "ignore", "-m")
# What an engine says of a text that it refuses; everything else it raises is a failure of its own.
_REFUSALS = ("SyntaxError", "ParseException", "ParseError", "ValueError", "UnicodeError")


def quads(number):
    """Yield a graph large enough to run away on."""
    for each in range(number):
        yield ox.Quad(
            ox.NamedNode(f"http://e/{each}"),
            ox.NamedNode(f"http://e/p{each % 7}"),
            ox.Literal(f"value {each}"),
            ox.NamedNode("http://e/g"),
        )
        yield ox.Quad(
            ox.NamedNode(f"http://e/{each}"),
            ox.NamedNode(f"http://e/p{each % 7}"),
            ox.Literal(f"value {each}"),
        )


def text_of(attack):
    """Return the query text of an attack, however it is sent; None where there is none."""
    kind = attack.headers.get("Content-Type", "")
    body = attack.body.decode("latin-1") if isinstance(attack.body, bytes) else attack.body
    if kind == "application/sparql-query":
        return body
    fields = parse_qs(body if body and "form" in kind else urlsplit(attack.path).query)
    return fields.get("query", [None])[-1]


class Engine:
    """An engine that is handed the text of a query in a process that has nothing else to do."""

    def __init__(self, name, triples):
        self.name = name
        self._triples = triples

    def meets(self, attack, hung_after_s, sentinel):
        text = text_of(attack)
        if text is None or "update" in attack.family:
            return ""
        visits = sentinel.visits
        command = [*PEER, "support.unprotected", self.name, str(self._triples)]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        with subprocess.Popen(command, cwd=TESTS, **pipes) as process:
            process.stdout.readline()  # it is ready; the clock starts here
            try:
                out, said = process.communicate(text.encode("utf-8", "surrogatepass"), hung_after_s)
            except subprocess.TimeoutExpired:
                process.kill()
                return "leaked" if sentinel.visits > visits else "hung"
        if sentinel.visits > visits or CANARY.encode() in out:
            return "leaked"
        if process.returncode < 0:
            return "killed"
        return "misled" if process.returncode and self._failed(said) else ""

    @staticmethod
    def _failed(said):
        last = said.decode(errors="replace").strip().splitlines()[-1:] or [""]
        return not any(each in last[0].partition(":")[0] for each in _REFUSALS)


class Endpoint:
    """The naive endpoint, started anew after each request that it does not survive."""

    name = "endpoint"

    def __init__(self, triples):
        self._triples = triples
        self._process = None
        self._port = 0

    def meets(self, attack, hung_after_s, sentinel):
        visits = sentinel.visits
        self._start()
        found = self._asked(attack, hung_after_s)
        if sentinel.visits > visits:
            found = "leaked"
        if self._process.poll() is not None:
            found = "killed"
        if found in ("killed", "hung") or attack.method not in ("GET", "HEAD"):
            self.close()
        return found

    def _asked(self, attack, hung_after_s):
        if attack.method == "hold":
            return self._crowded_out(attack, hung_after_s)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=hung_after_s)
        with contextlib.closing(connection):
            try:
                connection.request(attack.method, attack.path, attack.sent(), attack.headers)
                answer = connection.getresponse()
                reply = (answer.status, answer.headers, answer.read(_SHOWN_BYTES))
            except TimeoutError:
                return "hung"
            except (OSError, http.client.HTTPException):
                self._wait_for_death_or_response()
                return "misled"
        if CANARY.encode() in reply[2] or b"root:" in reply[2]:
            return "leaked"
        return "misled" if self._is_wrong(attack, *reply) else ""

    def _wait_for_death_or_response(self):
        """Wait until the process is dead or shows that it is alive: a closed connection is both."""
        other = http.client.HTTPConnection("127.0.0.1", self._port)
        with contextlib.closing(other):
            try:
                other.request("GET", "/")
                other.getresponse()
            except (OSError, http.client.HTTPException):  # nobody listens anymore
                self._process.wait()

    @staticmethod
    def _is_wrong(attack, status, headers, body):
        """Tell whether an answer does harm: what must be refused taken, or 500 for it."""
        fault = attack.fault(status, headers, body)
        if fault != f"the status is {status}":
            return bool(fault)
        taken = status < 400 and min(attack.statuses) >= 400 and 503 not in attack.statuses
        return taken or status >= 500

    def _crowded_out(self, attack, hung_after_s):
        """Tell whether somebody else is answered while the attacker holds his connection."""
        with attack.hold(self._port):
            other = http.client.HTTPConnection("127.0.0.1", self._port, timeout=hung_after_s)
            with contextlib.closing(other):
                try:
                    other.request("GET", "/sparql?query=ASK%7B%7D")
                    return "" if other.getresponse().status == 200 else "misled"
                except OSError:
                    return "hung"

    def _start(self):
        if self._process is not None:
            return
        command = [*PEER, "support.naive_endpoint", str(self._triples)]
        self._process = subprocess.Popen(
            command, cwd=TESTS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._port = int(self._process.stdout.readline())

    def close(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None


def peers(triples):
    """Return every peer by its name; close the endpoint at the end."""
    engines = {name: Engine(name, triples) for name in ("oxigraph", "rdflib")}
    return engines | {Endpoint.name: Endpoint(triples)}


class Sentinel:
    """A listener that counts who comes: nobody may."""

    def __init__(self):
        self.visits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            connection.close()

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _oxigraph(number):
    store = ox.Store()
    store.bulk_extend(quads(number))

    def answer(text):
        result = store.query(text)
        if isinstance(result, ox.QueryTriples):
            return b"\n".join(str(each).encode() for each in result)
        return result.serialize(format=ox.QueryResultsFormat.TSV)

    return answer


def _rdflib(number):
    import rdflib

    dataset = rdflib.Dataset(default_union=True)
    lines = "".join(f"{quad.triple} .\n" for quad in quads(number))
    dataset.parse(data=lines, format="nt11")
    return lambda text: dataset.query(text).serialize(
        format="turtle" if "CONSTRUCT" in text else "json"
    )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = {"oxigraph": _oxigraph, "rdflib": _rdflib}[sys.argv[1]](int(sys.argv[2]))
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.flush()
    given = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
    sys.stdout.buffer.write(answer(given)[:_SHOWN_BYTES])
