"""Clients that hold connections: slow, silent, too many, gone, or sending all at once."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import select
import signal
import socket
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import ipgraph
from ipgraph.server import lifecycle
from ipgraph.server.transport.guarded_channel import MAX_REQUESTS_PER_TURN, State
from ipgraph.settings import Settings
from support.served import Served
from support.waiting import CHECK_INTERVAL_S, Child, wait_until, wait_until_readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.knowledge_graph import KnowledgeGraph
    from support.running import Running

SHORT = {"header_time_limit_s": 0.5, "body_time_limit_s": 0.5, "idle_time_limit_s": 1}
HEAD = b"GET /health HTTP/1.1\r\nHost: a\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\n\r\n"
ENDLESS = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
ENDLESS_REQUEST = f"GET /sparql?query={ENDLESS} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
OTHER_ADDRESS = "127.0.0.2"


@pytest.fixture(params=[True, False], ids=["fast path", "plain waitress"])
def fast_path(request: pytest.FixtureRequest) -> bool:
    """Both transports."""
    return bool(request.param)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    """A graph of one statement."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "one.ttl").write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    return ipgraph.open(folder / "one.ttl", settings=Settings(cache=str(folder / "cache")))


def connect(running: Running, data: bytes = b"", address: str = "127.0.0.1") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", running.port), source_address=(address, 0))
    connection.sendall(data)
    return connection


@contextlib.contextmanager
def many(running: Running, number: int, data: bytes = b"") -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(connect(running, data)) for _ in range(number)]


def read_all(connection: socket.socket) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65536):
            received += part
    return received


def channels(running: Running) -> list:
    return list(running.server.active_channels.values())


def wait_for_channels(running: Running, number: int, state: State) -> None:
    """Wait until so many connections are in a state."""
    running.wait_until(
        lambda: sum(channel.state is state for channel in channels(running)) == number
    )


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (HEAD, b"X: y\r\n"),
        (b"GET", b"T"),
        (b"\r\n", b"\r\n"),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n" + FORM + b"\r\n", b"a"),
        (b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    ],
    ids=["header lines", "method", "empty lines", "body", "chunks"],
)  # fmt: skip
def test_a_client_that_drips_gets_408(serve, small, fast_path, first, drop):
    with serve(small, fast_path=fast_path, **SHORT) as running, connect(running, first) as client:
        poll = select.poll()
        poll.register(client, select.POLLIN)
        with contextlib.suppress(ConnectionError):
            while not poll.poll(CHECK_INTERVAL_S * 1000):
                running.check_alive()
                client.sendall(drop)
        assert read_all(client).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


@pytest.mark.parametrize("first", [b"", ASK], ids=["from the start", "after a request"])
def test_a_silent_client_is_closed(serve, small, fast_path, first):
    with serve(small, fast_path=fast_path, **SHORT) as running, connect(running, first) as client:
        received = read_all(client)
    assert received.count(b"HTTP/1.1 ") == bool(first)


def test_a_request_in_time_is_not_cut_by_the_deadlines(serve, small, fast_path):
    with serve(small, fast_path=fast_path, **SHORT) as running, connect(running) as client:
        for byte in ASK:
            client.sendall(bytes((byte,)))
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_more_slow_clients_than_connections_block_no_good_one(serve, small, fast_path):
    most = 40
    settings = {"fast_path": fast_path, "max_connections": most}
    with serve(small, **settings) as running, many(running, 3 * most, HEAD):
        for _ in range(20):
            assert running.query("ASK {}").json()["boolean"] is True
        assert len(channels(running)) <= most


def test_idle_connections_are_closed_first(serve, small, fast_path):
    most = 8
    settings = {"fast_path": fast_path, "max_connections": most}
    with serve(small, **settings) as running, connect(running, HEAD) as slow:
        wait_for_channels(running, 1, State.RECEIVING)
        with contextlib.ExitStack() as stack:
            for _ in range(3 * most):
                client = stack.enter_context(connect(running, ASK))
                assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
            slow.sendall(b"\r\n")
            assert slow.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_near_the_limit_an_address_loses_its_own_connections(serve, small, fast_path):
    most = 64
    settings = {"fast_path": fast_path, "max_connections": most}
    with serve(small, **settings) as running, connect(running, HEAD, OTHER_ADDRESS) as other:
        wait_for_channels(running, 1, State.RECEIVING)
        with many(running, 3 * most, HEAD):
            assert running.query("ASK {}").status == 200
            other.sendall(b"\r\n")  # the oldest of all incomplete requests
            assert other.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_the_share_of_an_address_does_not_bind_the_trusted_proxy(serve, small, fast_path):
    most = 32
    settings = {"fast_path": fast_path, "max_connections": most, "trusted_proxy": "127.0.0.1"}
    with serve(small, **settings) as running, many(running, most - 1, HEAD):
        wait_for_channels(running, most - 1, State.RECEIVING)
        assert len(channels(running)) == most - 1


def test_without_descriptors_accepting_pauses_and_goes_on(serve, small, fast_path, monkeypatch):
    with serve(small, fast_path=fast_path) as running:
        server, accept, refused = running.server, running.server.accept, []

        def no_descriptor():
            refused.append(server.readable())
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

        monkeypatch.setattr(server, "accept", no_descriptor)
        with connect(running, ASK) as client:
            running.wait_until(lambda: bool(refused))
            running.wait_until(lambda: not server.readable())
            assert len(refused) == 1  # not once per turn of the loop
            monkeypatch.setattr(server, "accept", accept)
            wait_until_readable(client, running.check_alive)
            assert client.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_serve_raises_the_limit_of_descriptors_and_stays_below_the_hard_one(small, tmp_path):
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 250));"
        "from ipgraph.server.transport import descriptors; from ipgraph.settings import Settings;"
        "descriptors.raise_limit();"
        "import sys; print(*resource.getrlimit(resource.RLIMIT_NOFILE),"
        "descriptors.max_connections(Settings()), 'is the limit', file=sys.stderr)"
    )
    with contextlib.closing(Child([sys.executable, "-c", code])) as child:
        soft, hard, most, *_ = child.wait_for("is the limit").split()
    assert (soft, hard) == ("250", "250")
    assert 0 < int(most) < 250


def test_a_client_that_left_is_noticed_behind_pipelined_requests(serve, project, fast_path):
    settings = {"fast_path": fast_path, "query_time_limit_s": 3600}
    with serve(project, **settings) as running:
        running.query("ASK {}")
        pool = running.app.service.pool
        with connect(running, ENDLESS_REQUEST + ASK * 500):
            running.wait_until(lambda: pool.fast_queue.running + pool.slow_queue.running > 0)
        running.wait_until(lambda: pool.outcomes["disconnected"] > 0)
        running.wait_until(lambda: not channels(running))


def test_a_pipeline_is_parsed_and_answered_in_turns(serve, small, fast_path, monkeypatch):
    number = 600
    with serve(small, fast_path=fast_path) as running:
        for _ in range(3):
            running.query("ASK {}")
        finished, turns, waiting = [], [0], []
        record, wait = running.app.record, running.server.wait

        def count(item):
            finished.append(item)
            record(item)

        def count_turns():
            turns.append(len(finished))
            waiting.extend(len(channel.requests) for channel in channels(running))
            wait()

        monkeypatch.setattr(running.app, "record", count)
        monkeypatch.setattr(running.server, "wait", count_turns)
        with connect(running) as client:
            client.sendall(ASK * number)
            received = b""
            while received.count(b"HTTP/1.1 200 ") < number:
                received += client.recv(1 << 20)
        assert len(finished) == number
        assert max(waiting) <= 2
        if fast_path:  # threads may answer several requests while the loop waits
            steps = (after - before for before, after in itertools.pairwise(turns))
            # What waited is parsed in one turn, and what arrives after that in the same one.
            assert max(steps) <= 2 * MAX_REQUESTS_PER_TURN


@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunks"])
def test_a_client_can_read_the_refusal_of_its_large_body(serve, small, fast_path, is_chunked):
    body = b"a" * (5 << 20)
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    head = b"POST /sparql HTTP/1.1\r\nHost: a\r\n" + FORM
    if is_chunked:
        head += b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body)
    with serve(small, fast_path=fast_path) as running, connect(running) as client:
        client.sendall(head + (b"" if is_chunked else length) + body)  # all of it, before reading
        assert read_all(client).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_never_ends_its_large_body_is_closed(serve, small, fast_path):
    head = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n"
    with serve(small, fast_path=fast_path) as running, connect(running, head) as client:
        with contextlib.suppress(ConnectionError):
            while True:
                client.sendall(b"a" * 65536)
        running.wait_until(lambda: not channels(running))


def test_a_client_that_reads_nothing_is_closed(serve, project, fast_path):
    settings = {"fast_path": fast_path, "idle_time_limit_s": 0.5}
    page = b"GET /ontology HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n"
    with serve(project, **settings) as running:
        assert running.ask("/ontology", Accept="text/html").status == 200
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", running.port))
            client.sendall(page * 200)
            running.wait_until(
                lambda: any(channel.total_outbufs_len for channel in channels(running))
            )
            running.wait_until(lambda: not channels(running))


@pytest.mark.slow
def test_draining_closes_the_listening_socket_and_answers_what_runs(project, session_cache):
    with Served(None, session_cache, "--query-time-limit-s", "3") as served:
        served.get("/sparql?query=ASK%7B%7D")
        address = ("127.0.0.1", served.port)
        with socket.create_connection(address) as client, socket.create_connection(address) as idle:
            client.sendall(ENDLESS_REQUEST)
            while "ipgraph_queries_demoted 1" not in served.get("/metrics"):
                pass
            served.process.send_signal(signal.SIGTERM)

            def is_refused() -> bool:
                with contextlib.suppress(ConnectionRefusedError):
                    socket.create_connection(address).close()
                    return False
                return True

            def check_alive() -> None:
                assert served.process.poll() is None

            wait_until(is_refused, check_alive)
            assert read_all(idle) == b""
            assert client.recv(65536).startswith(b"HTTP/1.1 503 ")
        assert served.process.wait() == 0
        served.close()


def test_draining_outlasts_the_longest_query():
    for seconds in (1.0, 600.0):
        settings = Settings(query_time_limit_s=seconds)
        assert lifecycle.drain_limit_s(settings) > seconds + settings.wait_limit_s
