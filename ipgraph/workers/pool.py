"""A pool of workers with a fast queue for all queries and a slow queue for long ones.

Every query starts in the fast queue. A query older than `demote_after_s` is demoted: its worker
gets the lowest priority and moves to the slow queue, and its slot in the fast queue goes to a new
worker. The slow queue has one slot less than the fast one; if it is full, the query is paused until
a slot is free. Demoted workers take turns on all processors but one. So runaway queries cost short
queries at most their first instant, from whichever address they come (architecture.md: limits by
address do not help).
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from ipgraph.workers.admission import AdmissionQueue
from ipgraph.workers.outcomes import Outcome, OutcomeCounter
from ipgraph.workers.processes import resume_children
from ipgraph.workers.run import Run, outcome_of, rejection
from ipgraph.workers.scheduler import Scheduler, available_processors
from ipgraph.workers.state import PoolLimits, PoolState
from ipgraph.workers.wire import GraphNames
from ipgraph.workers.worker_set import WorkerSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ipgraph.serialization.formats import Format
    from ipgraph.workers.wire import Request

_LOGGER = logging.getLogger(__name__)

_TURN_S = 0.25
_REPAIR_INTERVAL_S = 0.25
_LONG_REPAIR_S = 1.0


class Pool:
    """Workers for one snapshot, which can be replaced while queries run. Thread-safe."""

    def __init__(
        self, graph_path: Path, limits: PoolLimits, names: GraphNames | None = None
    ) -> None:
        self.state = PoolState(
            limits=limits,
            fast_queue=AdmissionQueue(limits.workers, limits.max_waiting),
            slow_queue=AdmissionQueue(max(1, limits.workers - 1), max(1, limits.max_waiting // 2)),
            scheduler=Scheduler(max(1, available_processors() - 1)),
            outcomes=OutcomeCounter(),
            restarts=OutcomeCounter(),
        )
        self.zygote_restarts = 0
        self._repairing_since: float | None = None
        self._streaming: set[Run] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._lost = threading.Event()
        self._worker_sets: list[WorkerSet] = []
        self.workers = self.start_workers(graph_path, names)
        for target in (self._watch, self._repair):
            threading.Thread(target=target, name=f"pool {target.__name__}", daemon=True).start()

    def start_workers(self, graph_path: Path, names: GraphNames | None = None) -> WorkerSet:
        """Return new workers for a snapshot. They are repaired until they are closed."""
        limits = self.state.limits
        workers = WorkerSet(
            graph_path,
            limits.workers,
            limits.memory_limit_mib,
            names=names or GraphNames(),
            wait_limit_s=limits.wait_limit_s,
            restarts=self.restarts,
            on_loss=self._lost.set,
        )
        with self._lock:
            self._worker_sets.append(workers)
        return workers

    @property
    def outcomes(self) -> OutcomeCounter:
        """How many queries ended with each outcome."""
        return self.state.outcomes

    @property
    def restarts(self) -> OutcomeCounter:
        """How many workers were replaced, by the outcome of their last query.

        A worker that answered is replaced too if it was demoted; one that died idle has crashed.
        """
        return self.state.restarts

    @property
    def process_ids(self) -> dict[str, int]:
        """The ids of the processes that hold the current snapshot, by name."""
        return self.workers.process_ids

    @property
    def fast_queue(self) -> AdmissionQueue:
        """The queue in which every query starts."""
        return self.state.fast_queue

    @property
    def slow_queue(self) -> AdmissionQueue:
        """The queue of demoted queries."""
        return self.state.slow_queue

    def execute(
        self,
        request: Request,
        output_format: Format,
        *,
        workers: WorkerSet | None = None,
        time_limit_s: float | None = None,
        is_connected: Callable[[], bool] = lambda: True,
    ) -> ResultStream:
        """Run a query or a job and return its result as soon as its first bytes are known.

        `workers` hold the snapshot (default: the current one). `time_limit_s` can only lower the
        pool's limit. The worker is stopped when `is_connected`
        returns False. Raises `Busy`, the other leaves of `LimitReached`, what the query itself
        raises, and `ClientDisconnected`.
        """
        started = time.monotonic()
        if not self.fast_queue.acquire(self.state.limits.wait_limit_s, is_connected):
            self.outcomes.add(Outcome.BUSY)
            raise rejection(is_connected, started)
        run = self._run(workers, time_limit_s, is_connected)
        return self._result(run, lambda: run.execute(request, output_format))

    def try_start(
        self,
        request: Request,
        output_format: Format,
        *,
        workers: WorkerSet | None = None,
        time_limit_s: float | None = None,
        is_connected: Callable[[], bool] = lambda: True,
    ) -> Run | None:
        """Send a request to an idle worker without blocking; return None if no worker is idle.

        The caller reads what is ready, and then either finishes the run or passes it to `resume`.
        """
        if self.fast_queue.is_full or not self.fast_queue.acquire(0.0, is_connected):
            return None
        run = self._run(workers, time_limit_s, is_connected)
        worker = run.workers.acquire_idle()
        if worker is None:
            self.fast_queue.release()
            return None
        try:
            run.send(worker, request, output_format)
        except EOFError:
            run.abandon()
            return None
        return run

    def resume(self, run: Run) -> ResultStream:
        """Wait for the result of a run that `try_start` started, as `execute` does."""
        return self._result(run, run.collect)

    def _run(
        self,
        workers: WorkerSet | None,
        time_limit_s: float | None,
        is_connected: Callable[[], bool],
    ) -> Run:
        limit_s = self.state.limits.time_limit_s
        return Run(
            self.state,
            workers or self.workers,
            is_connected,
            min(limit_s, time_limit_s or limit_s),
        )

    def _result(self, run: Run, wait: Callable[[], None]) -> ResultStream:
        try:
            wait()
        except BaseException as error:
            run.finish(outcome_of(error))
            raise
        if not run.is_complete:
            with self._lock:
                self._streaming.add(run)
        return ResultStream(run)

    def is_well(self) -> bool:
        """Test the process that holds the current snapshot: True if it replies."""
        return self.workers.is_well()

    def close(self) -> None:
        """End every worker."""
        self._closed.set()
        self._lost.set()
        with self._lock:
            worker_sets, self._worker_sets = self._worker_sets, []
        for workers in worker_sets:
            workers.close()

    def _repair(self) -> None:
        """Replace processes that have ended."""
        while not self._closed.is_set():
            self._lost.wait(_REPAIR_INTERVAL_S)
            self._lost.clear()
            with self._lock:
                self._worker_sets = [item for item in self._worker_sets if not item.is_closed]
                worker_sets = list(self._worker_sets)
            for workers in worker_sets:
                self._repairing_since = time.monotonic()
                try:
                    self.zygote_restarts += workers.repair()
                except Exception:  # any error: without this thread nothing would be repaired
                    _LOGGER.exception("Workers were not repaired")
                self._repairing_since = None

    def _watch(self) -> None:
        """Rotate the scheduler and stop results whose clients read too slowly."""
        while not self._closed.wait(_TURN_S):
            self.state.scheduler.rotate()
            now = time.monotonic()
            began = self._repairing_since
            if began is not None and now - began > _LONG_REPAIR_S:
                resume_children()
            with self._lock:
                self._streaming = {run for run in self._streaming if not run.is_finished}
                slow = [run for run in self._streaming if run.is_too_slow(now)]
            for run in slow:
                run.finish(Outcome.SLOW_CLIENT)


class ResultStream:
    """A result that is still being computed: iterate over its parts, or read `body`."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def body(self) -> bytes | None:
        """The complete result if it arrived in one piece; None if more is to come."""
        return b"".join(self._run.parts) if self._run.is_complete else None

    @property
    def elapsed_ms(self) -> float:
        """How long the worker has been busy with the query."""
        return self._run.busy_s * 1000

    def __iter__(self) -> Iterator[bytes]:
        """Yield the parts as they arrive; after an error, the parts so far are incomplete."""
        return self._run.stream()

    def close(self) -> None:
        """Stop the query if it still runs."""
        self._run.finish(Outcome.DISCONNECTED)
