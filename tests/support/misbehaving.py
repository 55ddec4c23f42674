"""A server on loopback that breaks HTTP, SPARQL or its promises, one behavior at a time."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    Behavior = Callable[["Connection"], None]

JSON = "application/sparql-results+json"
EMPTY = b'{"head":{"vars":["x"]},"results":{"bindings":[]}}'
OK = b"HTTP/1.1 200 OK\r\n"
_PAUSE_S = 0.02  # between two bytes of a dripping response


class Connection:
    """One connection of a client, whose request has been read."""

    def __init__(self, line: socket.socket, closing: threading.Event) -> None:
        self.line = line
        self._closing = closing
        self.request = b""

    def read_request(self) -> bool:
        """Read one request. Return False if the client has left."""
        received = b""
        while b"\r\n\r\n" not in received:
            if not (part := self.line.recv(65536)):
                return False
            received += part
            if received[:1] == b"\x16":  # TLS
                break
        head, _, body = received.partition(b"\r\n\r\n")
        length = 0
        for field in head.lower().split(b"\r\n"):
            if field.startswith(b"content-length:"):
                length = int(field.partition(b":")[2])
        while len(body) < length:
            body += self.line.recv(65536)
        self.request = head + b"\r\n\r\n" + body
        return True

    def send(self, *parts: bytes) -> None:
        self.line.sendall(b"".join(parts))

    def drip(self, parts: Iterable[bytes]) -> None:
        """Send parts slowly until the client leaves or the server closes."""
        for part in parts:
            if self._closing.wait(_PAUSE_S):
                return
            self.line.sendall(part)

    def flood(self, part: bytes) -> None:
        """Send a part again and again until the client leaves or the server closes."""
        while not self._closing.is_set():
            self.line.sendall(part)

    def hold(self) -> None:
        """Send nothing until the client leaves or the server closes."""
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                if not self.line.recv(1):
                    return

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.line.close()


class MisbehavingServer:
    """Accepts connections and handles each in the way that `behavior` says."""

    def __init__(self) -> None:
        self.behavior: Behavior = respond(body=EMPTY)
        self.requests: list[bytes] = []
        self.connections = 0
        self.tls: ssl.SSLContext | None = None
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/sparql"

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._handle, args=(line,), daemon=True).start()

    def _handle(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(line):
            line.settimeout(1.0)
            wrapped = self.tls.wrap_socket(line, server_side=True) if self.tls else line
            with contextlib.closing(wrapped):
                wrapped.settimeout(None)
                connection = Connection(wrapped, self._closing)
                while connection.read_request():
                    self.requests.append(connection.request)
                    self.behavior(connection)
                    if not getattr(self.behavior, "keeps_alive", False):
                        return


def respond(
    status: str = "200 OK",
    media_type: str = JSON,
    body: bytes = EMPTY,
    headers: dict[str, str] | None = None,
    *,
    keep_alive: bool = False,
) -> Behavior:
    """Return the behavior of a server that sends this response."""
    fields = {"Content-Type": media_type, "Content-Length": str(len(body)), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    head = f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1")

    def behavior(connection: Connection) -> None:
        connection.send(head, body)

    behavior.keeps_alive = keep_alive  # type: ignore[attr-defined]
    return behavior


def raw(*parts: bytes, reset: bool = False) -> Behavior:
    """Return the behavior of a server that sends these bytes and closes or resets."""

    def behavior(connection: Connection) -> None:
        connection.send(*parts)
        if reset:
            connection.reset()

    return behavior


def chunked(*parts: bytes) -> Behavior:
    """Return the behavior of a server that sends these bytes as a chunked body."""
    head = f"Content-Type: {JSON}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    return raw(OK, head, *parts)


def typed(media_type: str = JSON, **headers: str) -> bytes:
    """Return the head of a response whose body ends with the connection."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return OK + f"Content-Type: {media_type}\r\n{lines}\r\n".encode()


def drip_header(connection: Connection) -> None:
    connection.send(OK, b"X-Slow: ")
    connection.drip(b"x" for _ in count())


def drip_header_lines(connection: Connection) -> None:
    connection.send(OK)
    connection.drip(b"X-Slow: x\r\n" for _ in count())


def drip_interim(connection: Connection) -> None:
    connection.drip(b"HTTP/1.1 100 Continue\r\n\r\n" for _ in count())


def drip_body(connection: Connection) -> None:
    connection.send(typed())
    connection.drip(b" " for _ in count())


def drip_chunk_extension(connection: Connection) -> None:
    connection.send(OK, b"Transfer-Encoding: chunked\r\nContent-Type: " + JSON.encode())
    connection.send(b"\r\n\r\n1;")
    connection.drip(b"x" for _ in count())


def drip_trailers(connection: Connection) -> None:
    connection.send(OK, b"Transfer-Encoding: chunked\r\nContent-Type: " + JSON.encode())
    connection.send(b"\r\n\r\n%x\r\n" % len(EMPTY), EMPTY, b"\r\n0\r\n")
    connection.drip(b"X: y\r\n" for _ in count())


def endless_body(connection: Connection) -> None:
    connection.send(typed())
    connection.flood(b" " * 65536)


def endless_header(connection: Connection) -> None:
    connection.send(OK, b"X-Long: ")
    connection.flood(b"x" * 65536)


def endless_headers(connection: Connection) -> None:
    connection.send(OK)
    connection.flood(b"X-Many: x\r\n" * 1000)


def say_nothing(connection: Connection) -> None:
    connection.hold()


def gzip_bomb(connection: Connection) -> None:
    part = gzip.compress(b" " * (1 << 20))
    connection.send(typed(Content_Encoding="gzip"))
    connection.flood(part)
