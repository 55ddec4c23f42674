"""Short queries and cached responses, answered from the server's event loop without a thread.

Handing a request to a thread and its response back costs more than most queries (measured, 21
rows, one connection: 2,100 responses a second through threads; the switches of the interpreter's
lock alone take three quarters of the time). So the loop sends a query to a worker itself and goes
on; when the result is whole, it sends it. Whatever is not short and simple goes to a thread:
pages, errors, long results, and queries that are older than `_HANDOVER_S`, with the worker they
have. A thread continues with the same request object.

The fast path is off if an extension handles every request (`Application.is_extended`).
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipgraph.server.api import sparql
from ipgraph.server.http.response import Response
from ipgraph.server.transport import known_requests
from ipgraph.server.transport.known_requests import RawRequestCache
from ipgraph.workers.outcomes import Outcome
from ipgraph.workers.pool import ResultStream

if TYPE_CHECKING:
    from ipgraph.server.api.sparql import Prepared
    from ipgraph.server.application import Application
    from ipgraph.server.context import Request
    from ipgraph.server.transport.interfaces import Connection, Loop
    from ipgraph.workers.pool import Pool

_HANDOVER_S = 0.08  # below the age at which a query is demoted, which a thread does
_MAX_WAIT_S = 1.0  # for a worker; a thread may wait longer


@dataclass(slots=True, eq=False)
class RunningQuery:
    """A query that runs or waits for a worker: its connection, its request, and since when."""

    connection: Connection
    data: bytes  # the bytes of the request
    request: Request
    prepared: Prepared
    since: float
    run: Any = None


class _WorkerSocket:
    """The socket of a worker as a dispatcher of waitress's loop."""

    accepting = False

    def __init__(self, fast_path: FastPath, worker: Any) -> None:
        self._fast_path = fast_path
        self.worker = worker
        self.query: RunningQuery | None = None

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        self._fast_path.on_worker_readable(self)

    def handle_expt_event(self) -> None:
        self._fast_path.on_worker_readable(self)

    def handle_close(self) -> None:
        self._fast_path.on_worker_readable(self)

    def handle_error(self) -> None:
        self._fast_path.on_worker_error(self)

    def close(self) -> None:
        """Do nothing: the socket belongs to the worker."""


class FastPath:
    """The queries that the event loop runs; used in the loop's thread alone."""

    def __init__(self, application: Application, loop: Loop) -> None:
        self._application = application
        self._service = application.service
        self._loop = loop
        self._is_on = not application.is_extended
        self._pool: Pool | None = None  # of this process, once it is started
        self._raw_requests = RawRequestCache(application)
        # By descriptor, while the worker runs a query of the loop.
        self._sockets: dict[int, _WorkerSocket] = {}
        self._running: set[_WorkerSocket] = set()
        self._waiting: deque[RunningQuery] = deque()

    @property
    def timeout_s(self) -> float:
        """How long the loop may sleep."""
        return _HANDOVER_S / 4 if self._running or self._waiting else 1.0

    def try_answer(self, connection: Connection, data: bytes) -> bool:
        """Answer or start a request on an idle connection if its bytes are in the cache."""
        if not self._is_on:
            return False
        response = self._raw_requests.respond(data, connection.client)
        if response is not None:
            self._loop.send(connection, *response)
            return True
        environ = self._raw_requests.parse(data)
        return environ is not None and self._answer(connection, data, environ)

    def try_answer_parsed(self, connection: Connection, data: bytes) -> bool:
        """Answer or start the next request that waitress has parsed; False if a thread must do it.

        `data` is the bytes of the request if they were received at once.
        """
        parsed = connection.requests[0]
        if not self._is_on or not known_requests.is_plain(parsed):
            return False
        if connection.request_to_resume is not None:  # `try_answer` could not answer it
            return False
        if not known_requests.is_one(data):
            data = b""
        self._raw_requests.learn(data, parsed)
        environ = known_requests.environ_of(parsed)
        environ |= {"PATH_INFO": parsed.path, "QUERY_STRING": parsed.query}
        return self._answer(connection, data, environ)

    def on_worker_readable(self, worker_socket: _WorkerSocket) -> None:
        """Read from a worker; send the response when the result is complete."""
        query = worker_socket.query
        if query is None:  # the worker serves a thread now, or has ended
            self._drop(worker_socket)
            return
        try:
            is_whole = query.run.collect_ready()
        except EOFError:
            is_whole = None
        if is_whole is None:
            self._hand_over(worker_socket, query)
        elif is_whole:
            self._finish(worker_socket, query)

    def on_worker_error(self, worker_socket: _WorkerSocket) -> None:
        """Hand the query to a thread, which reports the error."""
        if worker_socket.query is not None:
            self._hand_over(worker_socket, worker_socket.query)

    def tick(self) -> None:
        """Hand over old queries, and start waiting queries on idle workers."""
        if not self._running and not self._waiting:
            return
        now = time.monotonic()
        for worker_socket in list(self._running):
            query = worker_socket.query
            if query is not None and now - query.since > _HANDOVER_S:
                self._hand_over(worker_socket, query)
        self._start_next()
        while self._waiting and now - self._waiting[0].since > _MAX_WAIT_S:
            self._to_thread(self._waiting.popleft())

    def _answer(self, connection: Connection, data: bytes, environ: dict[str, Any]) -> bool:
        """Answer from the cache, start a query on a worker, or queue it."""
        application = self._application
        environ["REMOTE_ADDR"] = connection.client
        environ["SERVER_PORT"] = self._loop.port_text
        request = application.request_class(environ)
        response = application.answer_from_cache(request, in_loop=True)
        if response is not None:
            self._raw_requests.remember(data, connection.client, request, response)
            self._loop.send(connection, *application.head_and_body(request, response))
            return True
        if self._is_query(data, request) and self._start(connection, data, request):
            return True
        connection.request_to_resume = request
        return False

    def _is_query(self, data: bytes, request: Request) -> bool:
        """True if the request may be a query that the loop can run."""
        if not data or request.path not in sparql.PATHS or not request.raw_query:
            return False
        if self._pool is None and self._service.has_pool:  # a thread starts the workers
            self._pool = self._service.pool
        return self._pool is not None

    def _start(self, connection: Connection, data: bytes, request: Request) -> bool:
        """Start a query on a worker, or queue it."""
        try:
            prepared = request.once(sparql.prepare)
        except Exception:
            # Any error at all: this is the loop that all responses pass through. In a thread the
            # request raises the same error, and the problem and the log are written.
            return False
        if isinstance(prepared, Response):
            self._loop.send(connection, *self._application.head_and_body(request, prepared))
            return True
        if prepared is None or prepared.found.services or not prepared.query.infer:
            return False
        query = RunningQuery(connection, data, request, prepared, time.monotonic())
        if self._waiting or not self._start_now(query):
            if len(self._waiting) >= self._service.settings.max_waiting:
                return False
            self._waiting.append(query)
        connection.query = query
        return True

    def _start_now(self, query: RunningQuery) -> bool:
        """Start a query on an idle worker, if there is one."""
        prepared = query.prepared
        assert self._pool is not None  # noqa: S101  set before the first query
        run = self._pool.try_start(
            prepared.query,
            prepared.form,
            workers=query.request.edition.workers,
            time_limit_s=prepared.time_limit_s,
            is_connected=query.connection.is_connected,
        )
        if run is None:
            return False
        query.run, query.since = run, time.monotonic()
        worker_socket = self._socket_of(run)
        worker_socket.query = query
        self._running.add(worker_socket)
        return True

    def _socket_of(self, run: Any) -> _WorkerSocket:
        """Return the socket to the worker of a run, watched by the loop."""
        descriptor = run.fileno()
        worker_socket = self._sockets.get(descriptor)
        if worker_socket is None or worker_socket.worker is not run.worker:
            worker_socket = _WorkerSocket(self, run.worker)
            self._sockets[descriptor] = worker_socket
            self._loop.watch(descriptor, worker_socket)
        return worker_socket

    def _start_next(self) -> None:
        while self._waiting:
            query = self._waiting.popleft()
            if not query.connection.connected:
                query.connection.query = None
                continue
            if not self._start_now(query):
                self._waiting.appendleft(query)
                return

    def _finish(self, worker_socket: _WorkerSocket, query: RunningQuery) -> None:
        self._release(worker_socket)
        run, connection = query.run, query.connection
        run.busy_s = time.monotonic() - query.since
        run.finish(Outcome.ANSWERED)
        self._start_next()
        answering = ResultStream(run)
        try:
            response = sparql.finish(query.request, query.prepared, answering)
            parts = self._application.head_and_body(query.request, response)
        except Exception:  # as in `_start`
            self._to_thread(query)
            return
        connection.query = None
        if connection.connected:
            self._loop.send(connection, *parts)
            connection.resume_reading()

    def _hand_over(self, worker_socket: _WorkerSocket, query: RunningQuery) -> None:
        """Let a thread continue with a query and its worker."""
        self._release(worker_socket)
        self._drop(worker_socket)
        run = query.run
        run.busy_s = time.monotonic() - query.since
        query.request.hand_over(
            lambda: sparql.resume(query.request, query.prepared, run),
            lambda: run.finish(Outcome.DISCONNECTED),
        )
        self._to_thread(query)

    def _to_thread(self, query: RunningQuery) -> None:
        query.connection.query = None
        query.connection.request_to_resume = query.request
        self._loop.hand_over(query.connection, query.data)

    def _release(self, worker_socket: _WorkerSocket) -> None:
        worker_socket.query = None
        self._running.discard(worker_socket)

    def _drop(self, worker_socket: _WorkerSocket) -> None:
        """Stop watching the socket of a worker."""
        for descriptor, watched in list(self._sockets.items()):
            if watched is worker_socket:
                del self._sockets[descriptor]
                self._loop.unwatch(descriptor, worker_socket)
