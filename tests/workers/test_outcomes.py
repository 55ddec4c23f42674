from __future__ import annotations

import threading
import time

from ipgraph.workers.outcomes import Outcome, OutcomeCounter

THREADS, ROUNDS = 8, 25


class SlowName(str):
    """A name that lets other threads run whenever a dictionary looks it up."""

    __slots__ = ()

    def __hash__(self) -> int:
        time.sleep(0)
        return super().__hash__()

    def __eq__(self, other: object) -> bool:
        time.sleep(0.0001)
        return super().__eq__(other)


def test_no_outcome_is_lost_when_many_threads_count():
    counter = OutcomeCounter()

    def count() -> None:
        for _ in range(ROUNDS):
            counter.add(SlowName("answered"))

    threads = [threading.Thread(target=count) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter[Outcome.ANSWERED] == THREADS * ROUNDS
    assert counter.items() == [(Outcome.ANSWERED, THREADS * ROUNDS)]
    assert counter[Outcome.BUSY] == 0
