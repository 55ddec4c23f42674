"""A waitress connection with deadlines, a bounded pipeline, and a close that clients can read."""

from __future__ import annotations

import contextlib
import enum
import socket
import time
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel

from ipgraph.server.transport import refusals
from ipgraph.server.transport.parsing import RequestParser
from ipgraph.server.transport.reset import ResettingTask

if TYPE_CHECKING:
    from ipgraph.server.transport.interfaces import Deadlines

MAX_REQUESTS_PER_TURN = 16  # of one connection, before the loop turns to the others
_MAX_DISCARDED_BYTES = 8 << 20  # of a refused request, so that its client reads the response
_GRACE_S = 1.0  # in which the first bytes of a new connection may be on their way
_READ_BYTES = 64 << 10


class State(enum.IntEnum):
    """What a connection is doing, in the order in which connections are closed for new ones."""

    IDLE = 0
    RECEIVING = 1  # a request that is not complete
    SENDING = 2  # a response that its client has not read
    ANSWERING = 3


class GuardedChannel(HTTPChannel):  # type: ignore[misc]  # waitress ships no types
    """A connection that cannot hold its place, or the loop, longer than its share."""

    parser_class = RequestParser
    task_class = ResettingTask
    error_task_class = refusals.Refusal
    close_when_flushed: bool
    request: RequestParser | None = None  # that is not complete
    query: object | None = None  # the query that the loop runs for this connection
    lingers = False  # whether to read on after the last response, until the client has read it
    _read_ahead = b""  # bytes received that are not parsed yet
    _has_received = False
    _is_discarding = False
    _discarded_bytes = 0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.opened = self._since = time.monotonic()
        super().__init__(*arguments, **options)

    @property
    def client(self) -> str:
        """The address at the other end."""
        return str(self.addr[0])

    @property
    def state(self) -> State:
        """What the connection is doing."""
        if self.requests or self.query is not None:
            return State.ANSWERING
        if self.total_outbufs_len:
            return State.SENDING
        is_new = not self._has_received and time.monotonic() - self.opened < _GRACE_S
        if (self.request is None and not is_new) or self._is_discarding:
            return State.IDLE
        return State.RECEIVING

    @property
    def since(self) -> float:
        """When the incomplete request began, or the body of it, or else the connection."""
        return self._since if self.request is not None else self.opened

    @property
    def can_parse(self) -> bool:
        """True if received bytes may be parsed now."""
        is_closing = self.will_close or self.close_when_flushed or self.total_outbufs_len
        return not (is_closing or self.query is not None or self.has_enough_requests)

    @property
    def has_enough_requests(self) -> bool:
        """True if no more requests are parsed before one is answered."""
        return bool(len(self.requests) > self.adj.channel_request_lookahead)

    def is_connected(self) -> bool:
        """True if the client is still there."""
        return bool(self.connected)

    def readable(self) -> bool:
        """True if more may be read now."""
        # Not by waitress's method: the loop calls this after every event.
        return self._is_discarding or not (
            self._read_ahead
            or self.will_close
            or self.close_when_flushed
            or self.total_outbufs_len
            or len(self.requests) > self.adj.channel_request_lookahead
        )

    def writable(self) -> bool:
        """True if there is something to send, or to close."""
        is_due = self.total_outbufs_len or self.will_close or self.close_when_flushed
        return bool(is_due) and not self._is_discarding

    def handle_read(self) -> None:
        """Read; discard what belongs to a refused request."""
        if not self._is_discarding:
            super().handle_read()
            return
        with contextlib.suppress(OSError):
            data = self.socket.recv(_READ_BYTES)
            self._discarded_bytes += len(data)
            if data and self._discarded_bytes < _MAX_DISCARDED_BYTES:
                return
        self.handle_close()

    def handle_write(self) -> None:
        """Send; after a refusal, close in such a way that the client can read it.

        Closing a socket that has unread bytes resets the connection, and the client loses a
        response that it has not read yet (RFC 9112, 9.6).
        """
        if not (self.lingers and self.close_when_flushed):
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.will_close:
            self.handle_close()
        elif not self.total_outbufs_len and self.connected:
            self._since = time.monotonic()
            self.close_when_flushed = False
            self._is_discarding = True
            self.request, self._read_ahead = None, b""
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                self.handle_close()

    def received(self, data: bytes) -> bool:
        """Parse requests until enough of them wait; in the loop."""
        self._has_received = True
        if self._read_ahead:
            self._read_ahead += data
            return True
        with self.requests_lock:
            parsed = 0
            while data and self.can_parse and parsed < MAX_REQUESTS_PER_TURN:
                data = data[self._parse(data) :]
                parsed += 1
        if data and not (self.will_close or self.close_when_flushed):
            self._read_ahead = data
            self.server.pending.add(self)
        return True

    def parse_pending(self) -> None:
        """Parse bytes that were received but had to wait."""
        pending, self._read_ahead = self._read_ahead, b""
        if pending and self.connected:
            self.received(pending)

    def overdue(self, now: float, deadlines: Deadlines) -> bool:
        """True if the connection has exceeded a deadline."""
        if self._is_discarding:
            return now - self._since > deadlines.head_s
        if self.requests or self.query is not None:
            self._since = now  # the request behind them need not be read meanwhile
            is_stuck = self.total_outbufs_len
            return bool(is_stuck and time.time() - self.last_activity > deadlines.idle_s)
        if self.request is not None and not self.total_outbufs_len:
            is_in_body = self.request.is_in_body
            return now - self._since > (deadlines.body_s if is_in_body else deadlines.head_s)
        return bool(time.time() - self.last_activity > deadlines.idle_s)

    def time_out(self) -> None:
        """Close an overdue connection, with status 408 if a request is incomplete."""
        request = self.request
        if self.state is not State.RECEIVING or request is None:
            self.handle_close()
            return
        with self.requests_lock:
            request.time_out()
            self._refuse(request)

    def _parse(self, data: bytes) -> int:
        """Pass bytes to the parser; return how many it used. The lock is held."""
        if self.request is None:
            self.request = self.parser_class(self.adj)
            self._since = time.monotonic()
        request = self.request
        was_in_body = request.is_in_body
        used = int(request.received(data))
        if request.is_in_body and not was_in_body:
            self._since = time.monotonic()
        is_waited_for = request.expect_continue and request.headers_finished
        if is_waited_for and not self.requests and not self.sent_continue:
            self.send_continue()
        if request.completed:
            self._complete(request)
        return used

    def send_continue(self) -> None:
        """Ask for the body, unless the request is complete: waitress would wait for more."""
        if self.request is not None and self.request.completed:
            self.request.expect_continue = False
        else:
            super().send_continue()

    def _complete(self, request: RequestParser) -> None:
        self.sent_continue = False
        if request.error and not self.requests:
            self._refuse(request)
            return
        if request.empty:  # a client that sends only empty lines gains no time by them
            self.request = self.parser_class(self.adj)
            return
        self.request = None
        self.requests.append(request)
        if len(self.requests) == 1:  # else the task before it continues with this one
            self.server.add_task(self)

    def _refuse(self, request: RequestParser) -> None:
        """Respond to the current request, which has an error, and close. The lock is held."""
        response = refusals.refuse(self, request)
        request.close()
        self.request = None
        with self.outbuf_lock:
            self.outbufs[-1].append(response)
            self.current_outbuf_count += len(response)
            self.total_outbufs_len += len(response)
        self.lingers = self.close_when_flushed = True
        self.server.update(self)
