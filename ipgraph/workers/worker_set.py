"""The workers over one snapshot: idle ones kept, new ones forked, all ended with it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ipgraph.errors import StoreUnavailable
from ipgraph.workers.processes import Worker, Zygote

if TYPE_CHECKING:
    from pathlib import Path


class Crew:
    """The workers over one snapshot: idle ones kept, new ones forked."""

    def __init__(self, graph_path: Path, workers: int, memory_mib: int) -> None:
        self._zygote = Zygote(graph_path, memory_mib)
        self._lock = threading.Lock()
        self._idle: list[Worker] = [self._zygote.fork() for _ in range(workers)]
        self._out = 0
        self._retired = False

    def take(self, infer: bool) -> Worker:
        """Return a worker that holds the store asked for; give it back or report it lost."""
        if not infer:
            self._zygote.load_stated()
        with self._lock:
            if self._retired:
                raise StoreUnavailable("The graph was replaced.", hint="Ask again.")
            self._out += 1
            worker = self._idle.pop() if self._idle else None
        try:
            return self._fitting(worker, infer)
        except BaseException:
            self.lost()
            raise

    def _fitting(self, worker: Worker | None, infer: bool) -> Worker:
        if worker is not None and not infer and not worker.has_stated:
            worker.kill()  # forked before the second store was loaded
            worker = None
        return worker or self._zygote.fork()

    def take_idle(self) -> Worker | None:
        """Return a worker that waits for work, without forking one."""
        with self._lock:
            worker = self._idle.pop() if self._idle else None
            self._out += worker is not None
        return worker

    def fork(self) -> Worker:
        """Return a worker in place of one that was taken and has died."""
        return self._zygote.fork()

    def lend(self) -> None:
        """Have another worker ready in place of one that goes to the slow lane for good."""
        if self._retired:
            return
        fresh = self._zygote.fork()
        with self._lock:
            self._idle.append(fresh)

    def give_back(self, worker: Worker) -> None:
        """Keep a worker for the next query."""
        with self._lock:
            self._idle.append(worker)
        self.lost()

    def lost(self) -> None:
        """Count a worker that does not come back."""
        with self._lock:
            self._out -= 1
            done = self._retired and self._out == 0
        if done:  # in a thread: it takes a while, and may be called from a server's loop
            threading.Thread(target=self.close, name="end of a crew").start()

    def retire(self) -> None:
        """Close as soon as no worker is out."""
        with self._lock:
            self._retired = True
            done = self._out == 0
        if done:
            self.close()

    def close(self) -> None:
        """End the zygote and every worker."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.kill()
        self._zygote.close()
