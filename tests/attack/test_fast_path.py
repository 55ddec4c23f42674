"""Any requests: with and without `fast_path`, and from its cache, they get the same responses."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fuzzing import fuzzed
from support.running import serving
from support.waiting import wait_until_readable

# What differs between two responses to the same request. waitress closes a connection after a 304,
# the fast path does not.
VARYING = {"date", "x-request-id", "server-timing", "connection"}
ELAPSED = re.compile(rb"\d+(?:[.,]\d+)?(?=(?:&#160;|&nbsp;|\xc2\xa0| )m?s\b)")  # in a page
QUERIES = [
    *("ASK {}", "SELECT * {} ", "SELECT ?s { ?s a org:Organization } ORDER BY ?s LIMIT 3"),
    *("SELECT ?s { ?s a ?c } ORDER BY ?s LIMIT 200", "ASK", "", "é"),
    *("CONSTRUCT { <http://e/> a ?c } { ?s a ?c } LIMIT 1", "DESCRIBE <http://e/>", "LOAD <x:y>"),
    *("SELECT * { SERVICE <http://e/> {} }", "SELECT * { " + "{" * 200, "SELECT ('\x1b' AS ?x) {}"),
]  # fmt: skip
PARAMETERS = ["", "&infer=false", "&format=csv", "&format=x", "&timeout=1s", "&query=ASK{}", "&a=b"]
TARGETS = st.one_of(
    st.builds(
        lambda path, text, more: f"{path}?query={quote(text, safe='')}{more}",
        st.sampled_from(["/sparql", "/query", "/sparql/", "//sparql", "/SPARQL", "/%73parql"]),
        st.sampled_from(QUERIES),
        st.sampled_from(PARAMETERS),
    ),
    st.sampled_from(
        [
            *("/sparql", "/sparql?", "/sparql?%", "/sparql?query=%ff", "/sparql?query=ASK{}#x"),
            *("/", "/id/dhs", "/page/dhs", "/x", "/health/", "/void.ttl", "http://h/sparql?query=ASK{}"),
            *("/sparql?query=ASK+{}", "/sparql?query=ASK%20{}", "/sparql?query=ASK%20%7B%7D"),
        ]
    ),
)  # fmt: skip
FIELDS = [
    *("Accept: */*", "Accept: text/csv", "Accept: text/html", "Accept: x/y", "accept:text/csv"),
    *("Accept-Encoding: gzip", "Accept-Encoding: identity;q=0", "Accept-Encoding: br, gzip"),
    *("If-None-Match: *", 'If-None-Match: "x"', "Connection: close", "Connection: keep-alive"),
    *("X-Request-Id: mine", "Accept-Language: es", "Origin: http://o", "Cookie: a=b"),
    *("X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https", "X-Forwarded-Host: other"),
    *("Content-Length: 0", "Expect: 100-continue", "Upgrade: h2c", "Range: bytes=0-1"),
    *("If-Modified-Since: Sun, 29 Nov 2099 00:00:00 GMT", "Cache-Control: no-cache", "X: \té"),
]  # fmt: skip
HEADERS = st.lists(st.sampled_from(FIELDS), max_size=4, unique=True)


@dataclass(frozen=True)
class Sent:
    """One request; with `with_tag`, it names the tag of the previous response."""

    method: str
    target: str
    version: str
    host: str
    headers: tuple[str, ...]
    with_tag: bool

    def pack(self, tag: str) -> bytes:
        lines = [f"{self.method} {self.target} HTTP/{self.version}", f"Host: {self.host}"]
        lines += self.headers
        if self.with_tag and tag:
            lines.append(f"If-None-Match: {tag}")
        return "\r\n".join([*lines, "", ""]).encode()


REQUESTS = st.builds(
    Sent,
    st.sampled_from(["GET"] * 6 + ["HEAD", "OPTIONS", "DELETE"]),
    TARGETS,
    st.sampled_from(["1.1"] * 6 + ["1.0"]),
    st.sampled_from(["127.0.0.1"] * 4 + ["other.example"]),
    HEADERS.map(tuple),
    st.booleans(),
)
SEQUENCES = st.lists(REQUESTS, min_size=1, max_size=5).flatmap(
    lambda requests: st.lists(st.sampled_from(requests), min_size=1, max_size=10)
)


class Client:
    """A connection to a service, opened again when the service closes it."""

    def __init__(self, running) -> None:
        self._running = running
        self._socket: socket.socket | None = None
        self._tag = ""

    def ask(self, request: Sent) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return status, headers and body, less what varies."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._running.port))
        self._socket.sendall(request.pack(self._tag))
        wait_until_readable(self._socket, self._running.check_alive)
        response = http.client.HTTPResponse(self._socket, method=request.method)
        with contextlib.closing(response):
            response.begin()
            body = response.read()
        headers = [(name.lower(), value) for name, value in response.getheaders()]
        self._tag = response.getheader("ETag") or self._tag
        if response.will_close:
            self.close()
        fixed = sorted(pair for pair in headers if pair[0] not in VARYING)
        request_id = (response.getheader("X-Request-Id") or "no id").encode()
        body = ELAPSED.sub(b"0", body.replace(request_id, b"the id"))
        if ELAPSED.search(body):
            fixed = [pair for pair in fixed if pair[0] != "content-length"]
        return response.status, fixed, body

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None


@pytest.fixture(scope="module")
def services(project):
    """Services that answer from the event loop and from threads, both with a cache."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                serving(project, public_url="http://data.example", fast_path=fast_path)
            )
            for fast_path in (True, False)
        ]


@fuzzed(60)
@given(SEQUENCES)
def test_the_fast_path_and_its_cache_change_no_response(services, requests):
    clients = [Client(running) for running in services]
    with contextlib.ExitStack() as stack:
        for client in clients:
            stack.callback(client.close)
        for request in requests:
            by_loop, by_thread = (client.ask(request) for client in clients)
            assert by_loop == by_thread, request
