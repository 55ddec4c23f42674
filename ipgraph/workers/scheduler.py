"""Turns on the processors for queries that take long, so that short ones find one without them."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipgraph.workers.processes import Worker


class Turns:
    """Lets `at_once` of its workers run and pauses the others; safe for threads.

    With a demoted worker on every processor, one short query in fifty came 2 to 5 ms late, however
    low its priority; with one processor left to them, one in several hundred (measured, two cores,
    Linux 6.18).
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._running: deque[Worker] = deque()
        self._paused: deque[Worker] = deque()
        self._lock = threading.Lock()

    def enter(self, worker: Worker) -> None:
        """Let a worker run, or wait for its turn."""
        with self._lock:
            if len(self._running) < self._at_once:
                self._running.append(worker)
            else:
                worker.pause()
                self._paused.append(worker)

    def leave(self, worker: Worker) -> None:
        """Give up the turn of a worker that has ended, or will be; others are left alone."""
        with self._lock:
            for each in (self._running, self._paused):
                if worker in each:
                    each.remove(worker)
            self._fill()

    def rotate(self) -> None:
        """Give the turn of the one that has run longest to the one that has waited longest."""
        with self._lock:
            if not self._paused:
                return
            done = self._running.popleft()
            done.pause()
            self._fill()
            self._paused.append(done)

    def _fill(self) -> None:
        while self._paused and len(self._running) < self._at_once:
            following = self._paused.popleft()
            following.resume()
            self._running.append(following)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
