"""Health and metrics of the service, for operators.

`health` reports what it has just tested: that the process that holds the graph replies, that a
worker answers a query, and that the search index can be read.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import ipgraph
from ipgraph.errors import Busy, TimeLimitExceeded
from ipgraph.serialization.formats import by_name
from ipgraph.server.http.negotiation import JSON, PLAIN, Offer
from ipgraph.server.http.response import NO_STORE, RETRY_AFTER, Response, write_json
from ipgraph.server.http.routes import Routes
from ipgraph.sparql.query import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.server.context import Request

OPEN_METRICS = Offer("openmetrics", "application/openmetrics-text")
_OK, _BUSY = "ok", "busy"
_TESTS_INTERVAL_S = 0.05  # a client that asks more often gets the last result
routes = Routes()


@routes.add("/health", summary="Health of the service, and its limits", offers=(JSON,))
def health(request: Request) -> Response:
    """Return the health of the service: 503 while it drains, and while a test fails."""
    service, snapshot = request.service, request.edition.kg.snapshot
    checks = service.once_per(_TESTS_INTERVAL_S, lambda: _checks(request))
    is_well = all(check in (_OK, _BUSY) for check in checks.values())
    status = "draining" if service.draining else "ok" if is_well else "failing"
    fields = {
        "status": status,
        "checks": checks,
        "version": ipgraph.__version__,
        "snapshot": snapshot.hash if snapshot else None,
        "inference": (snapshot.incomplete or "complete") if snapshot else None,
        "uptime_s": round(time.time() - service.started),
        "limits": service.limits,
    }
    if status == "ok":
        return write_json(fields, NO_STORE)
    return write_json(fields, NO_STORE, RETRY_AFTER, status=503)


def _checks(request: Request) -> dict[str, str]:
    """Test the parts of the service; return ``ok``, ``busy`` or what is wrong for each."""
    return {
        "graph": _check(lambda: _test_zygote(request)),
        "query": _check(lambda: _test_query(request)),
        "search": _check(lambda: _test_search(request)),
    }


def _check(test: Callable[[], str]) -> str:
    try:
        return test()
    except (Busy, TimeLimitExceeded):
        return _BUSY
    except Exception as error:  # any error: it is the result of the test
        return str(error) or type(error).__name__


def _test_zygote(request: Request) -> str:
    return _OK if request.service.pool.is_well() else "The graph is being loaded again."


def _test_query(request: Request) -> str:
    pool = request.service.pool
    if pool.fast_queue.is_full:
        return _BUSY
    if not pool.is_well():
        return "The graph is being loaded again."
    stream = pool.execute(
        Query("ASK { ?s ?p ?o }"), by_name("csv"), workers=request.edition.workers
    )
    found = b"".join(stream).strip()
    return _OK if found in (b"true", b"false") else "A worker gave a wrong answer."


def _test_search(request: Request) -> str:
    kg = request.edition.kg
    if kg.snapshot is not None:  # other graphs are indexed at the first search
        kg.index.suggest("a", limit=1)
    return _OK


@routes.add(
    "/metrics",
    summary="Metrics for Prometheus",
    offers=(PLAIN, OPEN_METRICS),
    negotiates=False,  # prometheus_client also negotiates the version
)
def metrics(request: Request) -> Response:
    """Return the metrics in a Prometheus format."""
    body, content_type = request.service.metrics.write(request.accept)
    return Response.of((("Content-Type", content_type), ("Vary", "Accept"), NO_STORE), body)
