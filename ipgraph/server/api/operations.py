"""The addresses for programs beside the endpoint: health, figures."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import ipgraph
from ipgraph.server.api import dataset_description, openapi, reconciliation, well_known
from ipgraph.server.http.negotiation import HTML, RDF_OFFERS, choose
from ipgraph.server.http.response import Response

# At home only who names a format of RDF gets it; who takes anything gets the page.
_AT_HOME = (*(replace(each, only_if_named=True) for each in RDF_OFFERS), HTML)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.server.http.request import Exchange
    from ipgraph.server.service import Service


def respond(service: Service, exchange: Exchange) -> Response | None:
    """Answer an address of the table; None where it is none of them."""
    maker = MAKERS.get(exchange.path)
    if exchange.path == "/" and exchange.reads:
        wanted = choose(exchange.accept, _AT_HOME)
        if wanted is not None and wanted.name != HTML.name:
            return dataset_description.rdf(service, exchange, wanted)
    if maker is None:
        return None
    if exchange.path != reconciliation.PATH:  # which takes a form too
        exchange.require_reading()
    return maker(service, exchange)


def _health(service: Service, exchange: Exchange) -> Response:
    snapshot = service.edition.kg.snapshot
    fields = {
        "status": "draining" if service.draining else "ok",
        "version": ipgraph.__version__,
        "snapshot": snapshot.hash if snapshot else None,
        "uptime_s": round(time.time() - service.started),
        "limits": service.limits,
    }
    body = json.dumps(fields).encode()
    headers = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
    return Response(503 if service.draining else 200, headers, body)


def _metrics(service: Service, exchange: Exchange) -> Response:
    pool, cache = service.pool, service.cache
    lines: list[str] = []

    def figure(name: str, kind: str, meaning: str, values: dict[str, float]) -> None:
        lines.append(f"# HELP ipgraph_{name} {meaning}")
        lines.append(f"# TYPE ipgraph_{name} {kind}")
        lines.extend(f"ipgraph_{name}{labels} {value}" for labels, value in values.items())

    statuses = {f'{{status="{each}"}}': count for each, count in sorted(service.statuses.items())}
    outcomes = {f'{{outcome="{each}"}}': n for each, n in pool.outcomes.items()}
    figure("requests_total", "counter", "Requests answered.", {**statuses})
    figure("queries_total", "counter", "Queries that reached a worker.", {**outcomes})
    figure("workers", "gauge", "Places for queries.", {"": pool.fast_queue.slots})
    figure("queries_running", "gauge", "Queries in the fast lane.", {"": pool.fast_queue.running})
    figure("queries_demoted", "gauge", "Queries in the slow lane.", {"": pool.slow_queue.running})
    waiting = pool.fast_queue.waiting + pool.slow_queue.waiting
    figure("queries_waiting", "gauge", "Queries waiting for a place.", {"": waiting})
    figure("cache_bytes", "gauge", "Memory of kept answers.", {"": cache.size})
    figure("cache_entries", "gauge", "Kept answers.", {"": len(cache)})
    figure("cache_hits_total", "counter", "Requests answered from what is kept.", {"": cache.hits})
    figure("uptime_seconds", "gauge", "Age of the service.", {"": time.time() - service.started})
    headers = (
        ("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),
        ("Cache-Control", "no-store"),
    )
    return Response(200, headers, ("\n".join(lines) + "\n").encode())


MAKERS: dict[str, Callable[[Service, Exchange], Response]] = {
    "/.well-known/security.txt": well_known.security,
    "/.well-known/void": well_known.well_known_void,
    "/context.jsonld": well_known.context,
    "/data.json": dataset_description.data_json,
    "/dcat.ttl": dataset_description.turtle,
    "/llms.txt": well_known.llms,
    "/openapi.json": openapi.respond,
    "/prefixes": well_known.prefixes,
    "/robots.txt": well_known.robots,
    "/sitemap.xml": well_known.sitemap,
    "/void.ttl": dataset_description.turtle,
    "/health": _health,
    "/metrics": _metrics,
    **reconciliation.MAKERS,
}
