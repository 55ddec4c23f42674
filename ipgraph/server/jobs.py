"""Look-ups whose cost a visitor can choose: proofs, names, data of things, done by a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from ipgraph.serialization.formats import by_name
from ipgraph.workers.wire import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.serialization.formats import Format
    from ipgraph.server.http.request import Exchange
    from ipgraph.server.pages.site import Site
    from ipgraph.server.service import Service
    from ipgraph.workers.jobs import Explanation
    from ipgraph.workers.pool import ResultStream

    Work = Callable[[str, str], bytes]

# Where the front leaves, for a page, what does a job: its name and its text in, its bytes out.
WORK = "ipgraph.work"


def begin(
    service: Service, exchange: Exchange, job: Job, form: Format | None = None
) -> ResultStream:
    """Have a worker do a job, for as long as the client is connected."""
    return service.pool.execute(job, form or by_name("json"), is_connected=exchange.alive())


def work(service: Service, exchange: Exchange) -> Work:
    """Return what has a worker do a job and waits for all of its answer."""
    return lambda name, text: b"".join(begin(service, exchange, Job(name, text)))


def of_request() -> Work | None:
    """Return what does jobs for the page being made; None where there are no workers."""
    found: Work | None = request.environ.get(WORK)
    return found


def resolve(site: Site, name: str) -> str:
    """Return the IRI of the thing that a visitor calls `name`; raises `NotFound`."""
    found = of_request()
    return found("resolve", name).decode() if found else site.entities.resolve(name)


def explain(site: Site, subject: str, predicate: str, object: str) -> Explanation:
    """Return the proof of a statement; raises what `KnowledgeGraph.explain` raises."""
    from ipgraph.workers import jobs

    run = of_request()
    if run is None:
        return site.kg.explain(subject, predicate, object)
    return jobs.read_explanation(run("explain", jobs.statement_text(subject, predicate, object)))
