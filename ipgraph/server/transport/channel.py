"""A waitress connection whose requests the event loop may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from ipgraph.server.http.negotiation import PLAIN, wants_html
from ipgraph.server.http.response import PROBLEM, Problem, write_problem
from ipgraph.server.http.response_headers import ALWAYS
from ipgraph.server.transport.reset import ResettingTask

if TYPE_CHECKING:
    from ipgraph.server.context import Request


class _Refusal(ErrorTask):  # type: ignore[misc]  # waitress ships no types
    """A request that waitress itself refuses, as problem details."""

    def execute(self) -> None:
        error = self.request.error
        status = 414 if error.code == 431 else error.code
        problem = Problem(status, error.reason.lower().replace(" ", "-"), error.body)
        accept = self.request.headers.get("ACCEPT", "")
        if wants_html(accept, PROBLEM, PLAIN):  # a broken request gets no page
            accept = PLAIN.media_type
        written = write_problem(problem, accept, "")
        assert written is not None  # noqa: S101  only HTML has no such form
        body = written.get_data()
        self.status = f"{status} {problem.title}"
        self.response_headers = [*written.headers, *ALWAYS, ("Connection", "close")]
        self.close_on_finish = True
        self.content_length = len(body)
        self.complete = True
        self.write(body)


class _Task(ResettingTask):
    """A request answered in a thread, which the loop may have started to answer."""

    def __init__(self, channel: Channel, request: Any) -> None:
        super().__init__(channel, request)
        self._started, channel.request_to_resume = channel.request_to_resume, None

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        if self._started is not None:
            environ["werkzeug.request"] = self._started  # werkzeug's own key
        return environ

    def service(self) -> None:
        try:
            super().service()
        finally:
            if self._started is not None:  # it may never have been continued
                self._started.abandon()


class Channel(HTTPChannel):  # type: ignore[misc]  # as above
    """A connection. The loop may be answering one of its requests."""

    error_task_class = _Refusal
    task_class = _Task
    query: object | None = None  # the query that the loop runs for this connection
    request_to_resume: Request | None = None  # made by the loop; the next thread continues it
    _read_ahead = b""  # bytes received after that request

    @property
    def client(self) -> str:
        """The address at the other end."""
        return str(self.addr[0])

    @property
    def is_idle(self) -> bool:
        """True if the next request may be answered at once."""
        return bool(self.requests) and self.query is None and not self.total_outbufs_len

    def is_connected(self) -> bool:
        """True if the client is still there."""
        return bool(self.connected)

    def readable(self) -> bool:
        """True if more may be read now."""
        return not self._read_ahead and bool(super().readable())

    def received(self, data: bytes) -> bool:
        """Answer at once what the fast path can, and leave the rest to waitress; in the loop."""
        if self.query is not None:
            self._read_ahead += data
            return True
        if self.requests or self.request or self.total_outbufs_len or self.will_close:
            return bool(super().received(data))
        if self.close_when_flushed or self.server.fast_path.try_answer(self, data):
            return True
        self.server.incoming = data
        try:
            return bool(super().received(data))
        finally:
            self.server.incoming = b""

    def send_continue(self) -> None:
        """Ask for the body, unless the request is complete: waitress would wait for more."""
        if self.request.completed:
            self.request.expect_continue = False
        else:
            super().send_continue()

    def resume_reading(self) -> None:
        """Handle bytes received while the loop was answering."""
        with self.requests_lock:
            if self.requests:
                self.server.add_task(self)
        self.read_pending()

    def read_pending(self) -> None:
        """Read the bytes received after a request that the loop no longer answers."""
        pending, self._read_ahead = self._read_ahead, b""
        if pending:
            self.received(pending)
        self.server.loop.update(self._fileno)

    def service(self) -> None:
        """Answer a request in a thread; end a query started for a client that has left."""
        if not self.connected and self.request_to_resume is not None:
            self.request_to_resume.abandon()
            self.request_to_resume = None
        super().service()

    def add_channel(self, map: Any = None) -> None:
        """Register with the loop after this event, when the channel is complete."""
        super().add_channel(map)
        self.server.loop.opened.append(self._fileno)

    def del_channel(self, map: Any = None) -> None:
        """Unregister from the loop before the descriptor is reused."""
        self.server.loop.forget(self._fileno)
        super().del_channel(map)
