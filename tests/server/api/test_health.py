"""Health: what `/health` reports was just tested."""

from __future__ import annotations

import os
import signal

import pytest

import ipgraph
from ipgraph.errors import TimeLimitExceeded
from ipgraph.search.index import SearchIndex
from ipgraph.settings import Settings
from support import hard_graphs
from support.waiting import wait_until

ALL_OK = {"graph": "ok", "query": "ok", "search": "ok"}


@pytest.fixture
def served(serve, small):
    with serve(small, wait_limit_s=0.1) as running:
        yield running


def health(running):
    running.app.service._tested = None  # the last result is not used again
    reply = running.ask("/health")
    return reply.status, reply.headers, reply.json()


def test_a_working_service_is_ok_and_names_its_tests(served):
    status, _, fields = health(served)
    assert status == 200
    assert fields["status"] == "ok"
    assert fields["checks"] == ALL_OK


def test_without_a_zygote_health_is_503_until_it_is_replaced(served, monkeypatch):
    service = served.app.service
    replace = type(service.pool.workers)._replace_zygote
    monkeypatch.setattr(type(service.pool.workers), "_replace_zygote", lambda self: False)
    os.kill(service.pool.process_ids["zygote"], signal.SIGKILL)
    wait_until(lambda: health(served)[0] == 503, lambda: None)
    _, headers, fields = health(served)
    assert fields["status"] == "failing"
    assert fields["checks"]["graph"] == "The graph is being loaded again."
    assert headers["Retry-After"] == "2"
    monkeypatch.setattr(type(service.pool.workers), "_replace_zygote", replace)
    wait_until(lambda: health(served)[0] == 200, lambda: None)
    assert health(served)[2]["checks"] == ALL_OK
    assert b"ipgraph_zygote_restarts_total 1.0" in served.ask("/metrics").body


def test_a_wrong_answer_of_a_worker_is_a_failure(served, monkeypatch):
    monkeypatch.setattr(served.app.service.pool, "execute", lambda *_, **__: [b"nonsense"])
    status, _, fields = health(served)
    assert (status, fields["checks"]["query"]) == (503, "A worker gave a wrong answer.")


def test_an_unreadable_search_index_is_a_failure(served, monkeypatch):
    def fail(*_, **__):
        raise OSError("the disk is damaged")

    monkeypatch.setattr(SearchIndex, "suggest", fail)
    status, _, fields = health(served)
    assert (status, fields["checks"]["search"]) == (503, "the disk is damaged")


def test_a_busy_service_is_well(served, monkeypatch):
    def time_out(*_, **__):
        raise TimeLimitExceeded("late")

    monkeypatch.setattr(served.app.service.pool, "execute", time_out)
    status, _, fields = health(served)
    assert (status, fields["checks"]["query"]) == (200, "busy")


def test_frequent_requests_share_a_test(served):
    service = served.app.service
    service._tested = None
    numbers = iter("123")
    results = [service.once_per(1000, lambda: {"graph": next(numbers)}) for _ in range(3)]
    assert results == [{"graph": "1"}] * 3


def test_health_and_pages_say_what_was_not_inferred(serve, tmp_path):
    file = tmp_path / "chain.nt"
    file.write_text(hard_graphs.chain(100), encoding="utf-8")
    settings = Settings(cache=str(tmp_path / "cache"), max_inferred=1000)
    with serve(ipgraph.open(file, settings=settings)) as running:
        sentence = running.ask("/health").json()["inference"]
        assert sentence.startswith("Inference stopped after")
        assert sentence.endswith("from prp-trp for <urn:p>.")
        assert "open without what would follow from prp-trp" in running.ask("/about").body.decode()
        why = running.ask("/why?s=urn:n99&p=urn:p&o=urn:n0")
        assert "open without what would follow from prp-trp" in why.body.decode()


def test_health_says_that_inference_is_complete(served):
    assert served.ask("/health").json()["inference"] == "complete"
