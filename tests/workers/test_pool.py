from __future__ import annotations

import json
import logging
import os
import select
import signal
import threading

import pytest

from ipgraph.errors import (
    BadQuery,
    Busy,
    MemoryLimitExceeded,
    QueryTooComplex,
    Refused,
    SizeLimitExceeded,
    StoreUnavailable,
    TimeLimitExceeded,
)
from ipgraph.serialization.formats import by_name
from ipgraph.sparql.query import Query
from ipgraph.workers import ClientDisconnected, Pool, PoolLimits
from support.waiting import wait_for_event

LONG = "SELECT * { ?a <http://e/n> ?b . ?c <http://e/n> ?d } LIMIT 300000"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
MEMORY_HOG = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
# Bypasses the guard on purpose: the engine's own parser crashes on it.
FATAL = "ASK" + "{" * 200_000 + "}" * 200_000

needs_pidfd = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="waiting for a process of another parent needs a pidfd"
)


def rows(pool: Pool, text: str, workers=None, **fields) -> list[dict]:
    result = pool.execute(Query(text, **fields), by_name("json"), workers=workers)
    return json.loads(b"".join(result))["results"]["bindings"]


def count(pool: Pool, text: str, **fields) -> int:
    return int(rows(pool, text, **fields)[0]["n"]["value"])


def execute(pool: Pool, text: str) -> bytes:
    return b"".join(pool.execute(Query(text), by_name("json")))


def test_a_triple_in_two_graphs_counts_once(pool):
    assert count(pool, "SELECT (COUNT(*) AS ?n) { <http://e/a> <http://e/p> ?o }") == 1


def test_default_graphs_in_from_or_in_the_request_are_merged(pool):
    text = "SELECT (COUNT(*) AS ?n) {} {{ <http://e/a> <http://e/p> ?o }}"
    graphs = ("http://e/one", "http://e/two")
    assert count(pool, text.format(" ".join(f"FROM <{graph}>" for graph in graphs))) == 1
    assert count(pool, text.format(""), default_graphs=graphs) == 1


def test_without_infer_inferred_statements_are_left_out(pool):
    text = "SELECT (COUNT(*) AS ?n) { ?s <http://e/q> ?o }"
    assert count(pool, text) == 1
    assert count(pool, text, infer=False) == 0
    assert count(pool, text) == 1


def test_a_query_over_its_time_limit_is_killed_and_the_next_one_runs(pool):
    with pytest.raises(TimeLimitExceeded) as caught:
        execute(pool, RUNAWAY)
    assert caught.value.elapsed_ms >= 1000
    assert b"true" in execute(pool, "ASK {}")


def test_a_time_limit_can_be_lowered_but_not_raised(pool):
    with pytest.raises(TimeLimitExceeded) as caught:
        pool.execute(Query(RUNAWAY), by_name("json"), time_limit_s=0.1)
    assert 100 <= caught.value.elapsed_ms < 1000
    with pytest.raises(TimeLimitExceeded) as caught:
        pool.execute(Query(RUNAWAY), by_name("json"), time_limit_s=3600)
    assert caught.value.elapsed_ms < 5000


def test_a_query_over_its_memory_limit_fails_alone(patient_pool):
    with pytest.raises(MemoryLimitExceeded):
        execute(patient_pool, MEMORY_HOG)
    assert b"true" in execute(patient_pool, "ASK {}")


def test_a_query_that_crashes_its_worker_fails_alone(patient_pool):
    with pytest.raises(QueryTooComplex):
        execute(patient_pool, FATAL)
    assert b"true" in execute(patient_pool, "ASK {}")


def test_a_crashed_worker_is_counted_as_restarted_and_logged(patient_pool, caplog):
    crashed = patient_pool.process_ids["worker-1"]
    with caplog.at_level(logging.WARNING, "ipgraph.workers"), pytest.raises(QueryTooComplex):
        execute(patient_pool, FATAL)
    assert patient_pool.restarts.items() == [("crash", 1)]
    (record,) = caplog.records
    assert f"Worker {crashed} died with its query: " in record.getMessage()
    execute(patient_pool, "ASK {}")
    assert patient_pool.process_ids["worker-1"] != crashed


def kill(pid: int) -> None:
    """Kill a process of another parent and wait for its end."""
    ended = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([ended], [], [], 60)[0]
    os.close(ended)


@needs_pidfd
def test_a_worker_that_is_killed_while_idle_is_replaced_counted_and_logged(patient_pool, caplog):
    killed = patient_pool.process_ids["worker-1"]
    kill(killed)
    with caplog.at_level(logging.WARNING, "ipgraph.workers"):
        assert b"true" in execute(patient_pool, "ASK {}")
    assert patient_pool.restarts.items() == [("crash", 1)]
    assert [record.getMessage() for record in caplog.records] == [
        f"Idle worker {killed} died: {signal.strsignal(signal.SIGKILL)}"
    ]
    assert patient_pool.process_ids.keys() == {"zygote", "worker-1"}
    assert patient_pool.process_ids["worker-1"] != killed


def test_a_syntax_error_has_a_class_a_place_and_a_hint(pool):
    with pytest.raises(BadQuery) as caught:
        execute(pool, "SELECT *\n{ ?s ?p ?o ")
    assert (caught.value.place.line, caught.value.place.column) == (2, 1)
    assert caught.value.hint


def test_an_unknown_function_is_a_bad_query(pool):
    with pytest.raises(BadQuery, match="http://e/f"):
        execute(pool, "ASK { ?s ?p ?o FILTER(<http://e/f>(?o)) }")


def test_from_with_an_unknown_graph_is_empty_and_fetches_nothing(pool):
    assert b"false" in execute(pool, "ASK FROM <http://127.0.0.1:9/x> { ?s ?p ?o }")


@pytest.mark.parametrize(
    "text",
    ["ASK { SERVICE <http://127.0.0.1:8080/> {} }", "ASK { SERVICE <file:///etc/passwd> {} }"],
)
def test_a_worker_cannot_open_a_connection_even_without_the_guard(pool, text):
    with pytest.raises((Refused, StoreUnavailable)):
        execute(pool, text)


def test_a_long_result_streams_before_it_is_complete(pool):
    text = "SELECT * { ?a <http://e/n> ?b . ?c <http://e/n> ?d }"  # nine million rows
    result = pool.execute(Query(text), by_name("tsv"))
    parts = iter(result)
    assert result.body is None
    assert len(next(parts)) < 100_000
    result.close()
    assert b"true" in execute(pool, "ASK {}")


def test_a_result_that_stops_midway_raises_instead_of_ending(pool):
    text = "SELECT * { ?a <http://e/n> ?b . ?c <http://e/n> ?d . ?e ?f ?g }"
    with pytest.raises(TimeLimitExceeded):
        for _ in pool.execute(Query(text), by_name("tsv")):
            pass


def test_a_client_that_stops_reading_does_not_block_a_worker(graph_path, monkeypatch):
    monkeypatch.setattr("ipgraph.workers.run._GRACE_S", 0.0)
    pool = Pool(graph_path, PoolLimits(workers=1, min_rate_kib_s=1 << 20))
    try:
        text = "SELECT * { ?a <http://e/n> ?b . ?c <http://e/n> ?d }"
        parts = iter(pool.execute(Query(text), by_name("tsv")))
        next(parts)
        assert pool.slow_queue.running == 1
        while pool.slow_queue.running:  # the watcher looks four times a second
            assert b"true" in execute(pool, "ASK {}")
        with pytest.raises(ClientDisconnected):
            for _ in parts:
                pass
        assert pool.outcomes["slow_client"] == 1
    finally:
        pool.close()


def test_a_result_over_its_size_limit_is_an_error(graph_path):
    pool = Pool(graph_path, PoolLimits(workers=1, max_result_bytes=1000))
    try:
        with pytest.raises(SizeLimitExceeded):
            execute(pool, "SELECT * { ?s ?p ?o }")
        assert b"true" in execute(pool, "ASK {}")
    finally:
        pool.close()


def test_a_client_that_disconnects_stops_its_query(pool):
    before = pool.outcomes["disconnected"]
    with pytest.raises(ClientDisconnected):
        pool.execute(Query(RUNAWAY), by_name("json"), is_connected=lambda: False)
    assert pool.outcomes["disconnected"] == before + 1
    assert pool.fast_queue.running == pool.slow_queue.running == 0


def test_a_query_is_rejected_when_the_queue_is_full(graph_path):
    limits = PoolLimits(workers=1, max_waiting=0, time_limit_s=2.0, demote_after_s=2.0)
    pool = Pool(graph_path, limits)
    started = threading.Event()

    def is_connected() -> bool:
        started.set()
        return True

    def run() -> None:
        with pytest.raises(TimeLimitExceeded):
            pool.execute(Query(RUNAWAY), by_name("json"), is_connected=is_connected)

    thread = threading.Thread(target=run)
    try:
        thread.start()
        wait_for_event(started, thread)
        with pytest.raises(Busy):
            execute(pool, "ASK {}")
    finally:
        thread.join()
        pool.close()


def test_runaways_leave_the_fast_queue_free_and_wait_in_the_slow_one(graph_path):
    pool = Pool(graph_path, PoolLimits(workers=2, time_limit_s=1.0, demote_after_s=0.02))
    failures: list[type[BaseException]] = []

    def run() -> None:
        try:
            execute(pool, RUNAWAY)
        except (TimeLimitExceeded, Busy) as error:
            failures.append(type(error))

    threads = [threading.Thread(target=run) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            assert b"true" in execute(pool, "ASK {}")
            assert pool.slow_queue.running <= 1
        assert failures == [TimeLimitExceeded] * 4
        assert pool.fast_queue.running == pool.slow_queue.running == 0
    finally:
        for thread in threads:
            thread.join()
        pool.close()


def test_a_new_snapshot_is_used_immediately_and_running_queries_end_on_the_old_one(
    graph_path, tmp_path
):
    other = tmp_path / "other.nq"
    other.write_text("<http://e/x> <http://e/y> <http://e/z> <http://e/g> .\n", encoding="utf-8")
    pool = Pool(graph_path, PoolLimits(workers=1))
    try:
        result = pool.execute(Query(LONG), by_name("tsv"))
        parts = iter(result)
        first = next(parts)
        old, pool.workers = pool.workers, pool.start_workers(other)
        assert count(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 1
        assert count(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", workers=old) > 1
        old.retire()
        body = first + b"".join(parts)
        assert body.count(b"\n") == 1 + 300_000
    finally:
        pool.close()
