"""One query on its way through the lanes of a pool, from its request to its last byte."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

from ipgraph.errors import (
    Busy,
    IpGraphError,
    LimitReached,
    MemoryLimitExceeded,
    QueryTooComplex,
    StoreUnavailable,
    TimeLimitExceeded,
)
from ipgraph.workers import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ipgraph.serialization.formats import Format
    from ipgraph.workers.admission import Lane
    from ipgraph.workers.pool import Pool
    from ipgraph.workers.processes import Worker
    from ipgraph.workers.wire import Request

_LOOK_UP_S = 0.1  # how often a waiting query looks whether its client is still there
_HELD_BYTES = 1 << 20  # so much of an answer is waited for before any of it is handed on
_READY_PARTS = 8  # an answer of more parts than this is long
_GRACE_S = 10.0  # a client may be so much behind the least rate


class ClientLeft(Exception):
    """The client closed its connection, so that nobody waits for the answer."""


class Run:
    """One query on its way through the lanes."""

    def __init__(self, pool: Pool, alive: Callable[[], bool], limit_s: float) -> None:
        self.parts: list[bytes] = []
        self.ended = False
        self.busy_s = 0.0
        self._fileno = -1
        self._read_from = 0.0
        self._read_bytes = 0
        self._pool = pool
        self._alive = alive
        self._limit_s = limit_s
        self._lane: Lane | None = pool.fast
        self.crew = pool.crew
        self._worker: Worker | None = None
        self._lock = threading.Lock()
        self._finished = False
        self._ahead: list[tuple[int, bytes]] = []

    def start(self, request: Request, form: Format) -> None:
        """Send the request to a worker and wait for its first frame, and the end if it is near."""
        packed = wire.pack_request(request, form.name, self._pool.limits.answer_bytes)
        self._worker = self._taken(request.infer)
        try:
            self._worker.ask(packed)
        except EOFError:  # it died while it was idle: not this query's fault
            self._worker.autopsy()
            self._worker = self.crew.fork()
            self._worker.ask(packed)
        self.collect()

    def _taken(self, infer: bool) -> Worker:
        try:
            return self.crew.take(infer)
        except StoreUnavailable:
            if self.crew is self._pool.crew:
                raise
            self.crew = self._pool.crew  # the graph was replaced just now
            return self.crew.take(infer)

    def begin(self, worker: Worker, request: Request, form: Format) -> None:
        """Send the request to a worker and go on; raises `EOFError` where it has died."""
        self._worker = worker
        self._fileno = worker.fileno()
        worker.ask(wire.pack_request(request, form.name, self._pool.limits.answer_bytes))

    def fileno(self) -> int:
        """Return the descriptor of the line to the worker."""
        return self._fileno

    @property
    def worker(self) -> Worker | None:
        """The worker that answers; None where it has ended."""
        return self._worker

    def collect_ready(self) -> bool | None:
        """Take the frames that have come: True at the end, None where a thread must go on."""
        worker = self._worker
        if worker is None:
            return None
        worker.receive()
        while (frame := worker.taken()) is not None:
            kind, payload = frame
            if kind == wire.END:
                self.ended = True
                return True
            if kind == wire.ERROR or len(self.parts) > _READY_PARTS:
                self._ahead.append(frame)
                return None
            self.parts.append(payload)
        return False

    def collect(self) -> None:
        """Wait for the answer, as far as it is held back before it is handed on."""
        held = sum(map(len, self.parts))
        while held < _HELD_BYTES:
            part = self._next()
            if part is None:
                return
            self.parts.append(part)
            held += len(part)
        # From here the client sets the pace, and no place in the fast lane waits for a client.
        if self._worker is not None and not self._worker.demoted:
            self._demote(self._worker)

    def stream(self) -> Iterator[bytes]:
        """Yield the parts held and those to come; an error means that they are not the whole."""
        try:
            self._read_from = time.monotonic()
            for part in self.parts:
                self._read_bytes += len(part)
                yield part
            self.parts.clear()
            while not self.ended:
                later = self._next()
                if later is not None:
                    self._read_bytes += len(later)
                    yield later
        except BaseException as error:
            self.finish(outcome_of(error))
            raise

    def is_too_slow(self, now: float) -> bool:
        """Tell whether the client has read less than the least rate, and a grace, allow."""
        if not self._read_from:
            return False
        due_s = self._read_bytes / (self._pool.limits.min_rate_kib_s << 10) + _GRACE_S
        return now - self._read_from - self.busy_s > due_s

    def finish(self, outcome: str) -> None:
        """Give back the worker and the place in the lane; only the first call counts."""
        with self._lock:
            if self._finished:
                return
            self._finished = True
            worker, self._worker = self._worker, None
            lane, self._lane = self._lane, None
        self._pool.forget(self)
        if worker is not None:
            if worker.demoted:
                self._pool.turns.leave(worker)
            if outcome in ("answered", "refused") and not worker.demoted:
                self.crew.give_back(worker)
            else:
                worker.kill()
                self.crew.lost()
        if lane is not None:
            lane.leave()
        self._pool.outcomes[outcome] += 1

    def _next(self) -> bytes | None:
        """Return the next part, or None at the end; raises what the worker reports."""
        kind, payload = self._wait()
        if kind == wire.DATA:
            return payload
        if kind == wire.ERROR:
            raise wire.unpack_error(payload)
        self.ended = True
        self.finish("answered")
        return None

    def _wait(self) -> tuple[int, bytes]:
        worker = self._worker
        if worker is None:
            raise ClientLeft
        while True:
            patience_s = self._limit_s - self.busy_s
            if not worker.demoted:
                patience_s = min(patience_s, self._pool.limits.demote_after_s - self.busy_s)
            if self._ahead:
                return self._ahead.pop(0)
            began = time.monotonic()
            try:
                frame = worker.frame(max(0.0, min(patience_s, _LOOK_UP_S)))
            except EOFError:
                raise self._died(worker) from None
            self.busy_s += time.monotonic() - began
            if frame is not None:
                return frame
            if self.busy_s >= self._limit_s:
                raise self._late()
            if not self._alive():
                raise ClientLeft
            if not worker.demoted and self.busy_s >= self._pool.limits.demote_after_s:
                self._demote(worker)

    def _demote(self, worker: Worker) -> None:
        """Move to the slow lane, paused until there is a place in it."""
        pool = self._pool
        worker.demote()
        pool.fast.leave()
        self._lane = None
        self.crew.lend()
        entered = pool.slow.enter(0.0, self._alive)
        if not entered:
            worker.pause()
            began = time.monotonic()
            entered = pool.slow.enter(pool.limits.time_s + pool.limits.wait_s, self._alive)
            if not entered:
                raise busy(self._alive, began)
            worker.resume()
        self._lane = pool.slow
        pool.turns.enter(worker)

    def _late(self) -> TimeLimitExceeded:
        return TimeLimitExceeded(
            f"The query was stopped after {self._limit_s:g} s; "
            "add LIMIT, or a more selective pattern.",
            limit="query_time_limit_s",
            elapsed_ms=round(self.busy_s * 1000),
        )

    def _died(self, worker: Worker) -> LimitReached:
        code = worker.autopsy()
        if code == -signal.SIGABRT:  # how Rust ends when memory is refused
            return MemoryLimitExceeded(
                "The query needs more memory than it may have; "
                "select fewer rows, or sort and group fewer of them.",
                limit="query_memory_limit_mib",
                elapsed_ms=round(self.busy_s * 1000),
            )
        return QueryTooComplex(
            "The query brought its worker down; make it simpler.",
            limit="query-too-complex",
            elapsed_ms=round(self.busy_s * 1000),
        )


def outcome_of(error: BaseException) -> str:
    """Name the outcome of a query for the metrics."""
    if isinstance(error, TimeLimitExceeded):
        return "time"
    if isinstance(error, MemoryLimitExceeded):
        return "memory"
    if isinstance(error, QueryTooComplex):
        return "crash"
    if isinstance(error, Busy):
        return "busy"
    if isinstance(error, IpGraphError):
        return "refused"
    return "left"


def busy(alive: Callable[[], bool], started: float) -> Exception:
    """Return why a query got no place: its client has left, or the queue is full."""
    if not alive():
        return ClientLeft()
    return Busy(
        "All workers are busy and the queue is full; try again in a moment.",
        limit="workers",
        elapsed_ms=round((time.monotonic() - started) * 1000),
    )
