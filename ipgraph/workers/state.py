"""What a pool and its runs share: limits, admission queues, scheduler, workers and counters."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipgraph.workers.admission import AdmissionQueue
    from ipgraph.workers.scheduler import Scheduler
    from ipgraph.workers.worker_set import WorkerSet


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How many queries run and wait, and what one query may use."""

    workers: int = 4
    max_waiting: int = 64
    wait_limit_s: float = 5.0
    time_limit_s: float = 10.0
    demote_after_s: float = 0.1
    min_rate_kib_s: int = 32
    memory_limit_mib: int = 1024
    max_result_bytes: int = 1 << 30


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


@dataclass(slots=True)
class PoolState:
    """What a pool and its runs share. `workers` is replaced when the snapshot is."""

    limits: PoolLimits
    fast_queue: AdmissionQueue
    slow_queue: AdmissionQueue
    scheduler: Scheduler
    outcomes: OutcomeCounter
    restarts: OutcomeCounter  # workers that were replaced, by the outcome of their last query
    workers: WorkerSet
