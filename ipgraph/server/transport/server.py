"""waitress, with answers that are kept or short sent from its loop instead of a thread.

Measured (two cores, 21 rows, 8 connections, wrk as the client): with a thread a request 2,100
unrepeated queries a second and 9,900 repeated ones, from the loop 10,000 and 91,000, where the
client takes the other core. granian answers 63,000 repeated ones, but it ends an answer that stops
midway as if it were whole, and shows no disconnect; waitress breaks it off, and does.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from ipgraph.server.application import AnswerCut
from ipgraph.server.transport.channel import Channel
from ipgraph.server.transport.event_loop import EventLoop
from ipgraph.server.transport.fast_path import Express

if TYPE_CHECKING:
    from ipgraph.server.application import Front
    from ipgraph.settings import Settings

_IDLE_S = 30  # a connection that sends nothing for so long, half a request included, is closed
_MAX_CONNECTIONS = 1000
_MAX_HEADER_BYTES = 128 << 10  # a query of 64 KiB as a GET is twice that when it is escaped
_LOOK_S = 1.0  # between two looks at all connections, for those that are idle too long
_HELD_BYTES = 1 << 20  # of an answer that its client has not read yet


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
        with contextlib.suppress(OSError):  # the loop has ended, and with it its connections
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
