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
from ipgraph.workers.scheduler import Turns, processors

if TYPE_CHECKING:
    from ipgraph.workers.processes import Worker

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


class Stub:
    """A worker that notes whether it may run."""

    def __init__(self) -> None:
        self.runs = True

    def pause(self) -> None:
        self.runs = False

    def resume(self) -> None:
        self.runs = True


def entered(turns: Turns, number: int) -> list[Stub]:
    workers = [Stub() for _ in range(number)]
    for each in workers:
        turns.enter(each)
    return workers


def test_no_more_workers_run_than_have_a_turn_and_each_gets_one():
    turns = Turns(2)
    workers = entered(turns, 5)
    seen: set[int] = set()
    for _ in range(5):
        running = [number for number, each in enumerate(workers) if each.runs]
        assert len(running) == 2
        seen.update(running)
        turns.rotate()
    assert seen == {0, 1, 2, 3, 4}


def test_nobody_is_paused_while_there_are_turns_enough():
    turns = Turns(2)
    workers = entered(turns, 2)
    turns.rotate()
    assert [each.runs for each in workers] == [True, True]


def test_the_turn_of_one_that_leaves_goes_to_the_next():
    turns = Turns(1)
    first, second, third = entered(turns, 3)
    turns.leave(first)
    assert (second.runs, third.runs) == (True, False)
    turns.leave(third)
    turns.leave(Stub())  # one that never came changes nothing
    turns.rotate()
    assert second.runs


def test_the_processors_are_those_that_this_process_may_use():
    assert processors() >= 1


class Noting(Turns):
    """Turns that note the processes that come."""

    def __init__(self, at_once: int) -> None:
        super().__init__(at_once)
        self.pids: list[int] = []

    def enter(self, worker: Worker) -> None:
        super().enter(worker)
        self.pids.append(worker.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the states of processes in /proc")
def test_runaways_take_turns_and_are_all_stopped_at_their_time_limit(graph_path):
    pool = Pool(graph_path, PoolLimits(workers=4, time_s=3.0, demote_after_s=0.05, memory_mib=256))
    pool.turns = turns = Noting(1)
    late: list[TimeLimitExceeded] = []

    def run() -> None:
        try:
            pool.answer(Query(RUNAWAY), by_name("json"))
        except TimeLimitExceeded as error:
            late.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    paused: set[int] = set()
    while any(each.is_alive() for each in threads):
        paused |= {pid for pid in turns.pids if state(pid) == "T"}
    pool.close()
    assert len(late) == 2
    assert paused == set(turns.pids)  # each has waited for the other
    assert len(paused) == 2


def state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:  # it has ended meanwhile
        return ""
