"""The fast path: the event loop answers repeated requests and starts queries itself."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import ipgraph
from ipgraph.namespaces import ENTITY
from ipgraph.server.api.reconciliation import PREVIEW
from ipgraph.server.http.response import Response
from ipgraph.server.http.response_headers import FRAMED_POLICY
from ipgraph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROW = "SELECT ?n { BIND (%d AS ?n) }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@dataclass(frozen=True)
class ClientResponse:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def number(self) -> int:
        return int(json.loads(self.body)["results"]["bindings"][0]["n"]["value"])


class ClientConnection:
    """A client connection, written and read byte by byte; `ask` reopens a closed one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.file = self.socket.makefile("rb")
        self.is_closed_by_server = False

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def receive(self) -> ClientResponse:
        status = int(self.file.readline().split()[1])
        headers = {}
        while header := self.file.readline().strip():
            name, _, value = header.decode("latin-1").partition(": ")
            assert name.lower() not in headers, f"{name} is sent twice"
            headers[name.lower()] = value
        return ClientResponse(
            status, headers, self.file.read(int(headers.get("content-length", 0)))
        )

    def ask(self, data: bytes) -> ClientResponse:
        if self.is_closed_by_server:
            self.close()
            self.open()
        self.send(data)
        response = self.receive()
        # waitress closes after a response without a length, such as a 304
        self.is_closed_by_server = response.headers.get("connection") == "close"
        return response


@contextlib.contextmanager
def connect(port: int) -> Iterator[ClientConnection]:
    connection = ClientConnection(port)
    try:
        yield connection
    finally:
        connection.close()


def request(text: str, *headers: str, path: str = "/sparql", method: str = "GET") -> bytes:
    lines = [f"{method} {path}?query={quote(text)} HTTP/1.1", "Host: localhost", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_identical_requests_get_identical_responses_with_their_own_request_ids(running):
    data = request(ROW % 7, "Accept: application/sparql-results+json")
    hits = running.app.service.cache.figures.hits
    with connect(running.port) as connection:
        responses = [connection.ask(data) for _ in range(6)]
    assert {response.status for response in responses} == {200}
    assert {response.body for response in responses} == {responses[0].body}
    assert responses[0].number == 7
    assert {response.headers["etag"] for response in responses} == {responses[0].headers["etag"]}
    assert len({response.headers["x-request-id"] for response in responses}) == 6
    assert all(response.headers.keys() == responses[0].headers.keys() for response in responses)
    assert running.app.service.cache.figures.hits - hits == 5


def test_different_queries_with_the_same_headers_get_their_own_results(running):
    with connect(running.port) as connection:
        numbers = [
            connection.ask(request(ROW % number, "Accept: text/csv")).body.split()
            for number in (1, 2, 3)
        ]
    assert numbers == [[b"n", b"1"], [b"n", b"2"], [b"n", b"3"]]


def test_a_malformed_request_line_is_rejected_even_if_its_headers_are_cached(running):
    good = request(ROW % 11)
    with connect(running.port) as connection:
        assert [connection.ask(good).number, connection.ask(good).number] == [11, 11]
    for bad in (
        good.replace(b"HTTP/1.1", b"HTTP/x.1", 1),
        good.replace(b"GET ", b"GET\x00", 1),
        good.replace(b"?query", b" ?query", 1),
    ):
        with connect(running.port) as connection:
            assert connection.ask(bad).status in (400, 404)


def test_an_http_1_0_connection_is_closed_even_if_its_headers_are_cached(running):
    data = request(ROW % 12)
    with connect(running.port) as connection:
        connection.ask(data)
        connection.ask(data)
    with connect(running.port) as connection:
        assert connection.ask(data.replace(b"HTTP/1.1", b"HTTP/1.0", 1)).number == 12
        assert connection.file.read() == b""


def test_pipelined_requests_are_answered_in_order(running):
    numbers = [*range(100, 112), 100, 101]
    data = b"".join(request(ROW % number) for number in numbers)
    with connect(running.port) as connection:
        connection.send(data)
        assert [connection.receive().number for _ in numbers] == numbers


def test_requests_after_a_slow_query_are_answered_after_it(running):
    slow = request(SLOW, path="/sparql").replace(b"/sparql?", b"/sparql?timeout=300ms&", 1)
    warm = request(ROW % 21)
    with connect(running.port) as connection:
        assert connection.ask(warm).number == 21
        connection.send(slow)
        for number in (22, 21, 23):
            connection.send(request(ROW % number))
        assert connection.receive().status == 503
        assert [connection.receive().number for _ in range(3)] == [22, 21, 23]


def test_more_connections_than_workers_are_answered(running):
    workers = running.app.service.settings.workers
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(running.port)) for _ in range(4 * workers)]
        for turn in range(5):
            for position, connection in enumerate(connections):
                connection.send(request(ROW % (1000 * turn + position)))
            numbers = [connection.receive().number for connection in connections]
            assert numbers == [1000 * turn + position for position in range(len(connections))]


def test_a_request_that_is_sent_in_two_parts_is_one_request(running):
    data = request(ROW % 31)
    with connect(running.port) as connection, connect(running.port) as other:
        connection.ask(request(ROW % 30))
        for cut in (3, len(data) // 2, len(data) - 2):
            connection.send(data[:cut])
            assert other.ask(request(ROW % 32)).number == 32  # the server has read the first part
            connection.send(data[cut:])
            assert connection.receive().number == 31


def test_a_cached_request_with_the_current_etag_always_gets_304(running):
    with connect(running.port) as connection:
        tag = connection.ask(request(ROW % 41)).headers["etag"]
        known = request(ROW % 41, f"If-None-Match: {tag}")
        responses = [connection.ask(known) for _ in range(5)]
        other = connection.ask(request(ROW % 41, 'If-None-Match: "other"'))
    assert [(response.status, response.body) for response in responses] == [(304, b"")] * 5
    assert {response.headers["etag"] for response in responses} == {tag}
    assert (other.status, other.number) == (200, 41)


def test_a_client_that_accepts_gzip_gets_it_from_the_cache(running):
    text = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 40"
    with connect(running.port) as connection:
        plain = connection.ask(request(text)).body
        responses = [connection.ask(request(text, "Accept-Encoding: gzip")) for _ in range(6)]
        after = connection.ask(request(text))
    assert {response.headers.get("content-encoding") for response in responses[2:]} == {"gzip"}
    assert all(gzip.decompress(response.body) == plain for response in responses[2:])
    assert "content-encoding" not in after.headers
    assert after.body == plain


def test_a_client_request_id_is_always_returned(running):
    with connect(running.port) as connection:
        for name in ("a1", "b2", "a1", "b2", "a1"):
            response = connection.ask(request(ROW % 51, f"X-Request-Id: {name}"))
            assert (response.headers["x-request-id"], response.number) == (name, 51)


def test_head_has_no_body_even_if_get_is_cached(running):
    with connect(running.port) as connection:
        full = [connection.ask(request(ROW % 61)) for _ in range(4)][-1]
        connection.send(request(ROW % 61, method="HEAD") + request(ROW % 62))
        status = connection.file.readline()
        headers = b"".join(iter(connection.file.readline, b"\r\n")).decode()
        assert b"200" in status
        assert f"Content-Length: {len(full.body)}\r\n" in headers
        assert connection.receive().number == 62


def test_cached_requests_are_answered_from_the_new_graph_after_a_reload(
    serve, small, tmp_path: Path
):
    other = tmp_path / "other.ttl"
    other.write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    data = request("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    with serve(small) as service, connect(service.port) as connection:
        before = [connection.ask(data).number for _ in range(4)]
        fresh = ipgraph.open(other, settings=Settings(cache=str(tmp_path / "fresh")))
        service.app.service.replace(fresh)
        after = [connection.ask(data).number for _ in range(4)]
    assert len(set(before)) == 1
    assert after == [1, 1, 1, 1]


def test_a_cached_page_is_served_by_request_bytes_too(running):
    data = b"GET /about HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n"
    with connect(running.port) as connection:
        responses = [connection.ask(data) for _ in range(5)]
    assert {response.body for response in responses} == {responses[0].body}
    assert b"<h1" in responses[0].body
    assert {response.headers["content-type"] for response in responses} == {
        "text/html; charset=utf-8"
    }


def test_every_response_is_in_the_access_log_with_its_client_and_request_id(
    serve, small, tmp_path: Path
):
    log = tmp_path / "access.jsonl"
    data = request(ROW % 71)
    with serve(small, access_log=str(log)) as service, connect(service.port) as connection:
        names = [connection.ask(data).headers["x-request-id"] for _ in range(5)]
    records = [json.loads(text) for text in log.read_text(encoding="utf-8").splitlines()]
    assert [record["id"] for record in records] == names
    assert {record["client"] for record in records} == {"127.0.0.1"}
    assert [record.get("cache") for record in records] == [None, "hit", "hit", "hit", "hit"]
    assert all(ROW % 71 in record["query"] for record in records)


def test_the_access_log_has_the_client_that_a_trusted_proxy_reports(serve, small, tmp_path: Path):
    log = tmp_path / "access.jsonl"
    data = request(ROW % 72, "X-Forwarded-For: 192.0.2.1, 203.0.113.9")
    settings = {"access_log": str(log), "trusted_proxy": "127.0.0.1"}
    with serve(small, **settings) as service, connect(service.port) as connection:
        for _ in range(5):
            assert connection.ask(data).number == 72
    with serve(small, access_log=str(log)) as service, connect(service.port) as connection:
        connection.ask(data)  # no proxy is trusted here
    clients = [json.loads(text)["client"] for text in log.read_text("utf-8").splitlines()]
    assert clients == ["203.0.113.9"] * 5 + ["127.0.0.1"]


def test_the_event_loop_answers_queries_under_a_path_prefix(serve, small):
    with serve(small, path_prefix="/kg") as service, connect(service.port) as connection:
        for number in (81, 82, 81, 81, 81):
            assert connection.ask(request(ROW % number, path="/kg/sparql")).number == number
        # The proxy may have removed the prefix.
        assert connection.ask(request(ROW % 83)).number == 83
        page = connection.ask(b"GET /kg/about HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n")
    assert b'href="/kg/' in page.body


def test_a_large_response_to_a_slow_reader_arrives_completely(running):
    text = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 4000"
    data = request(text, "Accept: text/csv")
    with connect(running.port) as connection:
        first = connection.ask(data)
        connection.send(data * 40)  # about 20 MB, more than the socket buffers hold
        responses = [connection.receive() for _ in range(40)]
    assert first.body.count(b"\r\n") == 4001
    assert all(response.body == first.body for response in responses)


def test_the_event_loop_writes_the_same_headers_as_threads(serve, project):
    data = b"GET /about HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n"
    with serve(project) as service, connect(service.port) as connection:
        from_a_thread, *from_the_event_loop = (connection.ask(data) for _ in range(4))
        assert service.app.service.cache.figures.hits == 3
    varying = {"date", "server-timing", "x-request-id"}
    assert "frame-ancestors 'none'" in from_a_thread.headers["content-security-policy"]
    assert from_a_thread.headers.keys() > varying
    for response in from_the_event_loop:
        assert response.body == from_a_thread.body
        assert response.headers | dict.fromkeys(varying) == (
            from_a_thread.headers | dict.fromkeys(varying)
        )


def test_a_page_that_can_be_framed_has_exactly_its_own_policy(running):
    reply = running.ask(f"{PREVIEW}?id={quote(ENTITY)}ip")
    assert reply.headers.get_all("Content-Security-Policy") == [FRAMED_POLICY]
    response = Response.of((("Content-Security-Policy", FRAMED_POLICY),))
    head = running.app.stable_head(response, 0)
    assert head.count("Content-Security-Policy: ") == 1
    assert f"Content-Security-Policy: {FRAMED_POLICY}\r\n" in head


@pytest.mark.parametrize("path", ["/about", "/sparql?query=ASK%7B%7D&format=json", "/page/pscd"])
def test_every_response_has_exactly_one_content_length(running, path):
    for codings in ("identity", "gzip"):
        for _ in range(5):  # first from a thread, then from the cache and the event loop
            reply = running.ask(path, Accept_Encoding=codings)
            assert reply.headers.get_all("Content-Length") == [str(len(reply.body))]
