"""One query in a pool, from its request to the last byte of its result."""

from __future__ import annotations

import logging
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
from ipgraph.workers.outcomes import Outcome
from ipgraph.workers.worker_set import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ipgraph.serialization.formats import Format
    from ipgraph.workers.admission import AdmissionQueue
    from ipgraph.workers.processes import Worker
    from ipgraph.workers.state import PoolState
    from ipgraph.workers.wire import Request
    from ipgraph.workers.worker_set import WorkerSet

_LOGGER = logging.getLogger(__name__)

_CHECK_INTERVAL_S = 0.1  # how often a waiting query checks that its client is still connected
_BUFFER_BYTES = 1 << 20  # this much of a result is collected before any of it is passed on
_MAX_READY_PARTS = 8  # a result of more parts than this is long
# No query ends a process by these signals.
_FROM_OUTSIDE = frozenset(
    {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT}
)
_GRACE_S = 10.0  # how far a client may fall behind the minimum rate


class ClientDisconnected(Exception):
    """The client closed its connection, so the result is no longer needed."""


class WorkerLost(StoreUnavailable):
    """The worker of a query was killed from outside, as by an operator or for lack of memory."""


class Run:
    """One query in a pool, from its request to the last byte of its result."""

    def __init__(
        self,
        state: PoolState,
        workers: WorkerSet,
        is_connected: Callable[[], bool],
        time_limit_s: float,
    ) -> None:
        self.parts: list[bytes] = []
        self.is_complete = False
        self.is_finished = False
        self.busy_s = 0.0
        self.workers = workers
        self._fileno = -1
        self._streaming_since = 0.0
        self._streamed_bytes = 0
        self._state = state
        self._is_connected = is_connected
        self._time_limit_s = time_limit_s
        self._queue: AdmissionQueue | None = state.fast_queue
        self._worker: Worker | None = None
        self._lock = threading.Lock()
        self._pending_frames: list[tuple[int, bytes]] = []

    def execute(self, request: Request, output_format: Format) -> None:
        """Send the request to a worker and wait, as `collect` does."""
        packed = wire.pack_request(request, output_format.name, self._state.limits.max_result_bytes)
        self._worker = self.workers.acquire(request.infer)
        try:
            self._worker.send(packed)
        except EOFError:  # it died while it was idle: not this query's fault
            self.workers.note_death(self._worker)
            self._worker = self.workers.fork()
            try:
                self._worker.send(packed)
            except EOFError:
                raise self._end_of(self._worker) from None
        self.collect()

    def send(self, worker: Worker, request: Request, output_format: Format) -> None:
        """Send the request to a worker and return at once. Raises `EOFError` if it has died."""
        self._worker = worker
        self._fileno = worker.fileno()
        worker.send(
            wire.pack_request(request, output_format.name, self._state.limits.max_result_bytes)
        )

    def abandon(self) -> None:
        """Give back the slot of a run whose worker had died before it got the request."""
        self.is_finished = True
        worker, self._worker = self._worker, None
        queue, self._queue = self._queue, None
        if worker is not None:  # in a thread: the caller is an event loop, and reaping may wait
            threading.Thread(target=self.workers.note_death, args=(worker,), daemon=True).start()
            self.workers.discard()
        if queue is not None:
            queue.release()

    def fileno(self) -> int:
        """Return the descriptor of the socket to the worker."""
        return self._fileno

    @property
    def worker(self) -> Worker | None:
        """The worker that runs the query; None after the run has finished."""
        return self._worker

    def collect_ready(self) -> bool | None:
        """Read the frames that have arrived, without blocking.

        Return True if the result is complete, False if more is to come, and None if a thread must
        take over: after an error, and for long results.
        """
        worker = self._worker
        if worker is None:
            return None
        worker.receive()
        while (frame := worker.next_frame()) is not None:
            kind, payload = frame
            if kind == wire.END:
                self.is_complete = True
                return True
            if kind == wire.ERROR or len(self.parts) > _MAX_READY_PARTS:
                self._pending_frames.append(frame)
                return None
            self.parts.append(payload)
        return False

    def collect(self) -> None:
        """Wait until the result is complete or fills the buffer."""
        buffered_bytes = sum(map(len, self.parts))
        while buffered_bytes < _BUFFER_BYTES:
            part = self._next_part()
            if part is None:
                return
            self.parts.append(part)
            buffered_bytes += len(part)
        # From here the client sets the pace, and a client must not hold a slot of the fast queue.
        if self._worker is not None and not self._worker.is_demoted:
            self._demote(self._worker)

    def stream(self) -> Iterator[bytes]:
        """Yield the buffered parts and those to come; after an error they are incomplete."""
        try:
            self._streaming_since = time.monotonic()
            for part in self.parts:
                self._streamed_bytes += len(part)
                yield part
            self.parts.clear()
            while not self.is_complete:
                later_part = self._next_part()
                if later_part is not None:
                    self._streamed_bytes += len(later_part)
                    yield later_part
        except BaseException as error:
            self.finish(outcome_of(error))
            raise

    def is_too_slow(self, now: float) -> bool:
        """True if the client reads too slowly, after a grace period."""
        if not self._streaming_since:
            return False
        allowed_s = self._streamed_bytes / (self._state.limits.min_rate_kib_s << 10) + _GRACE_S
        return now - self._streaming_since - self.busy_s > allowed_s

    def finish(self, outcome: Outcome) -> None:
        """Release the worker and the slot in the queue. Only the first call has an effect."""
        with self._lock:
            if self.is_finished:
                return
            self.is_finished = True
            worker, self._worker = self._worker, None
            queue, self._queue = self._queue, None
        if worker is not None:
            if worker.is_demoted:
                self._state.scheduler.remove(worker)
            if outcome in (Outcome.ANSWERED, Outcome.REFUSED) and not worker.is_demoted:
                self.workers.release(worker)
            else:
                worker.kill()
                self.workers.discard()
                self._state.restarts.add(outcome)
        if queue is not None:
            queue.release()
        self._state.outcomes.add(outcome)

    def _next_part(self) -> bytes | None:
        """Return the next part, or None at the end. Raises the error that the worker reports."""
        kind, payload = self._next_frame()
        if kind == wire.DATA:
            return payload
        if kind == wire.ERROR:
            raise wire.unpack_error(payload)
        self.is_complete = True
        self.finish(Outcome.ANSWERED)
        return None

    def _next_frame(self) -> tuple[int, bytes]:
        worker = self._worker
        if worker is None:
            raise ClientDisconnected
        while True:
            timeout_s = self._time_limit_s - self.busy_s
            if not worker.is_demoted:
                timeout_s = min(timeout_s, self._state.limits.demote_after_s - self.busy_s)
            if self._pending_frames:
                return self._pending_frames.pop(0)
            began = time.monotonic()
            try:
                frame = worker.wait_for_frame(max(0.0, min(timeout_s, _CHECK_INTERVAL_S)))
            except EOFError:
                raise self._end_of(worker) from None
            self.busy_s += time.monotonic() - began
            if frame is not None:
                return frame
            if self.busy_s >= self._time_limit_s:
                raise self._timeout()
            if not self._is_connected():
                raise ClientDisconnected
            if not worker.is_demoted and self.busy_s >= self._state.limits.demote_after_s:
                self._demote(worker)

    def _demote(self, worker: Worker) -> None:
        """Move to the slow queue; the worker is paused until a slot is free."""
        state = self._state
        worker.demote()
        state.fast_queue.release()
        self._queue = None
        self.workers.add_spare()
        is_admitted = state.slow_queue.acquire(0.0, self._is_connected)
        if not is_admitted:
            worker.pause()
            began = time.monotonic()
            wait_s = state.limits.time_limit_s + state.limits.wait_limit_s
            is_admitted = state.slow_queue.acquire(wait_s, self._is_connected)
            if not is_admitted:
                raise rejection(self._is_connected, began)
            worker.resume()
        self._queue = state.slow_queue
        state.scheduler.add(worker)

    def _timeout(self) -> TimeLimitExceeded:
        return TimeLimitExceeded(
            f"The query exceeded the time limit of {self._time_limit_s:g} s. "
            "Add LIMIT or a more selective pattern.",
            limit="query_time_limit_s",
            elapsed_ms=round(self.busy_s * 1000),
        )

    def _end_of(self, worker: Worker) -> LimitReached | StoreUnavailable:
        """Return the error for a query whose worker has ended."""
        code = worker.exit_status()
        _LOGGER.warning("Worker %d died with its query: %s", worker.pid, reason(code))
        if -code in _FROM_OUTSIDE:
            return WorkerLost(
                "The process that ran the query was killed.", hint="Send the query again."
            )
        if code == -signal.SIGABRT:  # how Rust ends when memory is refused
            return MemoryLimitExceeded(
                "The query exceeded the memory limit. "
                "Select fewer rows, or sort and group fewer rows.",
                limit="query_memory_limit_mib",
                elapsed_ms=round(self.busy_s * 1000),
            )
        return QueryTooComplex(
            "The query crashed its worker. Try a simpler query.",
            limit="query-too-complex",
            elapsed_ms=round(self.busy_s * 1000),
        )


# The outcome of a query that raised an error, most specific class first.
_OUTCOMES: tuple[tuple[type[BaseException], Outcome], ...] = (
    (TimeLimitExceeded, Outcome.TIMEOUT),
    (MemoryLimitExceeded, Outcome.MEMORY),
    (QueryTooComplex, Outcome.CRASH),
    (Busy, Outcome.BUSY),
    (StoreUnavailable, Outcome.LOST),
    (IpGraphError, Outcome.REFUSED),
)


def outcome_of(error: BaseException) -> Outcome:
    """Return the outcome of a query that raised `error`."""
    found = (outcome for kind, outcome in _OUTCOMES if isinstance(error, kind))
    return next(found, Outcome.DISCONNECTED)


def rejection(is_connected: Callable[[], bool], started: float) -> Exception:
    """Return why a query got no slot: its client has disconnected, or the queue is full."""
    if not is_connected():
        return ClientDisconnected()
    return Busy(
        "All workers are busy and the queue is full. Try again in a moment.",
        limit="workers",
        elapsed_ms=round((time.monotonic() - started) * 1000),
    )
