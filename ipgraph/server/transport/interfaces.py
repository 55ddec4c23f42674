"""Interfaces between the parts of the transport and its callers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ipgraph.server.context import Request

# A query of 64 KiB as a GET is three times that when every byte is escaped.
MAX_HEADER_BYTES = 256 << 10
MAX_BUFFERED_BYTES = 1 << 20  # of a response that its client has not read yet


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a connection may be idle, and how long a head and a body may take."""

    idle_s: float
    head_s: float
    body_s: float


class Server(Protocol):
    """A server on a bound address."""

    @property
    def port(self) -> int:
        """The port that it listens on."""
        ...

    def run(self) -> None:
        """Serve until `end` is called."""
        ...

    def stop_accepting(self) -> None:
        """Close the listening socket, and answer what has arrived; from a signal handler too."""
        ...

    def is_busy(self) -> bool:
        """True if a request is being answered or a response not yet sent."""
        ...

    def end(self) -> None:
        """Close every connection and end `run`; from any thread."""
        ...

    def shut_down(self, timeout_s: float) -> None:
        """End the threads. Call it after `run` has returned."""
        ...


class Connection(Protocol):
    """A connection, as the fast path sees it."""

    requests: list[Any]  # as waitress has parsed them
    connected: bool
    query: object | None  # the query that the fast path runs for this connection
    request_to_resume: Request | None

    @property
    def client(self) -> str:
        """The address at the other end."""
        ...

    def is_connected(self) -> bool:
        """True if the client is still there."""
        ...

    def resume_reading(self) -> None:
        """Handle bytes received while the fast path was answering."""
        ...


class Loop(Protocol):
    """The server, as the fast path sees it; used in the event loop's thread alone."""

    port_text: str  # the port that it listens on, as WSGI writes it

    def send(self, connection: Any, head: bytes, body: bytes) -> None:
        """Send a response on a connection that has nothing else to send."""
        ...

    def watch(self, descriptor: int, dispatcher: Any) -> None:
        """Watch a descriptor that is not a connection."""
        ...

    def unwatch(self, descriptor: int, dispatcher: Any) -> None:
        """Stop watching a descriptor."""
        ...

    def hand_over(self, connection: Any, data: bytes) -> None:
        """Let a thread answer a request that the fast path started; `data` is its bytes."""
        ...
