from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ipgraph.errors import TimeLimitExceeded
from ipgraph.serialization.formats import by_name
from ipgraph.sparql.query import Query
from ipgraph.workers import Pool, PoolLimits
from ipgraph.workers.scheduler import Scheduler, available_processors

if TYPE_CHECKING:
    from ipgraph.workers.processes import Worker

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


class StubWorker:
    """A worker that records whether it may run."""

    def __init__(self) -> None:
        self.is_running = True

    def pause(self) -> None:
        self.is_running = False

    def resume(self) -> None:
        self.is_running = True


def add_workers(scheduler: Scheduler, number: int) -> list[StubWorker]:
    workers = [StubWorker() for _ in range(number)]
    for worker in workers:
        scheduler.add(worker)
    return workers


def test_at_most_max_running_workers_run_and_every_worker_gets_a_turn():
    scheduler = Scheduler(2)
    workers = add_workers(scheduler, 5)
    seen: set[int] = set()
    for _ in range(5):
        running = [number for number, worker in enumerate(workers) if worker.is_running]
        assert len(running) == 2
        seen.update(running)
        scheduler.rotate()
    assert seen == {0, 1, 2, 3, 4}


def test_no_worker_is_paused_while_all_of_them_may_run():
    scheduler = Scheduler(2)
    workers = add_workers(scheduler, 2)
    scheduler.rotate()
    assert [worker.is_running for worker in workers] == [True, True]


def test_removing_a_worker_resumes_the_next():
    scheduler = Scheduler(1)
    first, second, third = add_workers(scheduler, 3)
    scheduler.remove(first)
    assert (second.is_running, third.is_running) == (True, False)
    scheduler.remove(third)
    scheduler.remove(StubWorker())  # a worker that was never added changes nothing
    scheduler.rotate()
    assert second.is_running


def test_at_least_one_processor_is_available():
    assert available_processors() >= 1


class RecordingScheduler(Scheduler):
    """A scheduler that records the process ids of its workers."""

    def __init__(self, max_running: int) -> None:
        super().__init__(max_running)
        self.pids: list[int] = []

    def add(self, worker: Worker) -> None:
        super().add(worker)
        self.pids.append(worker.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the states of processes in /proc")
def test_runaways_take_turns_and_all_stop_at_their_time_limit(graph_path):
    limits = PoolLimits(workers=4, time_limit_s=3.0, demote_after_s=0.05, memory_limit_mib=256)
    pool = Pool(graph_path, limits)
    pool.state.scheduler = scheduler = RecordingScheduler(1)
    timeouts: list[TimeLimitExceeded] = []

    def run() -> None:
        try:
            pool.execute(Query(RUNAWAY), by_name("json"))
        except TimeLimitExceeded as error:
            timeouts.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    paused: set[int] = set()
    while any(thread.is_alive() for thread in threads):
        paused |= {pid for pid in scheduler.pids if process_state(pid) == "T"}
    pool.close()
    assert len(timeouts) == 2
    assert paused == set(scheduler.pids)  # both have waited for the other
    assert len(paused) == 2


def process_state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:  # the process has ended
        return ""
