"""Short queries answered from the server's loop, without a thread.

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

from ipgraph.server.api import sparql
from ipgraph.server.http import caching
from ipgraph.server.http import request as exchanges
from ipgraph.server.http.response import Response
from ipgraph.server.transport import known_requests
from ipgraph.server.transport.known_requests import Repeats
from ipgraph.workers.pool import ResultStream
from ipgraph.workers.state import Outcome

if TYPE_CHECKING:
    from ipgraph.server.api.sparql import Prepared
    from ipgraph.server.application import Front
    from ipgraph.server.http.request import Exchange
    from ipgraph.server.transport.channel import Channel
    from ipgraph.server.transport.server import Server

_HANDOVER_S = 0.08  # short of the age at which a query is demoted, which a thread sees to
_PATIENCE_S = 1.0  # for a place; a thread can only wait as well, but for as long as it may


@dataclass(slots=True, eq=False)
class Underway:
    """A query under way: its connection, what it asks, and since when it waits or runs."""

    channel: Channel
    data: bytes  # the bytes of the request
    exchange: Exchange
    prepared: Prepared
    since: float
    run: Any = None


class _Line:
    """The line to a worker, as waitress's loop wants its files: readable when it has answered."""

    accepting = False

    def __init__(self, express: Express, worker: Any) -> None:
        self._express = express
        self.worker = worker
        self.query: Underway | None = None

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        self._express.heard(self)

    def handle_expt_event(self) -> None:
        self._express.heard(self)

    def handle_close(self) -> None:
        self._express.heard(self)

    def handle_error(self) -> None:
        self._express.failed(self)

    def close(self) -> None:
        """Do nothing: the worker's own end closes it."""


class Express:
    """The queries that the loop attends to; used in the loop's thread alone."""

    def __init__(self, front: Front, server: Server) -> None:
        self._front = front
        self._server = server
        self._prefix = front.service.settings.path_prefix
        self._repeats = Repeats(front)
        self._lines: dict[int, _Line] = {}  # by descriptor; stays while its worker serves here
        self._running: set[_Line] = set()
        self._waiting: deque[Underway] = deque()

    @property
    def timeout_s(self) -> float:
        """How long the loop may sleep."""
        return _HANDOVER_S / 4 if self._running or self._waiting else 1.0

    def take(self, channel: Channel, data: bytes) -> bool:
        """Answer, or begin to, the bytes of a request on an idle channel; False where unknown."""
        answer = self._repeats.answer(data, channel.client)
        if answer is not None:
            self._server.send(channel, *answer)
            return True
        environ = self._repeats.read(data)
        return environ is not None and self._answer(channel, data, environ)

    def accept(self, channel: Channel, data: bytes) -> bool:
        """Answer the next request of a channel, or begin to; False where a thread must.

        `data` are its bytes, where they came at once.
        """
        request = channel.requests[0]
        if not known_requests.is_plain(request) or not request.path.isascii():
            return False
        if not known_requests.is_one(data):
            data = b""
        self._repeats.learn(data, request)
        environ = known_requests.environ_of(request)
        environ |= {"PATH_INFO": request.path, "QUERY_STRING": request.query}
        return self._answer(channel, data, environ)

    def _answer(self, channel: Channel, data: bytes, environ: dict[str, Any]) -> bool:
        """Answer from what is kept, or send a query to a worker, or have it wait for one."""
        service = self._front.service
        environ["REMOTE_ADDR"] = self._repeats.client_of(environ, channel.client)
        exchange = exchanges.begin(environ, self._prefix)
        response = caching.recall(service, exchange, quickly=True)
        if response is not None:
            self._repeats.remember(data, exchange, response)
            self._server.send(channel, *self._front.written(exchange, response))
            return True
        if not data or exchange.path not in sparql.PATHS or not exchange.query:
            return False
        return service.has_pool and self._ask(channel, data, exchange)

    def heard(self, line: _Line) -> None:
        """Read what a worker has sent; answer if that is all."""
        query = line.query
        if query is None:  # it serves somebody else now, or has ended
            self._drop(line)
            return
        try:
            whole = query.run.collect_ready()
        except EOFError:
            whole = None
        if whole is None:
            self._hand_over(line, query)
        elif whole:
            self._finish(line, query)

    def failed(self, line: _Line) -> None:
        """Let a thread see what is wrong."""
        if line.query is not None:
            self._hand_over(line, line.query)

    def look_after(self) -> None:
        """Hand over what has become old, and begin what waits, where threads have left places."""
        if not self._running and not self._waiting:
            return
        now = time.monotonic()
        for line in list(self._running):
            if line.query is not None and now - line.query.since > _HANDOVER_S:
                self._hand_over(line, line.query)
        self._begin_next()
        while self._waiting and now - self._waiting[0].since > _PATIENCE_S:
            self._to_thread(self._waiting.popleft())

    def _ask(self, channel: Channel, data: bytes, exchange: Exchange) -> bool:
        """Send a query to a worker, or have it wait for one."""
        service = self._front.service
        try:
            prepared = sparql.prepare(service, exchange)
        except Exception:
            # Any error at all: this is the loop that everyone's answers pass through. A thread
            # prepares the request anew, meets the same, and writes the problem and the log.
            return False
        if isinstance(prepared, Response):
            self._server.send(channel, *self._front.written(exchange, prepared))
            return True
        if prepared is None or prepared.found.services or not prepared.query.infer:
            return False
        query = Underway(channel, data, exchange, prepared, time.monotonic())
        if self._waiting or not self._begin(query):
            if len(self._waiting) >= service.settings.max_waiting:
                return False
            self._waiting.append(query)
        channel.query = query
        return True

    def _begin(self, query: Underway) -> bool:
        """Send a query to an idle worker, if there is one."""
        channel, prepared = query.channel, query.prepared
        run = self._front.service.pool.try_start(
            prepared.query,
            prepared.form,
            time_limit_s=prepared.time_limit_s,
            is_connected=channel.is_connected,
        )
        if run is None:
            return False
        query.run, query.since = run, time.monotonic()
        line = self._line(run)
        line.query = query
        self._running.add(line)
        return True

    def _line(self, run: Any) -> _Line:
        """Return the line to the worker of a run, watched by the loop."""
        descriptor = run.fileno()
        line = self._lines.get(descriptor)
        if line is None or line.worker is not run.worker:
            line = _Line(self, run.worker)
            self._lines[descriptor] = line
            self._server.watch(descriptor, line)
        return line

    def _begin_next(self) -> None:
        while self._waiting:
            query = self._waiting.popleft()
            if not query.channel.connected:
                query.channel.query = None
                continue
            if not self._begin(query):
                self._waiting.appendleft(query)
                return

    def _finish(self, line: _Line, query: Underway) -> None:
        self._free(line)
        run, channel = query.run, query.channel
        run.busy_s = time.monotonic() - query.since
        run.finish(Outcome.ANSWERED)
        self._begin_next()
        service = self._front.service
        answering = ResultStream(run)
        try:
            response = sparql.finish(service, query.exchange, query.prepared, answering)
            answer = self._front.written(query.exchange, response)
        except Exception:  # as in `_ask`
            self._to_thread(query)
            return
        channel.query = None
        if channel.connected:
            self._server.send(channel, *answer)
            channel.go_on()

    def _hand_over(self, line: _Line, query: Underway) -> None:
        """Let a thread go on with a query; it takes up the run where it is."""
        self._free(line)
        self._drop(line)
        query.run.busy_s = time.monotonic() - query.since
        query.channel.run_to_resume = query.run
        self._to_thread(query)

    def _to_thread(self, query: Underway) -> None:
        query.channel.query = None
        self._server.hand_over(query.channel, query.data)

    def _free(self, line: _Line) -> None:
        line.query = None
        self._running.discard(line)

    def _drop(self, line: _Line) -> None:
        """Watch the line to a worker no longer."""
        for descriptor, each in list(self._lines.items()):
            if each is line:
                del self._lines[descriptor]
                self._server.unwatch(descriptor, line)
