"""What a pool and its runs share: limits, admission queues, scheduler and counters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipgraph.workers.admission import AdmissionQueue
    from ipgraph.workers.outcomes import OutcomeCounter
    from ipgraph.workers.scheduler import Scheduler


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


@dataclass(slots=True)
class PoolState:
    """What a pool and its runs share."""

    limits: PoolLimits
    fast_queue: AdmissionQueue
    slow_queue: AdmissionQueue
    scheduler: Scheduler
    outcomes: OutcomeCounter
    restarts: OutcomeCounter  # workers that were replaced, by the outcome of their last query
