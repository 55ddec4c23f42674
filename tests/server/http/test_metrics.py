"""Metrics, as Prometheus reads them."""

from __future__ import annotations

import logging
import os
import select
import signal
import sys

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_open_metrics,
)
from prometheus_client.parser import text_string_to_metric_families

from ipgraph.server import create_app

OPEN_METRICS = "application/openmetrics-text; version=1.0.0"
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def families_of(running):
    text = running.ask("/metrics").body.decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def values(family, suffix=""):
    """Return the samples of a family with one suffix, by label values (outcome and route, say)."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for sample in family.samples
        if sample.name == family.name + suffix
    }


@pytest.fixture
def running(serve, small):
    with serve(small) as running:
        yield running


def test_durations_are_counted_by_route_and_outcome(running):
    for _ in range(5):  # the last ones come from the raw-request cache
        assert running.query("ASK {}").status == 200
    assert running.query("ASK {").status == 400
    assert running.ask("/no/such/page").status == 404
    assert running.ask("/", Accept="text/html").status == 200
    durations = families_of(running)["ipgraph_request_duration_seconds"]
    assert durations.type == "histogram"
    assert values(durations, "_count") == {
        ("answered", "/sparql"): 1,
        ("cached", "/sparql"): 4,
        ("bad-query", "/sparql"): 1,
        ("not-found", "(none)"): 1,
        ("answered", "/"): 1,
    }


def test_a_histogram_is_cumulative_and_its_sum_is_plausible(running):
    for _ in range(3):
        running.query("ASK {}")
    durations = families_of(running)["ipgraph_request_duration_seconds"]
    wanted = {"route": "/sparql", "outcome": "cached"}
    buckets = [
        (float(sample.labels["le"]), sample.value)
        for sample in durations.samples
        if sample.name.endswith("_bucket") and wanted.items() <= sample.labels.items()
    ]
    assert [bound for bound, _ in buckets] == sorted(bound for bound, _ in buckets)
    assert buckets[-1] == (float("inf"), 2)
    counts = [count for _, count in buckets]
    assert counts == sorted(counts)
    sum_s = values(durations, "_sum")["cached", "/sparql"]
    last_empty_s = max((bound for bound, count in buckets if count == 0), default=0.0)
    first_full_s = min(bound for bound, count in buckets if count == 2)
    assert last_empty_s < sum_s <= 2 * first_full_s


def test_requests_are_counted_by_status_and_queries_by_outcome(running):
    running.query("ASK {}")
    running.query("ASK { ?s ?p 1 }")
    running.query("ASK {")
    families = families_of(running)
    assert families["ipgraph_requests"].type == "counter"
    assert values(families["ipgraph_requests"], "_total") == {("200",): 2, ("400",): 1}
    assert values(families["ipgraph_queries"], "_total") == {
        ("answered",): 2,
        ("refused",): 1,
    }
    assert families["ipgraph_workers"].samples[0].value == running.app.service.settings.workers
    assert all(family.documentation for family in families.values())


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs os.pidfd_open")
def test_a_killed_worker_is_counted_as_a_restart(running, caplog):
    running.query("ASK {}")
    assert values(families_of(running)["ipgraph_worker_restarts"], "_total") == {}
    processes = running.app.service.pool.process_ids
    killed = [pid for name, pid in processes.items() if name.startswith("worker-")]
    assert killed
    for pid in killed:
        ended = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        assert select.select([ended], [], [], 60)[0]
        os.close(ended)
    with caplog.at_level(logging.WARNING, "ipgraph.workers"):
        assert running.query("ASK { ?s ?p 2 }").status == 200
    restarts = values(families_of(running)["ipgraph_worker_restarts"], "_total")
    assert restarts["crash",] >= 1
    assert "died" in caplog.text


@needs_proc
def test_the_memory_of_every_process_is_reported(running):
    running.query("ASK {}")
    families = families_of(running)
    workers = [f"worker-{n}" for n in range(1, running.app.service.settings.workers + 1)]
    for kind in ("resident", "proportional"):
        memory = values(families[f"ipgraph_process_{kind}_memory_bytes"])
        assert {name for (name,) in memory} == {"web", "zygote", *workers}
        assert all(1 << 20 < size < 1 << 34 for size in memory.values())
    resident = values(families["ipgraph_process_resident_memory_bytes"])
    proportional = values(families["ipgraph_process_proportional_memory_bytes"])
    assert all(proportional[name] <= resident[name] for name in resident)
    (web,) = families["process_resident_memory_bytes"].samples
    assert web.value == pytest.approx(resident["web",], rel=0.2)
    assert families["process_open_fds"].samples[0].value > 3


def test_the_format_is_negotiated(running):
    plain = running.ask("/metrics")
    assert plain.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert plain.headers["Vary"] == "Accept"
    assert plain.headers["Cache-Control"] == "no-store"
    reply = running.ask("/metrics", Accept=OPEN_METRICS)
    assert reply.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    families = {family.name: family for family in parse_open_metrics(reply.body.decode())}
    assert families["ipgraph_request_duration_seconds"].type == "histogram"
    assert values(families["ipgraph_requests"], "_total") == {("200",): 1}


def test_a_scrape_starts_no_workers(small):
    app = create_app(small)
    try:
        response = app.test_client().get("/metrics")
        assert response.status_code == 200
        assert b"ipgraph_uptime_seconds" in response.data
        assert not app.service.has_pool
    finally:
        app.close()


def test_every_service_has_its_own_registry(small):
    first, second = create_app(small), create_app(small)
    try:
        first.test_client().get("/health")
        assert isinstance(first.service.metrics.registry, CollectorRegistry)
        assert first.service.metrics.registry is not second.service.metrics.registry
        sample = ("ipgraph_requests_total", {"status": "200"})
        assert first.service.metrics.registry.get_sample_value(*sample) == 1
        assert second.service.metrics.registry.get_sample_value(*sample) is None
    finally:
        first.close()
        second.close()
