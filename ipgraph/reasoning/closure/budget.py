"""The budget of a closure: how many statements, how much memory and CPU time it may take.

What was concluded before a stop is sound, but not complete. A step whose size is known before its
rows are made asks `afford` first and is skipped if it is too large; loops call `check`.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from ipgraph.settings import InferenceLimits

_MIB = 1 << 20
_ROW_BYTES = 8 * 4  # a column, the column it is merged into, and the space to sort it
_LARGE_ROWS = 100_000  # fewer rows are made without asking for the memory of the process
_STATEMENTS_AT_LEAST = 5_000_000
_MEMORY_AT_LEAST_MIB = 1024
_CPU_AT_LEAST_S = 60.0


def limits_for(limits: InferenceLimits, stated: int) -> InferenceLimits:
    """Return `limits` with a default for each that is 0, for a graph of `stated` triples.

    LUBM infers 0.5 statements for each stated triple, in 0.3 µs and less than 100 bytes.
    """
    return InferenceLimits(
        limits.statements or max(_STATEMENTS_AT_LEAST, 20 * stated),
        limits.memory_mib or max(_MEMORY_AT_LEAST_MIB, stated * 1000 // _MIB),
        limits.cpu_s or max(_CPU_AT_LEAST_S, stated / 10_000),
    )


class OverBudget(Exception):
    """A step that the budget does not allow. `ends_closure` is False if smaller ones may follow."""

    def __init__(self, limit: str, *, ends_closure: bool) -> None:
        super().__init__(limit)
        self.limit = limit
        self.ends_closure = ends_closure


def _resident_bytes() -> int:
    """Return the memory of this process; 0 on systems without /proc."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


@dataclass(slots=True)
class Budget:
    """What is left of the limits of one closure."""

    limits: InferenceLimits = field(default_factory=lambda: limits_for(InferenceLimits(), 0))
    spent: int = 0
    _cpu_start: float = field(default_factory=time.thread_time)
    _memory_start: int = field(default_factory=_resident_bytes)

    def restart(self, limits: InferenceLimits) -> None:
        """Begin to count memory and CPU time here."""
        self.limits = limits
        self._cpu_start, self._memory_start = time.thread_time(), _resident_bytes()

    def afford(self, rows: int) -> None:
        """Raise `OverBudget` if `rows` more statements are too many."""
        if self.spent + rows > self.limits.statements:
            raise OverBudget(f"{self.limits.statements:,} statements", ends_closure=False)
        if rows > _LARGE_ROWS:
            self._check_memory(rows * _ROW_BYTES, ends_closure=False)

    def spend(self, rows: int) -> None:
        """Count statements that were added."""
        self.spent += rows
        if self.spent > self.limits.statements:
            raise OverBudget(f"{self.limits.statements:,} statements", ends_closure=True)

    def check(self) -> None:
        """Raise `OverBudget` if there is no CPU time or memory left. Takes about 10 µs."""
        if time.thread_time() - self._cpu_start > self.limits.cpu_s:
            raise OverBudget(f"{self.limits.cpu_s:g} s of CPU time", ends_closure=True)
        self._check_memory(0, ends_closure=True)

    def _check_memory(self, more_bytes: int, *, ends_closure: bool) -> None:
        used = _resident_bytes() - self._memory_start
        if used + more_bytes > self.limits.memory_mib * _MIB:
            raise OverBudget(f"{self.limits.memory_mib:,} MiB of memory", ends_closure=ends_closure)
