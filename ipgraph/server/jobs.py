"""Look-ups whose cost a visitor can choose: proofs, names, data of things, done by a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from ipgraph import Query
from ipgraph.serialization.formats import by_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph import Answering
    from ipgraph.serialization.formats import Format
    from ipgraph.server.http.request import Exchange
    from ipgraph.server.pages.site import Site
    from ipgraph.server.service import Service

    Work = Callable[[str, str], bytes]

# Where the front leaves, for a page, what does a job: its name and its text in, its bytes out.
WORK = "ipgraph.work"


def begin(
    service: Service, exchange: Exchange, query: Query, form: Format | None = None
) -> Answering:
    """Have a worker do the job of `query`, for as long as the client is there."""
    return service.pool.answer(query, form or by_name("json"), alive=exchange.alive())


def work(service: Service, exchange: Exchange) -> Work:
    """Return what has a worker do a job and waits for all of its answer."""
    return lambda job, text: b"".join(begin(service, exchange, Query(text, job=job)))


def of_request() -> Work | None:
    """Return what does jobs for the page being made; None where there are no workers."""
    found: Work | None = request.environ.get(WORK)
    return found


def resolve(site: Site, name: str) -> str:
    """Return the IRI of the thing that a visitor calls `name`; raises `NotFound`."""
    found = of_request()
    return found("resolve", name).decode() if found else site.entities.resolve(name)
