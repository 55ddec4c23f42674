"""What the server's loop answers itself: requests of the same bytes, and queries in between."""

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
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def number(self) -> int:
        return int(json.loads(self.body)["results"]["bindings"][0]["n"]["value"])


class Line:
    """A client connection, written and read byte by byte; `ask` reopens a closed one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.file = self.socket.makefile("rb")
        self.is_ended = False  # by the server

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> Answer:
        status = int(self.file.readline().split()[1])
        headers = {}
        while line := self.file.readline().strip():
            name, _, value = line.decode("latin-1").partition(": ")
            assert name.lower() not in headers, f"{name} is sent twice"
            headers[name.lower()] = value
        return Answer(status, headers, self.file.read(int(headers.get("content-length", 0))))

    def ask(self, data: bytes) -> Answer:
        if self.is_ended:
            self.close()
            self.open()
        self.send(data)
        answer = self.answer()
        # waitress closes after a response without a length, such as a 304
        self.is_ended = answer.headers.get("connection") == "close"
        return answer


@contextlib.contextmanager
def connected(port: int) -> Iterator[Line]:
    line = Line(port)
    try:
        yield line
    finally:
        line.close()


def request(text: str, *headers: str, path: str = "/sparql", method: str = "GET") -> bytes:
    lines = [f"{method} {path}?query={quote(text)} HTTP/1.1", "Host: localhost", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_the_same_bytes_get_the_same_answer_under_a_name_of_its_own(running):
    data = request(ROW % 7, "Accept: application/sparql-results+json")
    hits = running.app.service.cache.figures.hits
    with connected(running.port) as line:
        answers = [line.ask(data) for _ in range(6)]
    assert {answer.status for answer in answers} == {200}
    assert {answer.body for answer in answers} == {answers[0].body}
    assert answers[0].number == 7
    assert {answer.headers["etag"] for answer in answers} == {answers[0].headers["etag"]}
    assert len({answer.headers["x-request-id"] for answer in answers}) == 6
    assert all(answer.headers.keys() == answers[0].headers.keys() for answer in answers)
    assert running.app.service.cache.figures.hits - hits == 5


def test_other_queries_under_the_same_headers_get_their_own_answers(running):
    with connected(running.port) as line:
        numbers = [
            line.ask(request(ROW % item, "Accept: text/csv")).body.split() for item in (1, 2, 3)
        ]
    assert numbers == [[b"n", b"1"], [b"n", b"2"], [b"n", b"3"]]


def test_a_head_that_is_no_http_is_refused_after_its_headers_have_been_learnt(running):
    good = request(ROW % 11)
    with connected(running.port) as line:
        assert [line.ask(good).number, line.ask(good).number] == [11, 11]
    for bad in (
        good.replace(b"HTTP/1.1", b"HTTP/x.1", 1),
        good.replace(b"GET ", b"GET\x00", 1),
        good.replace(b"?query", b" ?query", 1),
    ):
        with connected(running.port) as line:
            assert line.ask(bad).status in (400, 404)


def test_http_1_0_is_closed_after_its_answer_though_its_headers_are_known(running):
    data = request(ROW % 12)
    with connected(running.port) as line:
        line.ask(data)
        line.ask(data)
    with connected(running.port) as line:
        assert line.ask(data.replace(b"HTTP/1.1", b"HTTP/1.0", 1)).number == 12
        assert line.file.read() == b""


def test_requests_sent_at_once_are_answered_in_their_order(running):
    numbers = [*range(100, 112), 100, 101]
    data = b"".join(request(ROW % number) for number in numbers)
    with connected(running.port) as line:
        line.send(data)
        assert [line.answer().number for _ in numbers] == numbers


def test_what_comes_behind_a_slow_query_is_answered_after_it(running):
    slow = request(SLOW, path="/sparql").replace(b"/sparql?", b"/sparql?timeout=300ms&", 1)
    warm = request(ROW % 21)
    with connected(running.port) as line:
        assert line.ask(warm).number == 21
        line.send(slow)
        for item in (22, 21, 23):
            line.send(request(ROW % item))
        assert line.answer().status == 503
        assert [line.answer().number for _ in range(3)] == [22, 21, 23]


def test_many_connections_are_answered_though_there_are_fewer_workers(running):
    workers = running.app.service.settings.workers
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(connected(running.port)) for _ in range(4 * workers)]
        for turn in range(5):
            for place, line in enumerate(lines):
                line.send(request(ROW % (1000 * turn + place)))
            numbers = [line.answer().number for line in lines]
            assert numbers == [1000 * turn + place for place in range(len(lines))]


def test_a_request_in_two_parts_is_one_request(running):
    data = request(ROW % 31)
    with connected(running.port) as line, connected(running.port) as other:
        line.ask(request(ROW % 30))
        for cut in (3, len(data) // 2, len(data) - 2):
            line.send(data[:cut])
            assert other.ask(request(ROW % 32)).number == 32  # the server has read the first part
            line.send(data[cut:])
            assert line.answer().number == 31


def test_a_known_request_with_the_tag_of_the_answer_gets_304_each_time(running):
    with connected(running.port) as line:
        tag = line.ask(request(ROW % 41)).headers["etag"]
        known = request(ROW % 41, f"If-None-Match: {tag}")
        answers = [line.ask(known) for _ in range(5)]
        other = line.ask(request(ROW % 41, 'If-None-Match: "other"'))
    assert [(answer.status, answer.body) for answer in answers] == [(304, b"")] * 5
    assert {answer.headers["etag"] for answer in answers} == {tag}
    assert (other.status, other.number) == (200, 41)


def test_a_client_that_takes_gzip_gets_it_from_the_second_use_on(running):
    text = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 40"
    with connected(running.port) as line:
        plain = line.ask(request(text)).body
        answers = [line.ask(request(text, "Accept-Encoding: gzip")) for _ in range(6)]
        after = line.ask(request(text))
    assert {answer.headers.get("content-encoding") for answer in answers[2:]} == {"gzip"}
    assert all(gzip.decompress(answer.body) == plain for answer in answers[2:])
    assert "content-encoding" not in after.headers
    assert after.body == plain


def test_a_request_that_brings_its_name_gets_it_back_each_time(running):
    with connected(running.port) as line:
        for name in ("one", "two", "one", "two", "one"):
            answer = line.ask(request(ROW % 51, f"X-Request-Id: {name}"))
            assert (answer.headers["x-request-id"], answer.number) == (name, 51)


def test_head_has_no_body_though_get_is_kept(running):
    with connected(running.port) as line:
        full = [line.ask(request(ROW % 61)) for _ in range(4)][-1]
        line.send(request(ROW % 61, method="HEAD") + request(ROW % 62))
        status = line.file.readline()
        headers = b"".join(iter(line.file.readline, b"\r\n")).decode()
        assert b"200" in status
        assert f"Content-Length: {len(full.body)}\r\n" in headers
        assert line.answer().number == 62


def test_known_bytes_are_answered_from_the_new_graph_after_a_reload(serve, small, tmp_path: Path):
    other = tmp_path / "other.ttl"
    other.write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    data = request("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    with serve(small) as service, connected(service.port) as line:
        before = [line.ask(data).number for _ in range(4)]
        fresh = ipgraph.open(other, settings=Settings(cache=str(tmp_path / "fresh")))
        service.app.service.replace(fresh)
        after = [line.ask(data).number for _ in range(4)]
    assert len(set(before)) == 1
    assert after == [1, 1, 1, 1]


def test_a_page_that_is_kept_is_answered_by_its_bytes_too(running):
    data = b"GET /about HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n"
    with connected(running.port) as line:
        answers = [line.ask(data) for _ in range(5)]
    assert {answer.body for answer in answers} == {answers[0].body}
    assert b"<h1" in answers[0].body
    assert {answer.headers["content-type"] for answer in answers} == {"text/html; charset=utf-8"}


def test_every_answer_is_in_the_access_log_with_its_own_client_and_name(
    serve, small, tmp_path: Path
):
    log = tmp_path / "access.jsonl"
    data = request(ROW % 71)
    with serve(small, access_log=str(log)) as service, connected(service.port) as line:
        names = [line.ask(data).headers["x-request-id"] for _ in range(5)]
    lines = [json.loads(item) for item in log.read_text(encoding="utf-8").splitlines()]
    assert [item["id"] for item in lines] == names
    assert {item["client"] for item in lines} == {"127.0.0.1"}
    assert [item.get("cache") for item in lines] == [None, "hit", "hit", "hit", "hit"]
    assert all(ROW % 71 in item["query"] for item in lines)


def test_the_access_log_names_the_client_that_a_trusted_proxy_names(serve, small, tmp_path: Path):
    log = tmp_path / "access.jsonl"
    data = request(ROW % 72, "X-Forwarded-For: 192.0.2.1, 203.0.113.9")
    settings = {"access_log": str(log), "trusted_proxy": "127.0.0.1"}
    with serve(small, **settings) as service, connected(service.port) as line:
        for _ in range(5):
            assert line.ask(data).number == 72
    with serve(small, access_log=str(log)) as service, connected(service.port) as line:
        line.ask(data)  # nobody is trusted here
    clients = [json.loads(item)["client"] for item in log.read_text("utf-8").splitlines()]
    assert clients == ["203.0.113.9"] * 5 + ["127.0.0.1"]


def test_queries_under_a_path_prefix_are_answered_from_the_loop_too(serve, small):
    with serve(small, path_prefix="/kg") as service, connected(service.port) as line:
        for item in (81, 82, 81, 81, 81):
            assert line.ask(request(ROW % item, path="/kg/sparql")).number == item
        assert line.ask(request(ROW % 83)).number == 83  # the proxy may have cut the prefix off
        page = line.ask(b"GET /kg/about HTTP/1.1\r\nAccept: text/html\r\n\r\n")
    assert b'href="/kg/' in page.body


def test_a_large_answer_that_its_client_reads_late_arrives_whole(running):
    text = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 4000"
    data = request(text, "Accept: text/csv")
    with connected(running.port) as line:
        first = line.ask(data)
        line.send(data * 40)  # some 20 MB of answers, more than the sockets hold
        answers = [line.answer() for _ in range(40)]
    assert first.body.count(b"\r\n") == 4001
    assert all(answer.body == first.body for answer in answers)


def test_the_loop_writes_the_same_headers_as_threads(serve, project):
    data = b"GET /about HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n"
    with serve(project) as service, connected(service.port) as line:
        from_a_thread, *from_the_loop = (line.ask(data) for _ in range(4))
        assert service.app.service.cache.figures.hits == 3
    varying = {"date", "server-timing", "x-request-id"}
    assert "frame-ancestors 'none'" in from_a_thread.headers["content-security-policy"]
    assert from_a_thread.headers.keys() > varying
    for answer in from_the_loop:
        assert answer.body == from_a_thread.body
        assert answer.headers | dict.fromkeys(varying) == (
            from_a_thread.headers | dict.fromkeys(varying)
        )


def test_what_may_be_framed_has_its_own_policy_and_no_other(running):
    reply = running.ask(f"{PREVIEW}?id={quote(ENTITY)}ip")
    assert reply.headers.get_all("Content-Security-Policy") == [FRAMED_POLICY]
    response = Response.of((("Content-Security-Policy", FRAMED_POLICY),))
    head = running.app.stable_head(response, 0)
    assert head.count("Content-Security-Policy: ") == 1
    assert f"Content-Security-Policy: {FRAMED_POLICY}\r\n" in head


@pytest.mark.parametrize("path", ["/about", "/sparql?query=ASK%7B%7D&format=json", "/page/pscd"])
def test_no_response_has_two_lengths_whoever_writes_it(running, path):
    for codings in ("identity", "gzip"):
        for _ in range(5):  # the first from a thread, later ones from the cache and the loop
            reply = running.ask(path, Accept_Encoding=codings)
            assert reply.headers.get_all("Content-Length") == [str(len(reply.body))]
