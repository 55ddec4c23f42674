"""Round-robin scheduling of long queries, so that one processor stays free for short ones."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipgraph.workers.processes import Worker


class Scheduler:
    """Runs at most `max_running` of its workers and pauses the others. Thread-safe.

    With a demoted worker on every processor, one short query in fifty was 2 to 5 ms late, however
    low the priority of the demoted workers; with one processor left free, one in several hundred
    (measured, two cores, Linux 6.18).
    """

    def __init__(self, max_running: int) -> None:
        self._max_running = max_running
        self._running: deque[Worker] = deque()
        self._paused: deque[Worker] = deque()
        self._lock = threading.Lock()

    def add(self, worker: Worker) -> None:
        """Let a worker run, or pause it until its turn."""
        with self._lock:
            if len(self._running) < self._max_running:
                worker.resume()  # it may have been suspended from outside
                self._running.append(worker)
            else:
                worker.pause()
                self._paused.append(worker)

    def remove(self, worker: Worker) -> None:
        """Remove a worker that has ended or is about to; ignore a worker that was never added."""
        with self._lock:
            for workers in (self._running, self._paused):
                if worker in workers:
                    workers.remove(worker)
            self._fill()

    def rotate(self) -> None:
        """Pause the worker that has run longest and resume the one that has waited longest."""
        with self._lock:
            for worker in self._running:
                worker.resume()  # as above
            if not self._paused:
                return
            worker = self._running.popleft()
            worker.pause()
            self._fill()
            self._paused.append(worker)

    def _fill(self) -> None:
        while self._paused and len(self._running) < self._max_running:
            worker = self._paused.popleft()
            worker.resume()
            self._running.append(worker)


def available_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
