"""Requests written byte by byte: none is read as two, and both transports agree on each.

A case is the bytes of a client and the statuses of all responses until the connection closes. After
the bytes of a case comes a last request. It is answered only if the service still agrees with the
client about where the requests before it end.
"""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, NamedTuple

import pytest

from support.running import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.knowledge_graph import KnowledgeGraph
    from support.running import Running

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
# Inside the body of another request; a response to it would have status 404.
HIDDEN = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3}) ")
OK, REFUSED, TOO_LARGE, TIMED_OUT = (200, 200), (400,), (413,), (408,)
CHUNKS = b"5\r\nquery\r\n8\r\n=ASK%7B%7D"[:-1] + b"\r\n0\r\n\r\n"


class Case(NamedTuple):
    """What a client sends, and the statuses that it gets."""

    name: str
    data: bytes
    statuses: tuple[int, ...]


def get(headers: bytes, target: bytes = b"/health", version: bytes = b"HTTP/1.1") -> bytes:
    return b"GET " + target + b" " + version + b"\r\n" + headers + b"\r\n"


def post(headers: bytes, body: bytes) -> bytes:
    return b"POST /sparql HTTP/1.1\r\nHost: a\r\n" + FORM + headers + b"\r\n" + body


def chunked(body: bytes, headers: bytes = b"") -> bytes:
    return post(headers + b"Transfer-Encoding: chunked\r\n", body)


BODY = b"query=ASK%7B%7D"
LENGTH = b"Content-Length: 15\r\n"
ENCODED = b"f\r\n" + BODY + b"\r\n0\r\n\r\n"
HIDDEN_LENGTH = b"Content-Length: %d\r\n" % len(HIDDEN)


def framing() -> list[Case]:
    """Content-Length and Transfer-Encoding that leave the end of a body open."""
    both = {
        "length then coding": LENGTH + b"Transfer-Encoding: chunked\r\n",
        "coding then length": b"Transfer-Encoding: chunked\r\n" + LENGTH,
        "length 0 and coding": b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        "length of the hidden request and coding": HIDDEN_LENGTH
        + b"Transfer-Encoding: chunked\r\n",
        "coding and length in other cases": b"tRANSFER-eNCODING: chunked\r\ncONTENT-lENGTH: 4\r\n",
    }
    lengths = {
        "twice, equal": LENGTH * 2,
        "twice, different": b"Content-Length: 0\r\n" + HIDDEN_LENGTH,
        "list, equal": b"Content-Length: 15, 15\r\n",
        "list, different": b"Content-Length: 0, 15\r\n",
        "negative": b"Content-Length: -1\r\n",
        "with a plus": b"Content-Length: +15\r\n",
        "hexadecimal": b"Content-Length: 0xf\r\n",
        "with an underscore": b"Content-Length: 1_5\r\n",
        "with a fraction": b"Content-Length: 15.0\r\n",
        "with an exponent": b"Content-Length: 1e1\r\n",
        "with a blank inside": b"Content-Length: 1 5\r\n",
        "with a vertical tab": b"Content-Length: \x0b15\r\n",
        "with NBSP": b"Content-Length: \xa015\r\n",
        "with digits of another script": b"Content-Length: \xd9\xa1\xd9\xa5\r\n",
        "empty": b"Content-Length: \r\n",
        "a word": b"Content-Length: five\r\n",
        "quoted": b'Content-Length: "15"\r\n',
        "of 20 digits": b"Content-Length: " + b"9" * 20 + b"\r\n",
        "of 5,000 digits": b"Content-Length: " + b"9" * 5000 + b"\r\n",
        "with a blank before the colon": b"Content-Length : 15\r\n",
        "with a tab before the colon": b"Content-Length\t: 15\r\n",
    }
    codings = {
        "identity": (b"Transfer-Encoding: identity\r\n", 501),
        "gzip": (b"Transfer-Encoding: gzip\r\n", 501),
        "gzip, chunked": (b"Transfer-Encoding: gzip, chunked\r\n", 501),
        "chunked, identity": (b"Transfer-Encoding: chunked, identity\r\n", 501),
        "chunked, chunked": (b"Transfer-Encoding: chunked, chunked\r\n", 501),
        "empty": (b"Transfer-Encoding: \r\n", 501),
        "a comma": (b"Transfer-Encoding: ,chunked\r\n", 501),
        "quoted": (b'Transfer-Encoding: "chunked"\r\n', 501),
        "xchunked": (b"Transfer-Encoding: xchunked\r\n", 501),
        "with a parameter": (b"Transfer-Encoding: chunked;q=1\r\n", 501),
        "with a vertical tab": (b"Transfer-Encoding: \x0bchunked\r\n", 400),
        "with NEL": (b"Transfer-Encoding: \x85chunked\r\n", 501),
        "with NUL": (b"Transfer-Encoding: chunked\x00\r\n", 400),
        "twice": (b"Transfer-Encoding: chunked\r\n" * 2, 400),
        "twice, the first ignored by some": (
            b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n", 400),
        "folded": (b"Transfer-Encoding:\r\n chunked\r\n", 400),
        "with a blank before the colon": (b"Transfer-Encoding : chunked\r\n", 400),
        "after a bare CR": (b"X: y\rTransfer-Encoding: chunked\r\n", 400),
        "after a bare LF": (b"X: y\nTransfer-Encoding: chunked\r\n", 400),
    }  # fmt: skip
    return [
        *(Case(f"both: {name}", post(headers, ENCODED + HIDDEN), REFUSED)
          for name, headers in both.items()),
        *(Case(f"length: {name}", post(headers, BODY), REFUSED)
          for name, headers in lengths.items()),
        *(Case(f"coding: {name}", post(headers, ENCODED + HIDDEN), (status,))
          for name, (headers, status) in codings.items()),
        Case("length: correct", post(LENGTH, BODY), OK),
        Case("length: in capitals and with blanks", post(b"CONTENT-LENGTH: \t15 \r\n", BODY), OK),
        Case("length: with leading zeros", post(b"Content-Length: 0015\r\n", BODY), OK),
        Case("length: too large", post(b"Content-Length: 99999999\r\n", BODY), TOO_LARGE),
        Case("length: too long", post(b"Content-Length: 150\r\n", BODY), TIMED_OUT),
        Case("length: hides a request in a GET", get(b"Host: a\r\n" + HIDDEN_LENGTH) + HIDDEN, OK),
        Case("coding: correct", chunked(ENCODED), OK),
        Case("coding: in capitals", post(b"TRANSFER-ENCODING: CHUNKED\r\n", ENCODED), OK),
        Case("coding: hides a request in a GET",
             get(b"Host: a\r\nTransfer-Encoding: chunked\r\n")
             + b"%x\r\n" % len(HIDDEN) + HIDDEN + b"\r\n0\r\n\r\n", OK),
        Case("coding: in HTTP/1.0",
             post(b"Transfer-Encoding: chunked\r\n", ENCODED).replace(b"1.1", b"1.0"), REFUSED),
        Case("headers with underscores are not framing",
             get(b"Host: a\r\nContent_Length: 35\r\nTransfer_Encoding: chunked\r\n"), OK),
    ]  # fmt: skip


def chunks() -> list[Case]:
    """Bodies in chunks."""
    wrong = {
        "bare LF after the size": b"f\n" + BODY + b"\r\n0\r\n\r\n",
        "LF and CR LF after the size": b"f\n\r\n" + BODY + b"\r\n0\r\n\r\n",
        "bare CR after the size": b"f\r" + BODY + b"\r\n0\r\n\r\n",
        "bare LF after the data": b"f\r\n" + BODY + b"\n0\r\n\r\n",
        "bare LF after the last chunk": b"f\r\n" + BODY + b"\r\n0\n\r\n",
        "bare LF in an extension": b"f;x\n\r\n" + BODY + b"\r\n0\r\n\r\n",
        "bare LF in a quoted extension": b'f;x="\n"\r\n' + BODY + b"\r\n0\r\n\r\n",
        "bare LF in the trailer": b"f\r\n" + BODY + b"\r\n0\r\nX: y\n\r\n",
        "data longer than its size": b"4\r\n" + BODY + b"\r\n0\r\n\r\n",
        "data shorter than its size": b"10\r\n" + BODY + b"\r\n0\r\n\r\n",
        "no line after the data": b"f\r\n" + BODY + b"0\r\n\r\n",
        "empty line before the size": b"\r\nf\r\n" + BODY + b"\r\n0\r\n\r\n",
        "empty line between chunks": b"f\r\n" + BODY + b"\r\n\r\n0\r\n\r\n",
        "no size": b";x\r\n" + BODY + b"\r\n0\r\n\r\n",
        "size with 0x": b"0xf\r\n" + BODY + b"\r\n0\r\n\r\n",
        "size with a plus": b"+f\r\n" + BODY + b"\r\n0\r\n\r\n",
        "negative size": b"-f\r\n" + BODY + b"\r\n0\r\n\r\n",
        "size with an underscore": b"0_f\r\n" + BODY + b"\r\n0\r\n\r\n",
        "size with a leading blank": b" f\r\n" + BODY + b"\r\n0\r\n\r\n",
        "size with a trailing blank": b"f \r\n" + BODY + b"\r\n0\r\n\r\n",
        "size beyond 64 bits": b"10000000000000000f\r\n" + BODY + b"\r\n0\r\n\r\n",
        "size of 5,000 digits": b"f" * 5000 + b"\r\n",
        "a size that never ends": b"0" * 9000,
        "an extension that never ends": b"f;" + b"x" * 9000,
        "an invalid extension": b"f;=\r\n" + BODY + b"\r\n0\r\n\r\n",
        "a trailer that is no field": b"f\r\n" + BODY + b"\r\n0\r\nGET / HTTP/1.1\r\n\r\n",
        "a trailer that never ends": b"f\r\n" + BODY + b"\r\n0\r\n" + b"X: y\r\n" * 4000,
        "a folded trailer": b"f\r\n" + BODY + b"\r\n0\r\nX: y\r\n z\r\n\r\n",
    }
    right = {
        "two chunks": b"6\r\nquery=\r\n9\r\nASK%7B%7D\r\n0\r\n\r\n",
        "an extension": b"f;a=b\r\n" + BODY + b"\r\n0\r\n\r\n",
        "a quoted extension": b'f; a="b;\\"c"\r\n' + BODY + b"\r\n0;d\r\n\r\n",
        "leading zeros": b"000f\r\n" + BODY + b"\r\n000\r\n\r\n",
        "a size in capitals": b"F\r\n" + BODY + b"\r\n0\r\n\r\n",
        "a trailer": b"f\r\n" + BODY + b"\r\n0\r\nX: y\r\nContent-Length: 35\r\n\r\n",
        "a trailer with another coding": b"f\r\n" + BODY + b"\r\n0\r\nTransfer-Encoding: x\r\n\r\n",
    }
    return [
        *(Case(f"chunks: {name}", chunked(body), REFUSED) for name, body in wrong.items()),
        *(Case(f"chunks: {name}", chunked(body), OK) for name, body in right.items()),
        Case("chunks: too many bytes", chunked(b"200000\r\n" + b"a" * (2 << 20)), TOO_LARGE),
    ]


def heads() -> list[Case]:
    """Lines of a head, its request line and its target."""
    wrong = {
        "bare LF everywhere": b"GET /health HTTP/1.1\nHost: a\n\n",
        "bare LF after the request line": b"GET /health HTTP/1.1\nHost: a\r\n\r\n",
        "bare LF at the end": b"GET /health HTTP/1.1\r\nHost: a\r\n\n",
        "bare CR in a value": get(b"Host: a\r\nX: y\rz\r\n"),
        "NUL in a value": get(b"Host: a\r\nX: y\x00z\r\n"),
        "NUL in a name": get(b"Host: a\r\nX\x00: y\r\n"),
        "DEL in a value": get(b"Host: a\r\nX: \x7f\r\n"),
        "ESC in a value": get(b"Host: a\r\nX: \x1b[2J\r\n"),
        "a folded line": get(b"Host: a\r\nX: y\r\n z\r\n"),
        "a folded first line": get(b" X: y\r\nHost: a\r\n"),
        "a field without a colon": get(b"Host: a\r\nGET / HTTP/1.1\r\n"),
        "a field without a name": get(b"Host: a\r\n: y\r\n"),
        "a name with a blank": get(b"Host: a\r\nX y: z\r\n"),
        "a name that is not ASCII": get(b"Host: a\r\nX\xe9: z\r\n"),
        "no version": b"GET /health\r\nHost: a\r\n\r\n",
        "no target": b"GET HTTP/1.1\r\nHost: a\r\n\r\n",
        "no method": b"/health HTTP/1.1\r\nHost: a\r\n\r\n",
        "two blanks": b"GET  /health HTTP/1.1\r\nHost: a\r\n\r\n",
        "a tab": b"GET\t/health HTTP/1.1\r\nHost: a\r\n\r\n",
        "a trailing blank": b"GET /health HTTP/1.1 \r\nHost: a\r\n\r\n",
        "a leading blank": b" GET /health HTTP/1.1\r\nHost: a\r\n\r\n",
        "a method in lower case": b"get /health HTTP/1.1\r\nHost: a\r\n\r\n",
        "a method with a bracket": b"G(T /health HTTP/1.1\r\nHost: a\r\n\r\n",
        "a protocol in lower case": get(b"Host: a\r\n", version=b"http/1.1"),
        "a version of three digits": get(b"Host: a\r\n", version=b"HTTP/1.11"),
        "a blank in the target": get(b"Host: a\r\n", b"/health HTTP/1.1\r\nX: /"[:7] + b" x"),
        "NUL in the target": get(b"Host: a\r\n", b"/health\x00"),
        "a control in the target": get(b"Host: a\r\n", b"/health\x1b"),
        "a target without a slash": get(b"Host: a\r\n", b"health"),
        "a target of another scheme": get(b"Host: a\r\n", b"ftp://a/health"),
        "a target with an authority only": get(b"Host: a\r\n", b"a:80"),
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        "a protocol that is not HTTP": b"\x00\x01\x02",
    }
    hosts = {
        "none": b"",
        "two": b"Host: a\r\nHost: b\r\n",
        "two, equal": b"Host: a\r\nHost: a\r\n",
        "empty": b"Host: \r\n",
        "a list": b"Host: a, b\r\n",
        "a blank": b"Host: a b\r\n",
        "user information": b"Host: user@a\r\n",
        "a path": b"Host: a/b\r\n",
        "a port of letters": b"Host: a:http\r\n",
        "two ports": b"Host: a:80:81\r\n",
        "markup": b"Host: <script>\r\n",
        "an open bracket": b"Host: [::1\r\n",
        "NUL": b"Host: a\x00\r\n",
        "not ASCII": b"Host: \xe9\r\n",
        "folded": b"Host:\r\n a\r\n",
    }
    return [
        *(Case(f"head: {name}", data, REFUSED) for name, data in wrong.items()),
        *(Case(f"Host: {name}", get(headers), REFUSED) for name, headers in hosts.items()),
        Case("head: HTTP/2.0", get(b"Host: a\r\n", version=b"HTTP/2.0"), (505,)),
        Case("head: HTTP/1.2", get(b"Host: a\r\n", version=b"HTTP/1.2"), (505,)),
        Case("head: too long", get(b"Host: a\r\nX: " + b"y" * (300 << 10) + b"\r\n"), (414,)),
        Case("head: too many fields", get(b"Host: a\r\n" + b"X: y\r\n" * 50_000), (414,)),
        Case("head: empty lines before it", b"\r\n\r\n\r\n" + get(b"Host: a\r\n"), OK),
        Case("head: goes on in the next", b"GET /health HTTP/1.1\r\nHost: a\r\nX: ", REFUSED),
        Case("head: UTF-8 in a value", get("Host: a\r\nX: é\r\n".encode()), OK),
        Case("head: Expect without a body", get(b"Host: a\r\nExpect: 100-continue\r\n"), OK),
        Case("head: two requests", get(b"Host: a\r\n") * 2, (200, *OK)),
        Case("Host: with a port", get(b"Host: a:80\r\n"), OK),
        Case("Host: IPv6", get(b"Host: [::1]:80\r\n"), OK),
        Case("Host: none in HTTP/1.0", get(b"", version=b"HTTP/1.0"), (200,)),
        Case("target: absolute", get(b"Host: a\r\n", b"http://b/health"), OK),
        Case("target: absolute, without Host", get(b"", b"http://b/health"), REFUSED),
        Case("target: absolute, invalid host", get(b"Host: a\r\n", b"http://a@b/health"), REFUSED),
        Case("target: absolute, without a path",
             get(b"Host: a\r\nAccept: text/turtle\r\n", b"http://b"), OK),
        Case("target: an asterisk", get(b"Host: a\r\n", b"*"), (404, 200)),
    ]  # fmt: skip


CASES = [*framing(), *chunks(), *heads()]


@pytest.fixture(scope="module", params=[True, False], ids=["fast path", "plain waitress"])
def target(project: KnowledgeGraph, request: pytest.FixtureRequest) -> Iterator[Running]:
    """The service, in both modes, with short deadlines and known headers."""
    with serving(
        project, fast_path=request.param, header_time_limit_s=1, body_time_limit_s=1
    ) as running:
        for _ in range(3):  # the fast path then knows these headers
            assert statuses(running, get(b"Host: a\r\n", b"/sparql?query=ASK%7B%7D")) == [200, 200]
        yield running


def statuses(running: Running, data: bytes) -> list[int]:
    """Send bytes, read until the service closes the connection, and return all statuses."""
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        received = b""
        try:
            connection.sendall(data + LAST)
            while part := connection.recv(65536):
                received += part
        except ConnectionError:
            pass
    return [int(status) for status in STATUS.findall(received)]


def test_there_are_enough_different_cases():
    assert len({case.data for case in CASES}) == len({case.name for case in CASES}) == len(CASES)
    assert len(CASES) >= 90


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_raw_request_gets_its_status_and_hides_no_other(target, case):
    assert statuses(target, case.data) == list(case.statuses)


def test_the_service_works_after_all_cases(target):
    assert target.query("ASK {}").json()["boolean"] is True
