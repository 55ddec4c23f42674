"""Metrics of the service, in the formats of Prometheus.

The event loop records every request, so `Metrics.record` adds to plain numbers, and a collector
reads them when ``/metrics`` is requested; `prometheus_client` is imported then (13 ms). Measured
(two cores): 0.50 µs a request; 1.26 µs with children of `prometheus_client.Histogram` and
`Counter` looked up once, because each of their values has its own lock.
"""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_left
from collections import Counter
from functools import cached_property
from itertools import accumulate
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric

    from ipgraph.server.http.access_log import FinishedRequest
    from ipgraph.server.http.response_cache import ResponseCache
    from ipgraph.workers.pool import Pool

# Upper bounds of durations. A repeated request takes 10 µs, a short query 0.1 ms, a page 10 ms;
# a query is stopped after 10 s.
BOUNDS_S = (
    *(0.000025, 0.0001, 0.00025, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0),
)
_BOUNDS_MS = tuple(bound * 1000 for bound in BOUNDS_S)
_NO_ROUTE = "(none)"  # requests to addresses that do not exist


class Measured(Protocol):
    """What the metrics read of the service."""

    started: float
    cache: ResponseCache

    @property
    def has_pool(self) -> bool:
        """True if the workers of this process have been started."""
        ...

    @property
    def pool(self) -> Pool:
        """The workers."""
        ...


class Series:
    """The requests with one route, outcome and status. Thread-safe."""

    __slots__ = ("_buckets", "_lock", "_sum_ms")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets = [0] * (len(_BOUNDS_MS) + 1)
        self._sum_ms = 0.0

    def observe(self, duration_ms: float) -> None:
        """Count a request."""
        bucket = bisect_left(_BOUNDS_MS, duration_ms)
        with self._lock:
            self._buckets[bucket] += 1
            self._sum_ms += duration_ms

    def read(self) -> tuple[list[int], float]:
        """Return the number of requests in each bucket, and the sum of their seconds."""
        with self._lock:
            return [*self._buckets], self._sum_ms / 1000


class Metrics:
    """The metrics of one service, in their own registry. Thread-safe."""

    def __init__(self, service: Measured) -> None:
        self._service = service
        self._series: dict[tuple[str, str, int], Series] = {}

    def record(self, finished: FinishedRequest) -> None:
        """Count a finished request."""
        self.series(finished).observe(finished.duration_ms)

    def series(self, finished: FinishedRequest) -> Series:
        """Return the series that counts a request."""
        key = (finished.route, finished.outcome, finished.status)
        series = self._series.get(key)
        return series or self._series.setdefault(key, Series())  # atomic

    @cached_property
    def registry(self) -> CollectorRegistry:
        """The registry: the metrics of the service, and those of the web process."""
        from prometheus_client import CollectorRegistry, ProcessCollector

        registry = CollectorRegistry()
        registry.register(self)
        ProcessCollector(registry=registry)
        return registry

    def write(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics in the format that an Accept header names, and its media type."""
        from prometheus_client.exposition import choose_encoder

        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type

    def describe(self) -> Iterable[Metric]:
        """Return nothing: `prometheus_client` then registers without a first collection."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every metric with its current value, as `prometheus_client` expects."""
        yield from self._request_metrics()
        if self._service.has_pool:
            yield from _pool_metrics(self._service.pool)
        cache = self._service.cache.figures
        yield _gauge("cache_bytes", "Memory of the response cache.", cache.size)
        yield _gauge("cache_entries", "Cached responses.", cache.entries)
        yield _counter("cache_hits", "Requests answered from the cache.", (), {(): cache.hits})
        yield _gauge("uptime_seconds", "Age of the service.", time.time() - self._service.started)
        yield from _memory_metrics(self._processes())

    def _request_metrics(self) -> Iterator[Metric]:
        from prometheus_client.core import HistogramMetricFamily

        statuses: Counter[tuple[str]] = Counter()
        durations: dict[tuple[str, str], tuple[list[int], float]] = {}
        for (route, outcome, status), series in sorted(self._series.copy().items()):
            buckets, sum_s = series.read()
            statuses[str(status),] += sum(buckets)
            key = (route or _NO_ROUTE, outcome)
            if key in durations:
                others, others_sum_s = durations[key]
                buckets = [*map(add, buckets, others)]
                sum_s += others_sum_s
            durations[key] = (buckets, sum_s)
        yield _counter("requests", "Finished requests.", ("status",), statuses)
        histogram = HistogramMetricFamily(
            "ipgraph_request_duration_seconds",
            "Time from the arrival of a request to its last byte.",
            labels=("route", "outcome"),
        )
        bounds = [*map(str, BOUNDS_S), "+Inf"]
        for key, (buckets, sum_s) in durations.items():
            cumulative = [*zip(bounds, accumulate(buckets), strict=True)]
            histogram.add_metric(key, cumulative, sum_s)
        yield histogram

    def _processes(self) -> dict[str, int]:
        """Return the processes of the service, by name."""
        pool = self._service.pool.process_ids if self._service.has_pool else {}
        return {"web": os.getpid(), **pool}


def _pool_metrics(pool: Pool) -> Iterator[Metric]:
    fast, slow = pool.fast_queue, pool.slow_queue
    outcomes = {(str(outcome),): count for outcome, count in pool.outcomes.items()}
    yield _counter("queries", "Queries that reached a worker.", ("outcome",), outcomes)
    restarts = {(str(outcome),): count for outcome, count in pool.restarts.items()}
    yield _counter(
        "worker_restarts",
        "Workers that were replaced, by the outcome of their last query.",
        ("outcome",),
        restarts,
    )
    yield _counter(
        "zygote_restarts",
        "Replacements of the process that holds the graph.",
        (),
        {(): pool.zygote_restarts},
    )
    yield _gauge("workers", "Queries that can run at once.", fast.slots)
    yield _gauge("queries_running", "Queries in the fast queue that run.", fast.running)
    yield _gauge("queries_demoted", "Queries in the slow queue that run.", slow.running)
    yield _gauge("queries_waiting", "Queries that wait for a worker.", fast.waiting + slow.waiting)


def _memory_metrics(processes: dict[str, int]) -> Iterator[Metric]:
    """Yield the memory of each process; nothing if there is no ``/proc``."""
    from prometheus_client.core import GaugeMetricFamily

    resident = GaugeMetricFamily(
        "ipgraph_process_resident_memory_bytes",
        "Memory of a process, including all shared memory.",
        labels=("process",),
    )
    proportional = GaugeMetricFamily(
        "ipgraph_process_proportional_memory_bytes",
        "Memory of a process, with its share of shared memory. The sum is that of the service.",
        labels=("process",),
    )
    for name, pid in processes.items():
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue  # the process has just ended, or the platform has no such file
        kib = dict(line.split()[:2] for line in rollup.splitlines()[1:])
        if "Pss:" in kib:  # the file is empty between the end of a process and its reaping
            resident.add_metric((name,), int(kib["Rss:"]) << 10)
            proportional.add_metric((name,), int(kib["Pss:"]) << 10)
    yield resident
    yield proportional


def _counter(name: str, meaning: str, labels: tuple[str, ...], values: Mapping[Any, int]) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(f"ipgraph_{name}", meaning, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, value)
    return family


def _gauge(name: str, meaning: str, value: float) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(f"ipgraph_{name}", meaning, value=value)
