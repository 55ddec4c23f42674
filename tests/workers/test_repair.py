"""Processes that are killed or suspended from outside are noticed and replaced."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading

import pytest

from ipgraph.errors import StoreUnavailable
from ipgraph.serialization.formats import by_name
from ipgraph.sparql.query import Query
from ipgraph.workers import Pool, PoolLimits
from ipgraph.workers import processes as processes_module
from ipgraph.workers.processes import is_suspended
from support import waiting

pytestmark = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="waiting for a process of another parent needs a pidfd"
)
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture
def pool(graph_path):
    """Two workers; queries wait long for a zygote, as the machine may be slow."""
    limits = PoolLimits(workers=2, time_limit_s=120.0, wait_limit_s=120.0, memory_limit_mib=256)
    pool = Pool(graph_path, limits)
    yield pool
    pool.close()


def ask(pool: Pool, **options) -> bytes:
    return b"".join(pool.execute(Query("ASK { ?s ?p ?o }"), by_name("csv"), **options)).strip()


def wait_until(is_true) -> None:
    """Wait for what the thread that repairs the workers does."""

    def check_alive() -> None:
        assert any(thread.name == "pool _repair" for thread in threading.enumerate())

    waiting.wait_until(is_true, check_alive)


def test_queries_wait_until_a_killed_zygote_is_replaced(pool, caplog):
    lost = pool.process_ids["zygote"]
    with caplog.at_level(logging.WARNING, "ipgraph.workers"):
        os.kill(lost, signal.SIGKILL)
        wait_until(lambda: pool.process_ids["zygote"] != lost)
        assert ask(pool) == b"true"
    assert pool.is_well()
    assert pool.zygote_restarts == 1
    messages = [record.getMessage() for record in caplog.records]
    assert f"(pid {lost})" in messages[0]
    assert messages[-1].startswith("The process that holds the graph was replaced")
    assert len(pool.process_ids) == 1 + 2


def test_a_query_that_needs_a_new_worker_waits_for_the_next_zygote(pool):
    lost = pool.process_ids["zygote"]
    idle = [pool.workers.acquire_idle() for _ in range(2)]
    os.kill(lost, signal.SIGKILL)
    assert ask(pool) == b"true"  # forked by the next zygote
    for worker in idle:
        pool.workers.release(worker)
    assert len(pool.process_ids) == 1 + 2


def test_without_a_zygote_a_query_fails_after_the_limit_of_waiting(graph_path, monkeypatch):
    pool = Pool(graph_path, PoolLimits(workers=1, wait_limit_s=0.2))
    try:
        monkeypatch.setattr(
            processes_module, "_start", lambda *_: pytest.fail("a zygote was started")
        )
        monkeypatch.setattr(type(pool.workers), "_replace_zygote", lambda self: False)
        os.kill(pool.process_ids["zygote"], signal.SIGKILL)
        wait_until(lambda: not pool.is_well())
        assert ask(pool) == b"true"  # the idle worker still holds the graph
        held = pool.workers.acquire_idle()
        with pytest.raises(StoreUnavailable, match="loaded again"):
            ask(pool)
        pool.workers.release(held)
    finally:
        pool.close()


def test_a_graph_that_cannot_be_loaded_again_is_reported_and_tried_again(
    graph_path, tmp_path, caplog
):
    path = tmp_path / "graph.nq"
    path.write_bytes(graph_path.read_bytes())
    pool = Pool(path, PoolLimits(workers=1, wait_limit_s=120.0))
    try:
        path.rename(tmp_path / "elsewhere.nq")
        os.kill(pool.process_ids["zygote"], signal.SIGKILL)
        with caplog.at_level(logging.ERROR, "ipgraph.workers"):
            wait_until(lambda: any("could not be loaded" in r.message for r in caplog.records))
        assert not pool.is_well()
        (tmp_path / "elsewhere.nq").rename(path)
        wait_until(pool.is_well)
        assert ask(pool) == b"true"
    finally:
        pool.close()


def test_suspended_processes_continue(pool):
    suspended = list(pool.process_ids.values())
    zygote = pool.process_ids["zygote"]
    for pid in suspended:
        os.kill(pid, signal.SIGSTOP)
    assert ask(pool) == b"true"
    wait_until(lambda: not any(is_suspended(pid) for pid in suspended))
    assert pool.is_well()
    assert pool.process_ids["zygote"] == zygote


def test_suspended_children_of_the_service_continue():
    """As one that is suspended before it has become the zygote."""
    with subprocess.Popen(["sleep", "600"]) as child:
        os.kill(child.pid, signal.SIGSTOP)
        waiting.wait_until(lambda: is_suspended(child.pid), lambda: None)
        processes_module.resume_children()
        waiting.wait_until(lambda: not is_suspended(child.pid), lambda: None)
        child.kill()


def test_a_zygote_imports_nothing_from_the_working_folder(graph_path, tmp_path, monkeypatch):
    (tmp_path / "pyoxigraph.py").write_text("raise SystemExit", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    pool = Pool(graph_path, PoolLimits(workers=1))
    try:
        assert ask(pool) == b"true"
    finally:
        pool.close()


def test_a_zygote_that_does_not_reply_is_replaced(graph_path, monkeypatch):
    monkeypatch.setattr(processes_module, "_REPLY_LIMIT_S", 0.2)
    monkeypatch.setattr(processes_module, "is_suspended", lambda pid: False)
    pool = Pool(graph_path, PoolLimits(workers=1, wait_limit_s=120.0))
    try:
        lost = pool.process_ids["zygote"]
        os.kill(lost, signal.SIGSTOP)
        wait_until(lambda: pool.process_ids["zygote"] != lost)
        monkeypatch.setattr(processes_module, "_REPLY_LIMIT_S", 60.0)
        wait_until(pool.is_well)
        assert ask(pool) == b"true"
    finally:
        pool.close()


def test_idle_workers_that_are_killed_are_replaced_without_a_query(pool, caplog):
    before = {name: pid for name, pid in pool.process_ids.items() if name != "zygote"}
    with caplog.at_level(logging.WARNING, "ipgraph.workers"):
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not set(before.values()) & set(pool.process_ids.values()))
        wait_until(lambda: len(pool.process_ids) == 1 + 2)
    assert pool.restarts.items() == [("crash", 2)]
    assert ask(pool) == b"true"


def test_a_worker_killed_with_its_query_is_no_fault_of_the_query(pool):
    errors: list[BaseException] = []

    def run() -> None:
        try:
            b"".join(pool.execute(Query(RUNAWAY), by_name("json")))
        except BaseException as error:
            errors.append(error)

    client = threading.Thread(target=run)
    client.start()
    wait_until(lambda: pool.slow_queue.running == 1)
    pids = {pid for name, pid in pool.process_ids.items() if name != "zygote"}
    idle = {worker.pid for worker in pool.workers._idle}
    for pid in pids - idle:
        os.kill(pid, signal.SIGKILL)
    client.join()
    (error,) = errors
    assert isinstance(error, StoreUnavailable)
    assert error.hint == "Send the query again."
    assert pool.outcomes.items() == [("lost", 1)]
    assert ask(pool) == b"true"


def test_there_are_never_more_idle_workers_than_the_setting(pool):
    extra = [pool.workers.acquire(infer=True) for _ in range(5)]
    for worker in extra:
        pool.workers.release(worker)
    assert len(pool.process_ids) == 1 + 2


def test_a_process_that_cannot_be_started_is_an_error_and_the_zygote_goes_on(graph_path):
    resource = pytest.importorskip("resource")
    pool = Pool(graph_path, PoolLimits(workers=1))
    try:
        zygote = pool.process_ids["zygote"]
        limits = resource.prlimit(zygote, resource.RLIMIT_NOFILE)
        resource.prlimit(zygote, resource.RLIMIT_NOFILE, (3, limits[1]))
        held = pool.workers.acquire_idle()
        with pytest.raises(StoreUnavailable, match="No process could be started: Too many open"):
            ask(pool)
        resource.prlimit(zygote, resource.RLIMIT_NOFILE, limits)
        assert ask(pool) == b"true"
        pool.workers.release(held)
        assert pool.process_ids["zygote"] == zygote
    finally:
        pool.close()
