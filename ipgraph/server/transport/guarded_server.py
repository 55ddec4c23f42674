"""A waitress server that survives more clients than it has places, and slow ones."""

from __future__ import annotations

import contextlib
import errno
import select
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from ipgraph.server.http import public_url
from ipgraph.server.transport import descriptors
from ipgraph.server.transport.guarded_channel import GuardedChannel, State
from ipgraph.server.transport.interfaces import Deadlines

if TYPE_CHECKING:
    import socket

    from ipgraph.server.application import Application

_CHECK_INTERVAL_S = 1.0  # between two checks of all connections
_SLEEP_S = 0.25  # how long the loop may sleep
_PAUSE_S = 1.0  # without accepting, when there are no descriptors
_NO_DESCRIPTORS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
# From three quarters of all connections on, an address has an eighth of them at most.
_NEAR_LIMIT = 0.75
_SHARE = 8
_MAX_CLOSED = 16  # connections at a time: one search makes room for many
# True of a connection whose client has closed it, even if it has sent more before that.
_HANG_UP = getattr(select, "POLLRDHUP", 0)


class GuardedServer(TcpWSGIServer):  # type: ignore[misc]  # waitress ships no types
    """A server with a bounded number of connections, each of which has deadlines."""

    channel_class: type[GuardedChannel] = GuardedChannel

    def __init__(
        self, application: Application, bound: socket.socket, options: dict[str, Any]
    ) -> None:
        settings = application.service.settings
        self._settings = settings
        application.service.resets_connections = True
        self._max_connections = descriptors.max_connections(settings)
        self._deadlines = Deadlines(
            settings.idle_time_limit_s, settings.header_time_limit_s, settings.body_time_limit_s
        )
        self._interval_s = min(
            _CHECK_INTERVAL_S, self._deadlines.head_s / 4, self._deadlines.body_s / 4
        )
        self.port = int(bound.getsockname()[1])
        self.pending: set[GuardedChannel] = set()  # with bytes that had to wait
        self._next_check = self._resumes = 0.0
        self._is_stopping = False
        self._loop_thread = threading.get_ident()
        adjustments = Adjustments(sockets=[bound], **options)
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(adjustments.threads)
        super().__init__(
            application,
            map=self._make_map(),
            _sock=bound,
            dispatcher=dispatcher,
            adj=adjustments,
            bind_socket=False,
            sockinfo=(bound.family, bound.type, bound.proto, bound.getsockname()),
        )

    def run(self) -> None:
        """Serve until `end` is called."""
        self._loop_thread = threading.get_ident()
        while self._map:
            self.wait()
            try:
                self.tick()
            except Exception:  # as waitress does with events: a fault must not end the service
                self.logger.exception("The event loop failed.")

    def wait(self) -> None:
        """Wait once, and let the dispatchers handle their events."""
        wasyncore.poll2(self.sleep_s(_SLEEP_S), self._map)

    def sleep_s(self, most_s: float) -> float:
        """Return how long the loop may sleep: not at all if bytes can be parsed."""
        if self.pending and any(channel.can_parse for channel in self.pending):
            return 0.0
        return min(self._interval_s, most_s)

    def tick(self) -> None:
        """Parse bytes that had to wait, and check the connections from time to time."""
        if self.pending:
            self._parse_pending()
        now = time.monotonic()
        if self._is_stopping and self.accepting:
            self._close_listener()
            self._next_check = now
        if now >= self._next_check:
            self._next_check = now + self._interval_s
            self.check(now)

    def _parse_pending(self) -> None:
        for channel in list(self.pending):
            if not channel.connected:
                self.pending.discard(channel)
            elif channel.can_parse:
                self.pending.discard(channel)
                channel.parse_pending()
                self.update(channel)

    def check(self, now: float) -> None:
        """Close connections that are overdue or that their clients have left."""
        channels = list(self.active_channels.values())
        for channel in channels:
            is_done = self._is_stopping and channel.state is State.IDLE and not channel.lingers
            if is_done:
                channel.handle_close()
            elif channel.overdue(now, self._deadlines):
                channel.time_out()
        self._close_abandoned([item for item in channels if item.connected and not item.readable()])

    def update(self, channel: GuardedChannel) -> None:
        """Note that what a connection waits for may have changed; in the loop."""

    def readable(self) -> bool:
        """True if a connection may be accepted now."""
        return bool(self.accepting) and time.monotonic() >= self._resumes

    def handle_accept(self) -> None:
        """Accept a connection; if it is one too many, close others for it."""
        try:
            accepted = self.accept()
        except OSError as error:
            if error.errno in _NO_DESCRIPTORS:
                self.logger.warning("Cannot accept connections: %s.", error.strerror)
                self._pause()
            return
        if accepted is None:
            return
        connection, address = accepted
        if not self._make_room(str(address[0])):
            connection.close()
            return
        try:
            self.set_socket_options(connection)
        except OSError:  # its client has left
            connection.close()
            return
        self.channel_class(self, connection, self.fix_addr(address), self.adj, map=self._map)

    def maintenance(self, now: float) -> None:
        """Do nothing: `check` does it."""

    def stop_accepting(self) -> None:
        """Close the listening socket, and answer what has arrived; from a signal handler too."""
        self._is_stopping = True
        self.pull_trigger()

    def pull_trigger(self) -> None:
        """Wake the loop."""
        with contextlib.suppress(OSError):  # the loop has ended, and with it its connections
            super().pull_trigger()

    def is_busy(self) -> bool:
        """True if a request is being answered or a response not yet sent."""
        return any(
            channel.state in (State.ANSWERING, State.SENDING)
            for channel in list(self.active_channels.values())
        )

    def end(self) -> None:
        """Close every connection and end `run`; from any thread."""
        with contextlib.suppress(OSError):  # the loop may end before it has been woken
            self.trigger.pull_trigger(lambda: wasyncore.close_all(self._map, ignore_all=True))

    def shut_down(self, timeout_s: float) -> None:
        """End the threads. Call it after `run` has returned."""
        self.task_dispatcher.shutdown(timeout=timeout_s)

    def _make_map(self) -> dict[int, Any]:
        return {}

    def _make_room(self, address: str) -> bool:
        """Close connections if a new one of an address needs room. False if there is none."""
        number = len(self.active_channels)
        if number < self._max_connections * _NEAR_LIMIT:
            return True
        channels = list(self.active_channels.values())
        numbers = Counter(channel.client for channel in channels)
        share = max(self._max_connections // _SHARE, 1)
        if numbers[address] >= share and not public_url.is_trusted(self._settings, address):
            return self._close_some([item for item in channels if item.client == address], numbers)
        return number < self._max_connections or self._close_some(channels, numbers)

    def _close_some(self, channels: list[GuardedChannel], numbers: Counter[str]) -> bool:
        """Close idle connections, else incomplete ones, else unread ones, the oldest first."""
        closable = [channel for channel in channels if channel.state is not State.ANSWERING]
        closable.sort(key=lambda item: (item.state, -numbers[item.client], item.since))
        number = min(_MAX_CLOSED, max(self._max_connections // _MAX_CLOSED, 1))
        for channel in closable[:number]:
            channel.handle_close()
        return bool(closable)

    def _pause(self) -> None:
        """Accept nothing for a moment. Otherwise the loop would try again without a pause."""
        self._resumes = time.monotonic() + _PAUSE_S
        channels = list(self.active_channels.values())
        self._close_some(channels, Counter(channel.client for channel in channels))

    def _close_listener(self) -> None:
        self.accepting = False
        wasyncore.dispatcher.close(self)

    def _close_abandoned(self, channels: list[GuardedChannel]) -> None:
        """Close connections that are not being read, if their clients have closed them."""
        if not _HANG_UP or not channels:
            return
        poll = select.poll()
        for channel in channels:
            poll.register(channel.socket, _HANG_UP)
        by_descriptor = {channel.socket.fileno(): channel for channel in channels}
        for descriptor, _ in poll.poll(0):
            by_descriptor[descriptor].handle_close()
