"""A connection of waitress's whose requests the loop may answer, and what threads do with them."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

from ipgraph.server.api.sparql import BEGUN, RUN
from ipgraph.server.application import ALWAYS, AnswerCut
from ipgraph.server.http.response import Problem, write_problem
from ipgraph.workers.state import Outcome

if TYPE_CHECKING:
    from ipgraph.server.transport.fast_path import Underway

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: drop what is not sent, and say so to the client


class _Refusal(ErrorTask):  # type: ignore[misc]  # waitress ships no types
    """A request that waitress itself refuses, as problem details."""

    def execute(self) -> None:
        error = self.request.error
        status = 414 if error.code == 431 else error.code
        problem = Problem(status, error.reason.lower().replace(" ", "-"), error.body)
        accept = self.request.headers.get("ACCEPT", "")
        written = write_problem(problem, "text/plain" if "html" in accept else accept, "")
        assert written is not None  # noqa: S101  only HTML has no such form
        assert isinstance(written.body, bytes)  # noqa: S101
        self.status = f"{status} {problem.title}"
        self.response_headers = [*written.headers, *ALWAYS, ("Connection", "close")]
        self.close_on_finish = True
        self.content_length = len(written.body)
        self.complete = True
        self.write(written.body)


class _Task(WSGITask):  # type: ignore[misc]  # as above
    """A request that may have been begun by the loop."""

    def __init__(self, channel: Channel, request: Any) -> None:
        super().__init__(channel, request)
        run, channel.run_to_resume = channel.run_to_resume, None
        self._begun = {} if run is None else {RUN: run}

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[BEGUN] = self._begun
        return environ

    def service(self) -> None:
        try:
            super().service()
        except AnswerCut:
            if self.version == "1.0":  # whose answers end with the connection: reset it instead
                self.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            raise
        finally:
            for run in self._begun.values():  # what nobody took up: the answer was kept meanwhile
                run.finish(Outcome.DISCONNECTED)


class Channel(HTTPChannel):  # type: ignore[misc]  # as above
    """A connection, whose request the loop may be answering itself."""

    error_task_class = _Refusal
    task_class = _Task
    query: Underway | None = None  # the request that the loop is answering
    run_to_resume: Any = None
    _ahead = b""  # what has come behind that request

    @property
    def client(self) -> str:
        """The address at the other end."""
        return str(self.addr[0])

    @property
    def is_attended(self) -> bool:
        """Tell whether the loop is answering a request of it."""
        return self.query is not None

    @property
    def is_free(self) -> bool:
        """Tell whether the next of its requests may be answered at once."""
        return bool(self.requests) and self.query is None and not self.total_outbufs_len

    def is_connected(self) -> bool:
        """Tell whether the client is still there."""
        return bool(self.connected)

    def readable(self) -> bool:
        """Tell whether more may be read now."""
        return not self._ahead and bool(super().readable())

    def received(self, data: bytes) -> bool:
        """Answer at once what is known, and leave all else to waitress; in the loop alone."""
        if self.query is not None:
            self._ahead += data
            return True
        if self.requests or self.request or self.total_outbufs_len or self.will_close:
            return bool(super().received(data))
        if self.close_when_flushed or self.server.express.take(self, data):
            return True
        self.server.coming = data
        try:
            return bool(super().received(data))
        finally:
            self.server.coming = b""

    def go_on(self) -> None:
        """Attend to what came while the loop was answering."""
        with self.requests_lock:
            if self.requests:
                self.server.add_task(self)
        self.read_ahead()

    def read_ahead(self) -> None:
        """Read what came behind a request that the loop attends to no longer."""
        ahead, self._ahead = self._ahead, b""
        if ahead:
            self.received(ahead)
        self.server.loop.update(self._fileno)

    def service(self) -> None:
        """Answer a request in a thread; a query begun for a client that has left is ended."""
        if not self.connected and self.run_to_resume is not None:
            self.run_to_resume.finish(Outcome.DISCONNECTED)
            self.run_to_resume = None
        super().service()

    def add_channel(self, map: Any = None) -> None:
        """Have the loop attend to it, from the end of this event on: it is not whole yet."""
        super().add_channel(map)
        self.server.loop.fresh.append(self._fileno)

    def del_channel(self, map: Any = None) -> None:
        """Have the loop forget it, before its descriptor is another file's."""
        self.server.loop.forget(self._fileno)
        super().del_channel(map)
