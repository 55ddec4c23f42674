"""The workers that hold one snapshot, and the replacement of what has ended."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import time
from typing import TYPE_CHECKING

from ipgraph.errors import StoreUnavailable
from ipgraph.workers.outcomes import Outcome
from ipgraph.workers.processes import Worker, Zygote, ZygoteLost, is_suspended

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ipgraph.workers.outcomes import OutcomeCounter
    from ipgraph.workers.wire import GraphNames

_LOGGER = logging.getLogger(__name__)

_MAX_PAUSE_S = 30.0  # between two attempts to start a zygote, which double from a tenth of a second
_FIRST_PAUSE_S = 0.1


class WorkerSet:
    """The workers that hold one snapshot: idle workers and those in use. Thread-safe.

    `repair` replaces a zygote that is lost. Meanwhile `acquire` waits at most `wait_limit_s`.
    """

    def __init__(
        self,
        graph_path: Path,
        workers: int,
        memory_limit_mib: int,
        *,
        names: GraphNames,
        wait_limit_s: float,
        restarts: OutcomeCounter,
        on_loss: Callable[[], None],
    ) -> None:
        """`on_loss` is called when the zygote is lost, so that its owner calls `repair` soon."""
        self._graph_path = graph_path
        self._workers = workers
        self._memory_limit_mib = memory_limit_mib
        self._names = names
        self._wait_limit_s = wait_limit_s
        self._restarts = restarts
        self._on_loss = on_loss
        self._zygote = self._start()
        self._lock = threading.Lock()  # also that of the condition; entering it is cheaper
        self._changed = threading.Condition(self._lock)
        self._idle: list[Worker] = [self._zygote.fork() for _ in range(workers)]
        self._in_use = 0
        self._is_retired = False
        self._is_lost = False
        self._next_start = 0.0
        self._pause_s = _FIRST_PAUSE_S
        self._is_closed = False

    @property
    def process_ids(self) -> dict[str, int]:
        """The process ids by name: ``zygote``, ``worker-1``, ``worker-2`` and so on."""
        workers = self._zygote.worker_pids
        names = {f"worker-{number}": pid for number, pid in enumerate(workers, start=1)}
        return {"zygote": self._zygote.pid, **names}

    @property
    def is_lost(self) -> bool:
        """True while there is no zygote."""
        return self._is_lost

    @property
    def is_closed(self) -> bool:
        """True if all its processes have been ended."""
        return self._is_closed

    def acquire(self, infer: bool) -> Worker:
        """Return a worker that holds the requested store; `release` it or `discard` it later.

        Raises `StoreUnavailable`.
        """
        with self._lock:
            if self._is_retired:
                raise StoreUnavailable("The graph was replaced.", hint="Send the query again.")
            self._in_use += 1
        try:
            return self._from_zygote(lambda zygote: self._take(zygote, infer))
        except BaseException:
            self.discard()
            raise

    def _take(self, zygote: Zygote, infer: bool) -> Worker:
        """Return an idle worker, or a new one."""
        if not infer:
            zygote.load_stated()
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is not None and not infer and not worker.has_stated:
            worker.kill()  # forked before the second store was loaded
            worker = None
        return worker or zygote.fork()

    def acquire_idle(self) -> Worker | None:
        """Return an idle worker, or None if there is none; never fork one."""
        with self._lock:
            worker = self._idle.pop() if self._idle else None
            self._in_use += worker is not None
        return worker

    def fork(self) -> Worker:
        """Return a worker to replace an acquired one that has died."""
        return self._from_zygote(Zygote.fork)

    def add_spare(self) -> None:
        """Fork an idle worker to replace one that was demoted and will not come back."""
        with self._lock:
            if self._is_retired:
                return
        with contextlib.suppress(StoreUnavailable):  # the next query forks one, or reports why not
            self._keep(self._zygote.fork())

    def release(self, worker: Worker) -> None:
        """Keep an acquired worker for the next query."""
        self._keep(worker)
        self.discard()

    def _keep(self, worker: Worker) -> None:
        """Make a worker idle, unless there are enough or it belongs to a lost zygote."""
        with self._lock:
            is_kept = worker.zygote is self._zygote and len(self._idle) < self._workers
            if is_kept and not self._is_closed:
                self._idle.append(worker)
                return
        worker.kill()

    def discard(self) -> None:
        """Count an acquired worker as gone."""
        with self._lock:
            self._in_use -= 1
            is_done = self._is_retired and self._in_use == 0
        if is_done:  # in a thread: closing takes a while, and the caller may be an event loop
            threading.Thread(target=self.close, name="close retired workers").start()

    def is_well(self) -> bool:
        """Test the zygote: True if it replies."""
        if not self._is_lost and not self._zygote.check():
            self._is_lost = True
            self._on_loss()
        return not self._is_lost

    def repair(self) -> bool:
        """Replace the zygote if it is lost, and idle workers that have ended.

        Return True if the zygote was replaced. For one thread, which calls it regularly.
        """
        if self._is_closed:
            return False
        if self.is_well():
            self._repair_idle()
            return False
        return not self._is_closed and self._replace_zygote()

    def _repair_idle(self) -> None:
        """Replace idle workers that have ended, and resume those that were suspended."""
        with self._lock:
            idle = list(self._idle)
        for worker in idle:
            if is_suspended(worker.pid):
                worker.resume()
            with self._lock:
                if worker not in self._idle or not worker.has_ended():
                    continue
                self._idle.remove(worker)
            self.note_death(worker)
            self.add_spare()

    def note_death(self, worker: Worker) -> None:
        """Log and count the end of a worker that had no query, and reap it."""
        status = worker.exit_status()
        _LOGGER.warning("Idle worker %d died: %s", worker.pid, reason(status))
        self._restarts.add(Outcome.CRASH)

    def _replace_zygote(self) -> bool:
        if time.monotonic() < self._next_start:
            return False
        self._pause_s = min(self._pause_s * 2, _MAX_PAUSE_S)
        self._next_start = time.monotonic() + self._pause_s
        try:
            zygote = self._start()
            idle = [zygote.fork() for _ in range(self._workers)]
        except StoreUnavailable as error:
            _LOGGER.error("The graph could not be loaded again: %s", error)
            return False
        with self._lock:
            is_replaced = not self._is_closed
            if is_replaced:
                lost, self._zygote = self._zygote, zygote
                old_idle, self._idle = self._idle, idle
                self._is_lost = False
                self._changed.notify_all()
            else:  # closed in the meantime
                lost, old_idle = zygote, idle
        for worker in old_idle:
            worker.kill()
        lost.close()
        if is_replaced:
            self._pause_s = _FIRST_PAUSE_S
            _LOGGER.warning("The process that holds the graph was replaced (pid %d)", zygote.pid)
        return is_replaced

    def _start(self) -> Zygote:
        return Zygote(self._graph_path, self._memory_limit_mib, self._names)

    def _from_zygote(self, fork: Callable[[Zygote], Worker]) -> Worker:
        """Call `fork` with the zygote; if it is lost, wait and call it with the next one."""
        deadline = time.monotonic() + self._wait_limit_s
        while True:
            zygote = self._zygote
            try:
                return fork(zygote)
            except ZygoteLost:
                self._on_loss()
                if not self._wait_for_other(zygote, deadline - time.monotonic()):
                    raise

    def _wait_for_other(self, lost: Zygote, limit_s: float) -> bool:
        """Wait until a lost zygote has been replaced. Return False if it takes too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._zygote is not lost, max(0.0, limit_s))

    def retire(self) -> None:
        """Close as soon as no worker is in use."""
        with self._lock:
            self._is_retired = True
            is_done = self._in_use == 0
        if is_done:
            self.close()

    def close(self) -> None:
        """End the zygote and every worker."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._is_closed = True
        for worker in idle:
            worker.kill()
        self._zygote.close()


def reason(status: int) -> str:
    """Return a description of how a process ended."""
    return f"exit code {status}" if status >= 0 else signal.strsignal(-status) or str(-status)
