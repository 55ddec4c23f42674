"""A request parser that rejects what other parsers could read differently (RFC 9112).

A proxy in front of the service and the service must agree where a request ends. waitress's parser
is lenient: it takes a request with both Content-Length and Transfer-Encoding, reads bare line feeds
in chunk sizes, folds lines, and raises at a Content-Length of 5,000 digits. This parser checks the
bytes of a head before waitress parses it, and reads chunked bodies itself. It also searches a head
that arrives in pieces only once, where waitress searches it again at every piece.
"""

from __future__ import annotations

import re
from typing import Any

from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser
from waitress.receiver import ChunkedReceiver
from waitress.utilities import BadRequest, Error, RequestHeaderFieldsTooLarge, ServerNotImplemented

from ipgraph.server.http import public_url

_END = b"\r\n\r\n"
_EMPTY_LINES = re.compile(rb"(?:\r\n)*")  # before a request: RFC 9112, 2.2
_BEGINNING = re.compile(rb"(?:\r\n)*(?:\r?$|[A-Z!#$%&'*+.^_`|~0-9-])")
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_REQUEST_LINE = re.compile(
    rb"(?P<method>[A-Z!#$%&'*+.^_`|~0-9-]{1,64}) (?P<target>[^\x00-\x20\x7f]+) "
    rb"HTTP/(?P<version>[0-9]\.[0-9])"
)
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_LENGTH = re.compile(rb"[0-9]{1,19}")
_ABSOLUTE = re.compile(rb"(?i)https?://([^/?#]*)")
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = rb'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t -~])*"'
_EXTENSION = (
    rb"[ \t]*;[ \t]*" + _TOKEN + rb"(?:[ \t]*=[ \t]*(?:" + _TOKEN + rb"|" + _QUOTED + rb"))?"
)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})(?:" + _EXTENSION + rb")*")
_MAX_CHUNK_LINE_BYTES = 4 << 10
_MAX_TRAILER_BYTES = 16 << 10
_ONCE = (b"host", b"content-length", b"transfer-encoding")


class RequestTimeout(Error):  # type: ignore[misc]  # waitress ships no types
    """The head or the body of a request did not arrive in time."""

    code = 408
    reason = "Request Timeout"


class VersionNotSupported(Error):  # type: ignore[misc]  # as above
    """A version of HTTP other than 1.0 and 1.1."""

    code = 505
    reason = "HTTP Version Not Supported"


class RequestParser(HTTPRequestParser):  # type: ignore[misc]  # as above
    """waitress's parser behind strict checks."""

    body_rcv: Any
    path: Any
    completed: bool
    expect_continue: bool

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self._head = bytearray()

    def received(self, data: bytes) -> int:
        """Read the bytes of a request; return how many belong to it."""
        if self.completed:
            return 0
        if self.body_rcv is not None:
            return self._body_received(data)
        held = len(self._head)
        self._head += data
        end = self._head.find(_END, max(held - len(_END) + 1, 0))
        if end < 0:
            if _BARE_LINE_FEED.search(self._head, held):
                self._refuse(BadRequest("A line ends without a carriage return."))
            elif not _BEGINNING.match(self._head):
                self._refuse(BadRequest("This is not HTTP."))
            elif len(self._head) >= self.adj.max_request_header_size:
                self._refuse(RequestHeaderFieldsTooLarge("The head of the request is too long."))
            return len(data)
        head = bytes(self._head[: end + len(_END)])
        consumed = len(head) - held
        self._head.clear()
        if error := _fault(head):
            self._refuse(error)
        else:
            super().received(head)
            if self.chunked:
                self.body_rcv = StrictChunks(OverflowableBuffer(self.adj.inbuf_overflow))
            # Otherwise waitress would parse the next request into this one.
            if self.error or self.body_rcv is None:
                self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Parse a head; an absolute target replaces Host (RFC 9112, 3.2.2)."""
        super().parse_header(header_plus)
        if found := _ABSOLUTE.match(self.request_uri.encode("latin-1")):
            self.headers["HOST"] = found[1].decode("latin-1")
            self.path = self.path or "/"

    @property
    def is_in_body(self) -> bool:
        """True if the head is complete and the body is not."""
        return self.body_rcv is not None and not self.completed

    def time_out(self) -> None:
        """Complete the request as one that took too long."""
        self._refuse(RequestTimeout("The request did not arrive in time."))

    def _body_received(self, data: bytes) -> int:
        consumed = int(super().received(data))
        if isinstance(self.body_rcv, StrictChunks) and self.body_rcv.is_held_too_long:
            self._refuse(BadRequest("A chunk size or trailer is too long."))
        return consumed

    def _refuse(self, error: Error) -> None:
        self.error = error
        self.completed = True
        self.connection_close = True
        if not self.headers_finished:
            self.version, self.path, self.command = "1.1", "", ""


class StrictChunks(ChunkedReceiver):  # type: ignore[misc]  # as above
    """A decoder of chunked bodies. Every line ends with CR LF, and nothing is skipped."""

    def __init__(self, buffer: Any) -> None:
        super().__init__(buffer)
        self._left = 0  # bytes of the current chunk
        self._is_data_complete = False
        self._line = b""

    @property
    def is_held_too_long(self) -> bool:
        """True if a line or the trailer exceeds its bound."""
        bound = _MAX_TRAILER_BYTES if self._is_data_complete else _MAX_CHUNK_LINE_BYTES
        return len(self._line) > bound or len(self.trailer) > _MAX_TRAILER_BYTES

    def received(self, data: bytes) -> int:
        """Read the bytes of a body; return how many belong to it."""
        position = 0
        while position < len(data) and not self.completed and self.error is None:
            if self._left > 2:  # the chunk, without the CR LF after it
                part = data[position : position + self._left - 2]
                self.buf.append(part)
                self._left -= len(part)
                position += len(part)
            else:
                position += self._line_received(data, position)
        return position

    def _line_received(self, data: bytes, position: int) -> int:
        held = len(self._line)
        end = data.find(b"\n", position)
        self._line += data[position : len(data) if end < 0 else end + 1]
        if end >= 0:
            line, self._line = self._line, b""
            if line.endswith(b"\r\n"):
                self._use(line[:-2])
            else:
                self.error = BadRequest("A line ends without a carriage return.")
            return len(line) - held
        if self._left and len(self._line) >= 2:
            self.error = BadRequest("A chunk is longer than its size.")
        return len(self._line) - held

    def _use(self, line: bytes) -> None:
        if self._left:  # the end of a chunk
            self._left = 0
            if line:
                self.error = BadRequest("A chunk is longer than its size.")
        elif self._is_data_complete:
            self._use_trailer(line)
        elif found := _CHUNK.fullmatch(line):
            size = int(found[1], 16)
            self._left = size + 2 if size else 0
            self._is_data_complete = not size
        else:
            self.error = BadRequest("A chunk size is not valid.")

    def _use_trailer(self, line: bytes) -> None:
        if not line:
            self.completed = True
        elif _FIELD.fullmatch(line):
            self.trailer += line + b"\r\n"  # only to bound it: no trailer is used
        else:
            self.error = BadRequest("A trailer field is not valid.")


def _fault(head: bytes) -> Error | None:
    """Return what is wrong with a whole head, if anything."""
    begin = _EMPTY_LINES.match(head).end()  # type: ignore[union-attr]  # it always matches
    if begin == len(head):
        return None  # nothing but empty lines
    first, *lines = head[begin : -len(_END)].split(b"\r\n")
    request = _REQUEST_LINE.fullmatch(first)
    if request is None:
        return BadRequest("The request line is not valid.")
    version = request["version"]
    if version not in (b"1.0", b"1.1"):
        return VersionNotSupported("Use HTTP/1.1 or HTTP/1.0.")
    fields = _fields(lines)
    if isinstance(fields, Error):
        return fields
    absolute = _ABSOLUTE.match(request["target"])
    if not absolute and request["target"][:1] not in (b"/", b"*"):
        return BadRequest("The request target is neither a path nor an address.")
    hosts = [fields.get(b"host"), *([absolute[1]] if absolute else [])]
    faults = (_framing_fault(fields, version), *(_host_fault(host, version) for host in hosts))
    return next((fault for fault in faults if fault is not None), None)


def _fields(lines: list[bytes]) -> dict[bytes, bytes] | Error:
    """Return the header fields by lower-case name, or what is wrong with them."""
    fields: dict[bytes, bytes] = {}
    for line in lines:
        found = _FIELD.fullmatch(line)  # a folded line has no name (RFC 9112, 5.2)
        if found is None:
            return BadRequest("A header field is not valid.")
        name = found[1].lower()
        if name in _ONCE and name in fields:
            return BadRequest(f"The request has more than one {name.decode().title()}.")
        fields[name] = found[2].rstrip(b" \t")
    return fields


def _framing_fault(fields: dict[bytes, bytes], version: bytes) -> Error | None:
    """Return what makes the end of the body ambiguous, if anything (RFC 9112, 6)."""
    length, coding = fields.get(b"content-length"), fields.get(b"transfer-encoding")
    if length is not None and not _LENGTH.fullmatch(length):
        return BadRequest("Content-Length is not valid.")
    if coding is None:
        return None
    if length is not None:
        return BadRequest("The request has both Content-Length and Transfer-Encoding.")
    if version == b"1.0":
        return BadRequest("HTTP/1.0 has no Transfer-Encoding.")
    if coding.lower() != b"chunked":
        return ServerNotImplemented("The only Transfer-Encoding is chunked.")
    return None


def _host_fault(host: bytes | None, version: bytes) -> Error | None:
    """Return what is wrong with the host of a request, if anything (RFC 9112, 3.2)."""
    if host is None and version == b"1.0":
        return None
    if host is None:
        return BadRequest("HTTP/1.1 requires the header Host.")
    if not public_url.is_host(host.decode("latin-1")):
        return BadRequest("Host is not valid.")
    return None
