"""Hostile requests against the running service: the right status, its own answer at most."""

from __future__ import annotations

import http.client
import socket
import threading
from collections import Counter

import hostile_bank
import pyoxigraph as ox
import pytest

from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.settings import Settings
from ipgraph.store.local import LocalStore

TRIPLES = 4000
TIME_LIMIT_S = 1.0


class Sentinel:
    """A listener that counts who comes: nobody may."""

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
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


SENTINEL_OF_IDS = "http://127.0.0.1:1/"
BANK = hostile_bank.bank(SENTINEL_OF_IDS)


@pytest.fixture(scope="module")
def sentinel():
    found = Sentinel()
    yield found
    found.close()


@pytest.fixture(scope="module")
def target(serve_session):
    """A graph large enough to run away on, under short limits."""
    engine = ox.Store()
    engine.extend(
        ox.Quad(
            ox.NamedNode(f"http://e/{n}"),
            ox.NamedNode(f"http://e/p{n % 7}"),
            ox.Literal(f"value {n}"),
            ox.NamedNode("http://e/g"),
        )
        for n in range(TRIPLES)
    )
    kg = KnowledgeGraph(Settings(), outside=LocalStore(engine))
    with serve_session(
        kg, query_time_limit_s=TIME_LIMIT_S, query_memory_limit_mib=256, answer_limit_mib=16
    ) as running:
        yield running


def test_the_bank_is_wide_and_no_family_crowds_it():
    families = Counter(each.family for each in BANK)
    assert len(BANK) >= 150
    assert len(families) >= 25
    assert max(families.values()) <= 10


@pytest.mark.parametrize("number", range(len(BANK)), ids=lambda number: BANK[number].name)
def test_a_hostile_request_gets_the_right_status_and_costs_its_own_answer_at_most(
    target, sentinel, number
):
    attack = hostile_bank.bank(sentinel.address)[number]
    try:
        reply = target.ask(attack.path, attack.method, attack.body, **attack.headers)
    except (http.client.IncompleteRead, ConnectionError):
        assert attack.cut
    else:
        assert reply.status in attack.statuses, reply.body[:500]
        assert b"root:" not in reply.body
        assert b"evil.example" not in reply.body
        assert "Set-Cookie" not in reply.headers
        assert reply.type != "text/html" or b"<script>alert" not in reply.body
        assert reply.type != "text/html" or b'href="javascript:' not in reply.body
    assert target.query("ASK {}").json()["boolean"] is True
    assert sentinel.visits == 0


def test_after_all_of_them_the_service_holds_nothing_back(target):
    pool = target.front.service.pool
    assert (pool.fast.waiting, pool.slow.waiting) == (0, 0)
    assert target.ask("/health").json()["status"] == "ok"
    assert not target.front.service.statuses[500]


SMUGGLED = (
    b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Length: 5\r\n\r\nzz\r\n"
)


def raw(target, data: bytes, *, end: bool = True) -> bytes:
    """Send bytes as they are and return what comes back."""
    with socket.create_connection(("127.0.0.1", target.port), timeout=20) as connection:
        connection.sendall(data)
        if end:
            connection.shutdown(socket.SHUT_WR)
        parts = []
        try:
            while part := connection.recv(65536):
                parts.append(part)
        except ConnectionError:
            pass
        return b"".join(parts)


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n",
        SMUGGLED,
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nquery=",
        b"GET /health HTTP/1.1\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
    ],
    ids=["TLS", "no target", "version", "NUL", "negative length", "two lengths", "smuggling",
         "half a body", "many headers"],
)  # fmt: skip
def test_what_is_hardly_http_is_refused_or_dropped(target, data):
    answer = raw(target, data)
    assert not answer or answer.split(b" ")[1][:1] in (b"2", b"4", b"5")
    assert target.query("ASK {}").status == 200


def test_clients_that_send_slowly_or_half_a_request_keep_nobody_waiting(target):
    idle = [socket.create_connection(("127.0.0.1", target.port)) for _ in range(100)]
    try:
        for each in idle:
            each.sendall(b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nq")
        for _ in range(20):
            assert target.query("ASK {}").status == 200
    finally:
        for each in idle:
            each.close()


def test_a_client_that_leaves_stops_its_query(target):
    pool = target.front.service.pool
    before = pool.outcomes["left"]
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }".replace(" ", "%20")
    with socket.create_connection(("127.0.0.1", target.port)) as connection:
        connection.sendall(f"GET /sparql?query={text} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        while not pool.fast.taken + pool.slow.taken:
            target.query("ASK {}")
    while pool.slow.taken or pool.outcomes["left"] == before:
        target.query("ASK {}")
    assert pool.outcomes["left"] == before + 1


def test_a_client_that_reads_nothing_holds_no_place_in_the_fast_lane(target):
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f }".replace(" ", "%20")
    with socket.create_connection(("127.0.0.1", target.port)) as connection:
        connection.sendall(f"GET /sparql?query={text} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        connection.recv(10)
        assert target.front.service.pool.fast.taken == 0
        assert target.query("ASK {}").status == 200


UNPROTECTED = {
    "nested groups": 20_000,
    "nested functions": 10_000,
}


@pytest.mark.parametrize("family", UNPROTECTED)
def test_an_unprotected_engine_dies_of_what_is_refused_here(family):
    """Show it in a process with the stack of a thread, where an endpoint would parse it."""
    import subprocess
    import sys

    attack = [each for each in BANK if each.family == family][-1]
    code = (
        "import sys, threading, urllib.parse, pyoxigraph\n"
        "text = urllib.parse.parse_qs(sys.stdin.read())['query'][0]\n"
        "threading.stack_size(2 << 20)\n"
        "thread = threading.Thread(target=pyoxigraph.Store().query, args=(text,))\n"
        "thread.start(); thread.join()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], input=str(attack.body), text=True,
                          capture_output=True, check=False)  # fmt: skip
    assert done.returncode < 0
