"""Admission control: a fixed number of slots and a bounded queue in front of them."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_CHECK_INTERVAL_S = 0.1


class AdmissionQueue:
    """A number of slots and a bounded queue for them, in no particular order. Thread-safe."""

    def __init__(self, slots: int, max_waiting: int) -> None:
        self.slots = slots
        self.max_waiting = max_waiting
        self._running = 0
        self._waiting = 0
        self._changed = threading.Condition()

    @property
    def running(self) -> int:
        """The number of slots in use."""
        with self._changed:
            return self._running

    @property
    def waiting(self) -> int:
        """The number of callers that wait for a slot."""
        with self._changed:
            return self._waiting

    @property
    def is_full(self) -> bool:
        """True if no slot is free at this moment; read without the lock."""
        return self._running >= self.slots

    def acquire(self, timeout_s: float, is_connected: Callable[[], bool]) -> bool:
        """Take a slot; return False if the queue is full or no slot becomes free in time.

        While it waits, it calls `is_connected` every 0.1 s and gives up when that returns False.
        """
        with self._changed:
            if self._running < self.slots:
                self._running += 1
                return True
            if timeout_s <= 0 or self._waiting >= self.max_waiting:
                return False
            self._waiting += 1
            deadline = time.monotonic() + timeout_s
            try:
                while self._running >= self.slots:
                    left_s = deadline - time.monotonic()
                    if left_s <= 0 or not is_connected():
                        return False
                    self._changed.wait(min(left_s, _CHECK_INTERVAL_S))
                self._running += 1
                return True
            finally:
                self._waiting -= 1

    def release(self) -> None:
        """Free a slot."""
        with self._changed:
            self._running -= 1
            self._changed.notify()
