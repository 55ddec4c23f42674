"""A waitress connection whose requests the event loop may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipgraph.server.transport.guarded_channel import GuardedChannel
from ipgraph.server.transport.reset import ResettingTask

if TYPE_CHECKING:
    from ipgraph.server.context import Request


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


class Channel(GuardedChannel):
    """A connection. The loop may be answering one of its requests."""

    task_class = _Task
    request_to_resume: Request | None = None  # made by the loop; the next thread continues it

    @property
    def is_idle(self) -> bool:
        """True if the next request may be answered at once."""
        return bool(self.requests) and self.query is None and not self.total_outbufs_len

    def received(self, data: bytes) -> bool:
        """Answer at once what the fast path can, and leave the rest to waitress; in the loop."""
        if (  # `can_parse`, without its calls: this is the way of every cached response
            self.requests
            or self.request is not None
            or self._read_ahead
            or self.query is not None
            or self.total_outbufs_len
            or self.will_close
            or self.close_when_flushed
        ):
            return super().received(data)
        if self.server.fast_path.try_answer(self, data):
            self._has_received = True
            return True
        self.server.incoming = data
        try:
            return super().received(data)
        finally:
            self.server.incoming = b""

    def resume_reading(self) -> None:
        """Handle bytes received while the loop was answering."""
        with self.requests_lock:
            if self.requests:
                self.server.add_task(self)
        self.read_pending()

    def read_pending(self) -> None:
        """Read the bytes received after a request that the loop no longer answers."""
        self.parse_pending()
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
