"""A pool of workers with a fast lane for every query and a slow lane for those that take longer.

Every query starts in the fast lane. One that is older than `demote_after_s` is demoted: it yields
the processor to all others and moves to the slow lane, and its place in the fast lane is free for
a fresh worker. The slow lane has one place less than the fast one; where it is full, the query is
paused until a place is free. In the slow lane they take turns on all processors but one. So
runaways cost short queries at most their first instant, from whichever address they come
(architecture.md: limits by address do not help).
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.workers.admission import Lane
from ipgraph.workers.run import Run, busy, outcome_of
from ipgraph.workers.scheduler import Turns, processors
from ipgraph.workers.worker_set import Crew

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ipgraph.serialization.formats import Format
    from ipgraph.workers.wire import Request

_TURN_S = 0.25


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How many queries run and wait, and how much each may take."""

    workers: int = 4
    max_waiting: int = 64
    wait_s: float = 5.0
    time_s: float = 10.0
    demote_after_s: float = 0.1
    min_rate_kib_s: int = 32
    memory_mib: int = 1024
    answer_bytes: int = 1 << 30


class Pool:
    """Workers over one snapshot, which can be replaced while they answer; safe for threads."""

    def __init__(self, graph_path: Path, limits: PoolLimits) -> None:
        self.limits = limits
        self.outcomes: Counter[str] = Counter()
        self.fast = Lane(limits.workers, limits.max_waiting)
        self.slow = Lane(max(1, limits.workers - 1), max(1, limits.max_waiting // 2))
        self.turns = Turns(max(1, processors() - 1))
        self._crew = Crew(graph_path, limits.workers, limits.memory_mib)
        self._runs: set[Run] = set()
        self._closed = threading.Event()
        threading.Thread(target=self._watch, name="turns and slow clients", daemon=True).start()

    def answer(
        self,
        request: Request,
        form: Format,
        *,
        time_limit_s: float | None = None,
        alive: Callable[[], bool] = lambda: True,
    ) -> Answering:
        """Ask `request` and return its answer once the first bytes of it are known.

        `time_limit_s` can only lower the limit. `alive` tells whether anybody waits still. Raises
        `Busy`, the other leaves of `LimitReached`, what the query itself raises, and `ClientLeft`.
        """
        limit_s = min(self.limits.time_s, time_limit_s or self.limits.time_s)
        started = time.monotonic()
        if not self.fast.enter(self.limits.wait_s, alive):
            self.outcomes["busy"] += 1
            raise busy(alive, started)
        run = Run(self, alive, limit_s)
        return self._answering(run, lambda: run.start(request, form))

    def begin(
        self,
        request: Request,
        form: Format,
        *,
        time_limit_s: float | None = None,
        alive: Callable[[], bool] = lambda: True,
    ) -> Run | None:
        """Send `request` to an idle worker without waiting for anything; None where none is idle.

        The caller collects what is ready, and finishes the run or has it resumed.
        """
        if not self.fast.enter(0.0, alive):
            return None
        run = Run(self, alive, min(self.limits.time_s, time_limit_s or self.limits.time_s))
        worker = run.crew.take_idle()
        if worker is None:
            self.fast.leave()
            return None
        try:
            run.begin(worker, request, form)
        except EOFError:
            run.finish("crash")
            return None
        return run

    def resume(self, run: Run) -> Answering:
        """Wait for the answer of a query that was begun, as `answer` does."""
        return self._answering(run, run.collect)

    def answering(self, run: Run) -> Answering:
        """Return the answer of a run that has ended."""
        return Answering(run)

    def _answering(self, run: Run, wait: Callable[[], None]) -> Answering:
        try:
            wait()
        except BaseException as error:
            run.finish(outcome_of(error))
            raise
        if not run.ended:
            self._runs.add(run)
        return Answering(run)

    def replace(self, graph_path: Path) -> None:
        """Answer from another snapshot from now on; what runs ends on the old one."""
        crew = Crew(graph_path, self.limits.workers, self.limits.memory_mib)
        old, self._crew = self._crew, crew
        old.retire()

    def close(self) -> None:
        """End every worker."""
        self._closed.set()
        self._crew.close()

    def forget(self, run: Run) -> None:
        """Watch a run no longer."""
        self._runs.discard(run)

    def _watch(self) -> None:
        """Give long queries their turns, and stop answers whose clients only hold a worker."""
        while not self._closed.wait(_TURN_S):
            self.turns.rotate()
            now = time.monotonic()
            for run in self._runs.copy():
                if run.is_too_slow(now):
                    run.finish("slow")

    @property
    def crew(self) -> Crew:
        """The workers of the current snapshot."""
        return self._crew


class Answering:
    """An answer that is coming: its first part is here, and `whole` says whether that is all."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def whole(self) -> bytes | None:
        """The whole answer where it came in one piece; None where more is to come."""
        return b"".join(self._run.parts) if self._run.ended else None

    @property
    def elapsed_ms(self) -> float:
        """How long the worker has been busy with it."""
        return self._run.busy_s * 1000

    def __iter__(self) -> Iterator[bytes]:
        """Yield the parts as they come; an error means that what was yielded is not the whole."""
        return self._run.stream()

    def close(self) -> None:
        """Stop the query, if it still runs."""
        self._run.finish("left")
