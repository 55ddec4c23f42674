from __future__ import annotations

import json
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
from ipgraph.workers import Pool, PoolLimits
from ipgraph.workers.run import ClientLeft

LONG = "SELECT * { ?a <http://e/n> ?b . ?c <http://e/n> ?d } LIMIT 300000"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GLUTTON = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
# Past the gate on purpose: what the engine's own parser does not survive.
FATAL = "ASK" + "{" * 200_000 + "}" * 200_000


def rows(pool: Pool, text: str, **fields) -> list[dict]:
    answering = pool.answer(Query(text, **fields), by_name("json"))
    return json.loads(b"".join(answering))["results"]["bindings"]


def count(pool: Pool, text: str, **fields) -> int:
    return int(rows(pool, text, **fields)[0]["n"]["value"])


def ask(pool: Pool, text: str) -> bytes:
    return b"".join(pool.answer(Query(text), by_name("json")))


def test_a_triple_that_two_graphs_state_counts_once(pool):
    assert count(pool, "SELECT (COUNT(*) AS ?n) { <http://e/a> <http://e/p> ?o }") == 1


def test_graphs_named_in_from_or_by_the_protocol_are_merged(pool):
    text = "SELECT (COUNT(*) AS ?n) {} {{ <http://e/a> <http://e/p> ?o }}"
    graphs = ("http://e/one", "http://e/two")
    assert count(pool, text.format(" ".join(f"FROM <{each}>" for each in graphs))) == 1
    assert count(pool, text.format(""), default_graphs=graphs) == 1


def test_without_infer_what_is_inferred_is_left_out(pool):
    text = "SELECT (COUNT(*) AS ?n) { ?s <http://e/q> ?o }"
    assert count(pool, text) == 1
    assert count(pool, text, infer=False) == 0
    assert count(pool, text) == 1


def test_a_query_over_its_time_limit_is_killed_and_the_next_one_answers(pool):
    with pytest.raises(TimeLimitExceeded) as caught:
        ask(pool, RUNAWAY)
    assert caught.value.elapsed_ms >= 1000
    assert b"true" in ask(pool, "ASK {}")


def test_a_time_limit_can_be_lowered_and_not_raised(pool):
    with pytest.raises(TimeLimitExceeded) as caught:
        pool.answer(Query(RUNAWAY), by_name("json"), time_limit_s=0.1)
    assert 100 <= caught.value.elapsed_ms < 1000
    with pytest.raises(TimeLimitExceeded) as caught:
        pool.answer(Query(RUNAWAY), by_name("json"), time_limit_s=3600)
    assert caught.value.elapsed_ms < 5000


def test_a_query_that_takes_too_much_memory_ends_alone(patient_pool):
    with pytest.raises(MemoryLimitExceeded):
        ask(patient_pool, GLUTTON)
    assert b"true" in ask(patient_pool, "ASK {}")


def test_a_query_that_kills_its_worker_ends_alone(patient_pool):
    with pytest.raises(QueryTooComplex):
        ask(patient_pool, FATAL)
    assert b"true" in ask(patient_pool, "ASK {}")


def test_a_syntax_error_keeps_its_class_its_place_and_its_hint(pool):
    with pytest.raises(BadQuery) as caught:
        ask(pool, "SELECT *\n{ ?s ?p ?o ")
    assert (caught.value.place.line, caught.value.place.column) == (2, 1)
    assert caught.value.hint


def test_an_unknown_function_is_a_bad_query(pool):
    with pytest.raises(BadQuery, match="http://e/f"):
        ask(pool, "ASK { ?s ?p ?o FILTER(<http://e/f>(?o)) }")


def test_from_with_a_graph_that_is_not_here_is_refused(pool):
    with pytest.raises(Refused, match="never fetched"):
        ask(pool, "ASK FROM <http://127.0.0.1:9/x> {}")


@pytest.mark.parametrize(
    "text",
    ["ASK { SERVICE <http://127.0.0.1:8080/> {} }", "ASK { SERVICE <file:///etc/passwd> {} }"],
)
def test_a_worker_can_reach_nothing_even_where_the_gate_let_it_through(pool, text):
    with pytest.raises((Refused, StoreUnavailable)):
        ask(pool, text)


def test_a_long_answer_comes_in_parts_before_it_is_complete(pool):
    text = "SELECT * { ?a <http://e/n> ?b . ?c <http://e/n> ?d }"  # nine million rows
    answering = pool.answer(Query(text), by_name("tsv"))
    parts = iter(answering)
    assert answering.whole is None
    assert len(next(parts)) < 100_000
    answering.close()
    assert b"true" in ask(pool, "ASK {}")


def test_an_answer_that_stops_midway_raises_instead_of_ending(pool):
    text = "SELECT * { ?a <http://e/n> ?b . ?c <http://e/n> ?d . ?e ?f ?g }"
    with pytest.raises(TimeLimitExceeded):
        for _ in pool.answer(Query(text), by_name("tsv")):
            pass


def test_a_client_that_stops_reading_holds_no_worker(graph_path, monkeypatch):
    monkeypatch.setattr("ipgraph.workers.run._GRACE_S", 0.0)
    pool = Pool(graph_path, PoolLimits(workers=1, min_rate_kib_s=1 << 20))
    try:
        text = "SELECT * { ?a <http://e/n> ?b . ?c <http://e/n> ?d }"
        parts = iter(pool.answer(Query(text), by_name("tsv")))
        next(parts)
        assert pool.slow.taken == 1
        while pool.slow.taken:  # the watch comes by once a second
            assert b"true" in ask(pool, "ASK {}")
        with pytest.raises(ClientLeft):
            for _ in parts:
                pass
    finally:
        pool.close()


def test_an_answer_over_its_bytes_is_an_error(graph_path):
    pool = Pool(graph_path, PoolLimits(workers=1, answer_bytes=1000))
    try:
        with pytest.raises(SizeLimitExceeded):
            ask(pool, "SELECT * { ?s ?p ?o }")
        assert b"true" in ask(pool, "ASK {}")
    finally:
        pool.close()


def test_a_client_that_leaves_stops_its_query(pool):
    before = pool.outcomes["left"]
    with pytest.raises(ClientLeft):
        pool.answer(Query(RUNAWAY), by_name("json"), alive=lambda: False)
    assert pool.outcomes["left"] == before + 1
    assert pool.fast.taken == pool.slow.taken == 0


def test_more_queries_than_places_and_queue_are_told_to_come_back(graph_path):
    limits = PoolLimits(workers=1, max_waiting=0, time_s=2.0, demote_after_s=2.0)
    pool = Pool(graph_path, limits)
    started = threading.Event()

    def alive() -> bool:
        started.set()
        return True

    def runaway() -> None:
        with pytest.raises(TimeLimitExceeded):
            pool.answer(Query(RUNAWAY), by_name("json"), alive=alive)

    thread = threading.Thread(target=runaway)
    try:
        thread.start()
        assert started.wait(10)
        with pytest.raises(Busy):
            ask(pool, "ASK {}")
    finally:
        thread.join()
        pool.close()


def test_runaways_leave_the_fast_lane_to_others_and_wait_for_the_slow_one(graph_path):
    pool = Pool(graph_path, PoolLimits(workers=2, time_s=1.0, demote_after_s=0.02))
    failures: list[type[BaseException]] = []

    def runaway() -> None:
        try:
            ask(pool, RUNAWAY)
        except (TimeLimitExceeded, Busy) as error:
            failures.append(type(error))

    threads = [threading.Thread(target=runaway) for _ in range(4)]
    try:
        for each in threads:
            each.start()
        while any(each.is_alive() for each in threads):
            assert b"true" in ask(pool, "ASK {}")
            assert pool.slow.taken <= 1
        assert failures == [TimeLimitExceeded] * 4
        assert pool.fast.taken == pool.slow.taken == 0
    finally:
        for each in threads:
            each.join()
        pool.close()


def test_a_replaced_snapshot_answers_at_once_and_the_old_one_ends_its_answers(graph_path, tmp_path):
    other = tmp_path / "other.nq"
    other.write_text("<http://e/x> <http://e/y> <http://e/z> <http://e/g> .\n", encoding="utf-8")
    pool = Pool(graph_path, PoolLimits(workers=1))
    try:
        answering = pool.answer(Query(LONG), by_name("tsv"))
        parts = iter(answering)
        first = next(parts)
        pool.replace(other)
        assert count(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 1
        whole = first + b"".join(parts)
        assert whole.count(b"\n") == 1 + 300_000
    finally:
        pool.close()
