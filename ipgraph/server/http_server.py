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
from waitress.utilities import build_http_date

from ipgraph.server.express import Express
from ipgraph.server.front import ALWAYS, AnswerCut
from ipgraph.server.responses import Problem, write_problem
from ipgraph.server.sparql import BEGUN, RUN

if TYPE_CHECKING:
    from ipgraph.server.front import Front
    from ipgraph.settings import Settings

_IDLE_S = 30  # a connection that sends nothing for so long, half a request included, is closed
_MAX_CONNECTIONS = 1000
_MAX_HEADER_BYTES = 128 << 10  # a query of 64 KiB as a GET is twice that when it is escaped
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

    def __init__(self, channel: _Channel, request: Any) -> None:
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


class _Channel(HTTPChannel):  # type: ignore[misc]  # as above
    error_task_class = _Refusal
    task_class = _Task
    run_to_resume: Any = None

    def service(self) -> None:
        """Answer a request in a thread; a query begun for a client that has left is ended."""
        if not self.connected and self.run_to_resume is not None:
            self.run_to_resume.finish("left")
            self.run_to_resume = None
        super().service()


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress ships no types
    """A waitress server that knows the front behind it."""

    channel_class = _Channel

    def __init__(self, front: Front, *arguments: Any, **more: Any) -> None:
        self._front = front
        self._loop_thread = threading.get_ident()
        self._express = Express(front, self)
        super().__init__(*arguments, **more)

    def run(self) -> None:
        """Serve until the process is told to end."""
        self._loop_thread = threading.get_ident()
        while self._map:
            wasyncore.poll2(self._express.timeout_s, self._map)
            self._express.look_after()

    def add_task(self, channel: HTTPChannel) -> None:
        """Answer at once what is kept; leave all else to a thread.

        In the loop waitress calls this with the channel's lock held and one request in it.
        """
        in_loop = threading.get_ident() == self._loop_thread and self._is_plain(channel)
        if in_loop and (self._answer_kept(channel) or self._express.accept(channel)):
            return
        self.task_dispatcher.add_task(channel)

    def is_busy(self) -> bool:
        """Tell whether a request is under way or an answer not yet sent."""
        channels = list(self.active_channels.values())
        return any(each.requests or each.total_outbufs_len for each in channels)

    def end(self) -> None:
        """Close every connection and end `run`; from any thread."""
        with contextlib.suppress(OSError):  # the loop may end before it has been woken
            self.trigger.pull_trigger(lambda: wasyncore.close_all(self._map, ignore_all=True))

    def send(self, channel: HTTPChannel, head: str, body: bytes) -> None:
        """Send an answer whose request has been taken off the channel; in the loop alone."""
        date = build_http_date(time.time())
        data = f"HTTP/1.1 {head}Date: {date}\r\n\r\n".encode("latin-1") + body
        channel.last_activity = time.time()
        with channel.outbuf_lock:
            channel.outbufs[-1].append(data)
            channel.current_outbuf_count += len(data)
            channel.total_outbufs_len += len(data)
            channel._flush_exception(channel._flush_some)

    def _is_plain(self, channel: HTTPChannel) -> bool:
        """Tell whether a request reads, and asks nothing special of the connection."""
        request = channel.requests[0]
        if request.error or request.version != "1.1" or request.command not in ("GET", "HEAD"):
            return False
        headers = request.headers
        special = "CONNECTION" in headers or "CONTENT_LENGTH" in headers
        return not (
            special or channel.close_when_flushed or self._front.service.settings.path_prefix
        )

    def _answer_kept(self, channel: HTTPChannel) -> bool:
        request = channel.requests[0]
        answer = self._front.quick(request, str(channel.addr[0]))
        if answer is None:
            return False
        channel.requests.pop(0)
        request.close()
        self.send(channel, *answer)
        return True


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
        {},
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
