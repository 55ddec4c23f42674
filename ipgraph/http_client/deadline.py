"""A deadline for a whole exchange, which a timeout for each wait is not.

A server that sends one byte each second never reaches a timeout of two seconds. Here each wait gets
the time that is left, down to the single read of a header line.
"""

from __future__ import annotations

import io
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

_BUFFER_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Deadline:
    """The point in time at which an exchange ends."""

    at_s: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    def left_s(self) -> float:
        """Return the seconds left. Raises `TimeoutError` if there are none."""
        left_s = self.at_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("timed out")
        return left_s


def call(function: Callable[[], Any], deadline: Deadline) -> Any:
    """Return the result of a function that cannot be interrupted, as a name look-up.

    Raises `TimeoutError` at the deadline; its thread then ends by itself.
    """
    outcome: list[Any] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(function())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(deadline.left_s())
    if failure:
        raise failure[0]
    if not outcome:
        raise TimeoutError("timed out")
    return outcome[0]


class DeadlineSocket:
    """A connected socket whose reads and writes end at a deadline that each request sets.

    It has the methods of a socket that `http.client` calls.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self.connection = connection
        self.deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send all of `data`."""
        rest = memoryview(data)
        while rest:
            self.connection.settimeout(self.deadline.left_s())
            rest = rest[self.connection.send(rest) :]

    def receive_into(self, buffer: Any) -> int:
        """Receive at least one byte; return their number, or 0 at the end."""
        self.connection.settimeout(self.deadline.left_s())
        return self.connection.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a file to read from; closing it leaves the socket open."""
        return io.BufferedReader(_Reader(self), _BUFFER_BYTES)

    def close(self) -> None:
        """Do nothing: `http.client` closes before it has read the last body of a connection."""

    def disconnect(self) -> None:
        """Close the socket."""
        self.connection.close()


class _Reader(io.RawIOBase):
    def __init__(self, source: DeadlineSocket) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._source.receive_into(buffer)
