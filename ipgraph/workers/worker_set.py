"""The workers that hold one snapshot."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ipgraph.errors import StoreUnavailable
from ipgraph.workers.processes import Worker, Zygote

if TYPE_CHECKING:
    from pathlib import Path


class WorkerSet:
    """The workers that hold one snapshot: idle workers and those in use. Thread-safe."""

    def __init__(self, graph_path: Path, workers: int, memory_limit_mib: int) -> None:
        self._zygote = Zygote(graph_path, memory_limit_mib)
        self._lock = threading.Lock()
        self._idle: list[Worker] = [self._zygote.fork() for _ in range(workers)]
        self._in_use = 0
        self._is_retired = False

    @property
    def process_ids(self) -> dict[str, int]:
        """The process ids by name: ``zygote``, ``worker-1``, ``worker-2`` and so on."""
        workers = self._zygote.worker_pids
        names = {f"worker-{number}": pid for number, pid in enumerate(workers, start=1)}
        return {"zygote": self._zygote.pid, **names}

    def acquire(self, infer: bool) -> Worker:
        """Return a worker that holds the requested store; `release` it or `discard` it later."""
        if not infer:
            self._zygote.load_stated()
        with self._lock:
            if self._is_retired:
                raise StoreUnavailable("The graph was replaced.", hint="Send the query again.")
            self._in_use += 1
            worker = self._idle.pop() if self._idle else None
        try:
            return self._with_store(worker, infer)
        except BaseException:
            self.discard()
            raise

    def _with_store(self, worker: Worker | None, infer: bool) -> Worker:
        if worker is not None and not infer and not worker.has_stated:
            worker.kill()  # forked before the second store was loaded
            worker = None
        return worker or self._zygote.fork()

    def acquire_idle(self) -> Worker | None:
        """Return an idle worker, or None if there is none; never fork one."""
        with self._lock:
            worker = self._idle.pop() if self._idle else None
            self._in_use += worker is not None
        return worker

    def fork(self) -> Worker:
        """Return a worker to replace an acquired one that has died."""
        return self._zygote.fork()

    def add_spare(self) -> None:
        """Fork an idle worker to replace one that was demoted and will not come back."""
        with self._lock:
            if self._is_retired:
                return
        worker = self._zygote.fork()
        with self._lock:
            self._idle.append(worker)

    def release(self, worker: Worker) -> None:
        """Keep an acquired worker for the next query."""
        with self._lock:
            self._idle.append(worker)
        self.discard()

    def discard(self) -> None:
        """Count an acquired worker as gone."""
        with self._lock:
            self._in_use -= 1
            is_done = self._is_retired and self._in_use == 0
        if is_done:  # in a thread: closing takes a while, and the caller may be an event loop
            threading.Thread(target=self.close, name="close retired workers").start()

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
        for worker in idle:
            worker.kill()
        self._zygote.close()
