"""Short queries answered from waitress's loop, without a thread.

Handing a request to a thread and its answer back costs more than most queries (measured, 21 rows,
one connection: 2,100 answers a second through threads; the switches of the interpreter's lock
alone take three quarters of the time). So the loop sends a query to a worker itself and goes on;
when the answer is whole, it sends it. Whatever is not short and simple goes to a thread: pages,
errors, long answers, and queries that are older than `_HANDOVER_S`, with the worker they have.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipgraph.server import exchange as exchanges
from ipgraph.server import sparql
from ipgraph.server.responses import Response

if TYPE_CHECKING:
    from ipgraph.server.exchange import Exchange
    from ipgraph.server.front import Front
    from ipgraph.server.http_server import Server
    from ipgraph.server.sparql import Prepared

_HANDOVER_S = 0.08  # short of the age at which a query is demoted, which a thread sees to
_PATIENCE_S = 1.0  # for a place; a thread can only wait as well, but for as long as it may


@dataclass(slots=True, eq=False)
class _Query:
    """A query under way: its connection, what it asks, and since when it waits or runs."""

    channel: Any
    exchange: Exchange
    prepared: Prepared
    since: float
    run: Any = None


class _Line:
    """The line to a worker, as waitress's loop wants its files: readable when it has answered."""

    def __init__(self, express: Express, query: _Query) -> None:
        self._express = express
        self._query = query

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        self._express.heard(self._query)

    def handle_expt_event(self) -> None:
        self._express.heard(self._query)

    def handle_close(self) -> None:
        self._express.heard(self._query)

    def handle_error(self) -> None:
        self._express.hand_over(self._query)

    def close(self) -> None:
        """Do nothing: the worker's own end closes it."""


class Express:
    """The queries that the loop attends to; used in the loop's thread alone."""

    def __init__(self, front: Front, server: Server) -> None:
        self._front = front
        self._server = server
        self._running: dict[int, _Query] = {}  # by the descriptor of the worker's line
        self._waiting: deque[_Query] = deque()

    @property
    def timeout_s(self) -> float:
        """How long the loop may sleep."""
        return _HANDOVER_S / 4 if self._running or self._waiting else 1.0

    def accept(self, channel: Any) -> bool:
        """Take on the request of a channel; False where a thread must."""
        request = channel.requests[0]
        service = self._front.service
        if request.path not in sparql.PATHS or not request.query or not service.has_pool:
            return False
        environ = {f"HTTP_{name}": value for name, value in request.headers.items()}
        environ |= {"PATH_INFO": request.path, "QUERY_STRING": request.query}
        environ |= {"REQUEST_METHOD": request.command, "REMOTE_ADDR": channel.addr[0]}
        exchange = exchanges.begin(environ, "")
        try:
            prepared = sparql.prepare(service, exchange)
        except Exception:
            # Any error at all: this is the loop that everyone's answers pass through. A thread
            # prepares the request anew, meets the same, and writes the problem and the log.
            return False
        if isinstance(prepared, Response):
            self._send(channel, exchange, prepared)
            return True
        if prepared is None or prepared.found.services or not prepared.query.infer:
            return False
        query = _Query(channel, exchange, prepared, time.monotonic())
        if self._waiting or not self._begin(query):
            if len(self._waiting) >= service.settings.max_waiting:
                return False
            self._waiting.append(query)
        return True

    def heard(self, query: _Query) -> None:
        """Read what a worker has sent; answer if that is all."""
        try:
            whole = query.run.collect_ready()
        except EOFError:
            whole = None
        if whole is None:
            self.hand_over(query)
        elif whole:
            self._finish(query)

    def look_after(self) -> None:
        """Hand over what has become old, and what waits for clients that have left."""
        now = time.monotonic()
        for query in [each for each in self._running.values() if now - each.since > _HANDOVER_S]:
            self.hand_over(query)
        while self._waiting and now - self._waiting[0].since > _PATIENCE_S:
            self._server.task_dispatcher.add_task(self._waiting.popleft().channel)

    def hand_over(self, query: _Query) -> None:
        """Let a thread go on with a query; it takes up the run where it is."""
        self._forget(query)
        query.run.busy_s = time.monotonic() - query.since
        query.channel.run_to_resume = query.run
        self._server.task_dispatcher.add_task(query.channel)
        self._begin_next()

    def _begin(self, query: _Query) -> bool:
        """Send a query to an idle worker, if there is one."""
        channel = query.channel
        run = self._front.service.pool.begin(
            query.prepared.query,
            query.prepared.form,
            time_limit_s=query.prepared.time_limit_s,
            alive=lambda: bool(channel.connected),
        )
        if run is None:
            return False
        query.run, query.since = run, time.monotonic()
        descriptor = run.fileno()
        self._running[descriptor] = query
        self._server._map[descriptor] = _Line(self, query)
        return True

    def _begin_next(self) -> None:
        while self._waiting:
            query = self._waiting.popleft()
            if not query.channel.connected:
                continue
            if not self._begin(query):
                self._waiting.appendleft(query)
                return

    def _finish(self, query: _Query) -> None:
        self._forget(query)
        run, channel = query.run, query.channel
        run.busy_s = time.monotonic() - query.since
        run.finish("answered")
        self._begin_next()
        service = self._front.service
        answering = service.pool.answering(run)
        response = sparql.finish(service, query.exchange, query.prepared, answering)
        if not channel.connected:
            return
        self._send(channel, query.exchange, response)
        with channel.requests_lock:
            if channel.requests:
                self._server.add_task(channel)

    def _send(self, channel: Any, exchange: Exchange, response: Response) -> None:
        head, body = self._front.written(exchange, response)
        channel.requests.pop(0).close()
        self._server.send(channel, head, body)

    def _forget(self, query: _Query) -> None:
        descriptor = query.run.fileno()
        self._running.pop(descriptor, None)
        self._server._map.pop(descriptor, None)
