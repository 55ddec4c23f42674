"""How queries end, and counters of that."""

from __future__ import annotations

import threading
from collections import Counter
from enum import StrEnum


class Outcome(StrEnum):
    """How a query ended, as the metrics name it."""

    ANSWERED = "answered"
    REFUSED = "refused"  # an error of the query itself
    BUSY = "busy"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASH = "crash"
    DISCONNECTED = "disconnected"
    SLOW_CLIENT = "slow_client"
    LOST = "lost"  # the worker was killed from outside, or there was none


class OutcomeCounter:
    """How many queries ended with each outcome. Thread-safe."""

    def __init__(self) -> None:
        self._counts: Counter[Outcome] = Counter()
        self._lock = threading.Lock()

    def add(self, outcome: Outcome) -> None:
        """Count one more query."""
        with self._lock:
            self._counts[outcome] += 1

    def __getitem__(self, outcome: Outcome) -> int:
        with self._lock:
            return self._counts[outcome]

    def items(self) -> list[tuple[Outcome, int]]:
        """Return the outcomes so far and their counts, alphabetically."""
        with self._lock:
            return sorted(self._counts.items())
