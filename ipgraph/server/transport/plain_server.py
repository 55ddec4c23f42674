"""waitress's own server and loop: every request is answered in a thread.

Of waitress's private parts it uses only the class of connections, which resets those whose
response is cut (`reset`).
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any

import waitress

from ipgraph.server.transport.reset import ResettingChannel

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Iterator

    from ipgraph.server.application import Application

_SEND_S = 0.2  # after the last response was made: waitress may still be sending it
_LOOP_TIMEOUT_S = 0.25  # how often the loop checks whether to end


class PlainServer:
    """A server that answers in threads."""

    def __init__(
        self, application: Application, bound: socket.socket, options: dict[str, Any]
    ) -> None:
        self._socket = bound
        self.port = int(bound.getsockname()[1])
        self._requests = _ActiveRequests(application)
        self._dispatchers: dict[int, Any] = {}
        self._server = waitress.create_server(
            self._requests,
            map=self._dispatchers,
            sockets=[bound],
            asyncore_loop_timeout=_LOOP_TIMEOUT_S,
            **options,
        )
        self._server.channel_class = ResettingChannel
        application.service.resets_connections = True
        self._threads = self._server.task_dispatcher

    def run(self) -> None:
        """Serve until `end` is called."""
        self._server.run()

    def stop_accepting(self) -> None:
        """Do nothing: the public interface of waitress cannot stop accepting and go on sending."""

    def is_busy(self) -> bool:
        """True if a request is being answered or a response was just made."""
        return self._requests.are_active()

    def end(self) -> None:
        """Close every connection and end `run`; from any thread."""
        dispatchers = list(self._dispatchers.values())
        self._dispatchers.clear()  # the loop ends when it has no dispatchers
        for dispatcher in dispatchers:
            with contextlib.suppress(OSError):
                dispatcher.close()

    def shut_down(self, timeout_s: float) -> None:
        """End the threads. Call it after `run` has returned."""
        self._threads.shutdown(timeout=timeout_s)


class _ActiveRequests:
    """The application, with a count of the requests that it is answering."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._active = 0
        self._ended = 0.0

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        with self._lock:
            self._active += 1
        try:
            return _Body(self._application(environ, start_response), self.end_one)
        except BaseException:
            self.end_one()
            raise

    def end_one(self) -> None:
        """Subtract one request."""
        with self._lock:
            self._active -= 1
            self._ended = time.monotonic()

    def are_active(self) -> bool:
        """True if there is an active request, or was one until just now."""
        with self._lock:
            return self._active > 0 or time.monotonic() - self._ended < _SEND_S


class _Body:
    def __init__(self, parts: Iterable[bytes], end: Callable[[], None]) -> None:
        self._parts = parts
        self._end: Callable[[], None] | None = end

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        end, self._end = self._end, None
        try:
            close = getattr(self._parts, "close", None)
            if close is not None:
                close()
        finally:
            if end is not None:
                end()
