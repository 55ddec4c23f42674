"""Health and metrics of the service, for operators."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import ipgraph
from ipgraph.server.http.negotiation import JSON, PLAIN, Offer
from ipgraph.server.http.response import NO_STORE, Response, write_json
from ipgraph.server.http.routes import Routes

if TYPE_CHECKING:
    from ipgraph.server.context import Request

OPEN_METRICS = Offer("openmetrics", "application/openmetrics-text")
routes = Routes()


@routes.add("/health", summary="Health of the service, and its limits", offers=(JSON,))
def health(request: Request) -> Response:
    """Return the health of the service."""
    service, snapshot = request.service, request.edition.kg.snapshot
    fields = {
        "status": "draining" if service.draining else "ok",
        "version": ipgraph.__version__,
        "snapshot": snapshot.hash if snapshot else None,
        "inference": (snapshot.incomplete or "complete") if snapshot else None,
        "uptime_s": round(time.time() - service.started),
        "limits": service.limits,
    }
    return write_json(fields, NO_STORE, status=503 if service.draining else 200)


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
