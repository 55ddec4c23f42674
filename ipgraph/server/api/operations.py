"""Health and figures of the service, for those who run it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import ipgraph
from ipgraph.server.http.negotiation import JSON, PLAIN
from ipgraph.server.http.response import NO_STORE, Response, write_json
from ipgraph.server.http.routes import Routes

if TYPE_CHECKING:
    from ipgraph.server.context import Request

routes = Routes()


@routes.add("/health", summary="Whether the service answers, and its limits", offers=(JSON,))
def health(request: Request) -> Response:
    """Say whether the service answers."""
    service, snapshot = request.service, request.edition.kg.snapshot
    fields = {
        "status": "draining" if service.draining else "ok",
        "version": ipgraph.__version__,
        "snapshot": snapshot.hash if snapshot else None,
        "uptime_s": round(time.time() - service.started),
        "limits": service.limits,
    }
    return write_json(fields, NO_STORE, status=503 if service.draining else 200)


@routes.add("/metrics", summary="Figures for Prometheus", offers=(PLAIN,))
def metrics(request: Request) -> Response:
    """Write the figures as Prometheus reads them."""
    service = request.service
    pool, cache = service.pool, service.cache.figures
    lines: list[str] = []

    def figure(name: str, kind: str, meaning: str, values: dict[str, float]) -> None:
        lines.append(f"# HELP ipgraph_{name} {meaning}")
        lines.append(f"# TYPE ipgraph_{name} {kind}")
        lines.extend(f"ipgraph_{name}{labels} {value}" for labels, value in values.items())

    statuses = {
        f'{{status="{status}"}}': count
        for status, count in sorted(service.statistics.statuses.items())
    }
    outcomes = {f'{{outcome="{outcome}"}}': n for outcome, n in pool.outcomes.items()}
    figure("requests_total", "counter", "Requests answered.", {**statuses})
    figure("queries_total", "counter", "Queries that reached a worker.", {**outcomes})
    figure("workers", "gauge", "Places for queries.", {"": pool.fast_queue.slots})
    figure("queries_running", "gauge", "Queries in the fast lane.", {"": pool.fast_queue.running})
    figure("queries_demoted", "gauge", "Queries in the slow lane.", {"": pool.slow_queue.running})
    waiting = pool.fast_queue.waiting + pool.slow_queue.waiting
    figure("queries_waiting", "gauge", "Queries waiting for a place.", {"": waiting})
    figure("cache_bytes", "gauge", "Memory of kept answers.", {"": cache.size})
    figure("cache_entries", "gauge", "Kept answers.", {"": cache.entries})
    figure("cache_hits_total", "counter", "Requests answered from what is kept.", {"": cache.hits})
    figure("uptime_seconds", "gauge", "Age of the service.", {"": time.time() - service.started})
    content_type = ("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
    return Response.of((content_type, NO_STORE), ("\n".join(lines) + "\n").encode())
