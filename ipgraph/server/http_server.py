"""waitress, with answers that are kept or short sent from its loop instead of a thread.

Measured (two cores, 3 KB bodies, 64 connections): waitress 9,900 requests/s with a thread a
request, 47,000 from the loop; granian 63,000. But granian ends an answer that stops midway as if
it were whole, and shows no disconnect; waitress breaks it off, and does (architecture.md).
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from ipgraph.server.event_loop import EventLoop
from ipgraph.server.express import Express
from ipgraph.server.front import ALWAYS, AnswerCut
from ipgraph.server.responses import Problem, write_problem
from ipgraph.server.sparql import BEGUN, RUN

if TYPE_CHECKING:
    from ipgraph.server.express import Underway
    from ipgraph.server.front import Front
    from ipgraph.settings import Settings

_IDLE_S = 30  # a connection that sends nothing for so long, half a request included, is closed
_MAX_CONNECTIONS = 1000
_MAX_HEADER_BYTES = 128 << 10  # a query of 64 KiB as a GET is twice that when it is escaped
_LOOK_S = 1.0  # between two looks at all connections, for those that are idle too long
_HELD_BYTES = 1 << 20  # of an answer that its client has not read yet


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
        finally:
            for run in self._begun.values():  # what nobody took up: the answer was kept meanwhile
                run.finish("left")


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
            self.run_to_resume.finish("left")
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


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress ships no types
    """A waitress server that answers from its loop what takes no thread."""

    channel_class = Channel

    def __init__(self, front: Front, *arguments: Any, **more: Any) -> None:
        dispatchers: dict[int, Any] = {}
        self.loop = EventLoop(dispatchers)
        self.express = Express(front, self)
        self.coming = b""  # the bytes that waitress is reading, where they are all there is
        self._loop_thread = threading.get_ident()
        self._touched = False
        super().__init__(*arguments, map=dispatchers, **more)

    def run(self) -> None:
        """Serve until the process is told to end."""
        self._loop_thread = threading.get_ident()
        looked = 0.0
        self.loop.update_all()
        while self._map:
            self.loop.turn(self.express.timeout_s)
            self.express.look_after()
            now = time.monotonic()
            if self._touched or now - looked > _LOOK_S:
                self._touched = False
                looked = now
                self.loop.update_all()
        self.loop.close()

    def add_task(self, channel: Channel) -> None:
        """Answer in the loop what can be; leave all else to a thread.

        In the loop waitress calls this with the channel's lock held and one request in it.
        """
        if threading.get_ident() == self._loop_thread and not channel.close_when_flushed:
            while channel.is_free and self.express.accept(channel, self.coming):
                channel.requests.pop(0).close()
        if channel.requests and not channel.is_attended:
            self.task_dispatcher.add_task(channel)

    def pull_trigger(self) -> None:
        """Wake the loop: a thread has changed what a connection waits for."""
        self._touched = True
        super().pull_trigger()

    def watch(self, descriptor: int, each: Any) -> None:
        """Have the loop attend to a file that is no connection."""
        self._map[descriptor] = each
        self.loop.renew(descriptor)

    def unwatch(self, descriptor: int, each: Any) -> None:
        """Have the loop attend to it no longer."""
        if self._map.get(descriptor) is each:
            del self._map[descriptor]
            self.loop.forget(descriptor)

    def hand_over(self, channel: Channel, data: bytes) -> None:
        """Have a thread answer a request that the loop has begun with; `data` are its bytes."""
        request = channel.parser_class(channel.adj)
        request.received(data)
        with channel.requests_lock:
            channel.requests.insert(0, request)
        self.task_dispatcher.add_task(channel)
        channel.read_ahead()

    def is_busy(self) -> bool:
        """Tell whether a request is under way or an answer not yet sent."""
        channels = list(self.active_channels.values())
        return any(each.requests or each.query or each.total_outbufs_len for each in channels)

    def end(self) -> None:
        """Close every connection and end `run`; from any thread."""
        with contextlib.suppress(OSError):  # the loop may end before it has been woken
            self.trigger.pull_trigger(lambda: wasyncore.close_all(self._map, ignore_all=True))

    def send(self, channel: Channel, head: bytes, body: bytes) -> None:
        """Send an answer on a channel that has nothing else to send; in the loop alone."""
        channel.last_activity = time.time()
        try:
            sent = channel.socket.sendmsg((head, body))
        except BlockingIOError:
            sent = 0
        except OSError:
            channel.handle_close()
            return
        left = len(head) + len(body) - sent
        if left:
            rest = head[sent:] + body if sent < len(head) else memoryview(body)[-left:]
            with channel.outbuf_lock:
                channel.outbufs[-1].append(rest)
                channel.current_outbuf_count += left
                channel.total_outbufs_len += left
            self.loop.update(channel._fileno)


def make(front: Front, settings: Settings) -> Server:
    """Bind the address of the settings; raises `OSError` where that is not possible."""
    _quieten()
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(settings.threads)
    from waitress.adjustments import Adjustments

    options: dict[str, Any] = {}
    if settings.trusted_proxy:
        options = {
            "trusted_proxy": settings.trusted_proxy,
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        }
    adjustments = Adjustments(
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        backlog=1024,
        connection_limit=_MAX_CONNECTIONS,
        cleanup_interval=5,
        channel_timeout=_IDLE_S,
        channel_request_lookahead=1,  # so that a client that leaves is noticed
        max_request_header_size=_MAX_HEADER_BYTES * 2,
        max_request_body_size=(settings.request_limit_kib << 10) + 1,
        outbuf_high_watermark=_HELD_BYTES,
        outbuf_overflow=_HELD_BYTES * 2,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=True,
        **options,
    )
    return Server(
        front,
        front,
        dispatcher=dispatcher,
        adj=adjustments,
        sockinfo=adjustments.listen[0],
    )


def address(server: Server) -> str:
    """Return the address that a browser on this machine opens."""
    host, port = str(server.effective_host), int(server.effective_port)
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"http://{host}:{port}"


def is_free(settings: Settings) -> bool:
    """Tell whether nothing listens on the address yet; binding alone would share it."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        host = settings.host if settings.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
        return settings.port == 0 or probe.connect_ex((host, settings.port)) != 0


def _quieten() -> None:
    """Leave out waitress's records of a full queue and of answers that were cut on purpose."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logger = logging.getLogger("waitress")
    if not any(isinstance(each, _NotCut) for each in logger.filters):
        logger.addFilter(_NotCut())


class _NotCut(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], AnswerCut))
