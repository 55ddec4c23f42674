"""Have the endpoints of a query asked, by processes that can be killed."""

from __future__ import annotations

import contextlib
import json
import logging
import select
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ipgraph.errors import LimitReached, Refused, StoreUnavailable, TimeLimitExceeded, UsageError
from ipgraph.federation.allow_list import Allowed, destination
from ipgraph.federation.fetcher import Order, Table
from ipgraph.federation.service_clauses import Clause, find
from ipgraph.sparql.query import ServiceResult
from ipgraph.workers import wire
from ipgraph.workers.admission import AdmissionQueue
from ipgraph.workers.run import ClientDisconnected, rejection

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.errors import IpGraphError
    from ipgraph.sparql.guard import Inspection
    from ipgraph.sparql.query import Query

    Ask = Callable[[Order, Callable[[], bool]], Table]

_LOGGER = logging.getLogger(__name__)

_MAX_SERVICES = 8  # each costs the endpoint a query and this machine a process
_SHARE = 0.8  # of the time left that one endpoint may take: SILENT must leave some for the rest
_LOOK_UP_S = 0.1
_READ_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class FederationTerms:
    """What the operator allows: endpoints (as the setting lists them), private addresses, bytes."""

    allowed: str = ""
    private: bool = False
    max_bytes: int = 16 << 20
    time_limit_s: float = 10.0
    wait_s: float = 5.0
    places: int = 4
    max_waiting: int = 16


class Federation:
    """Asks endpoints for the queries of a service, a few at a time; safe for threads."""

    def __init__(self, terms: FederationTerms, ask: Ask | None = None) -> None:
        self.terms = terms
        self._ask = ask or _fetched
        self._allowed = Allowed.parse(terms.allowed)
        self._queue = AdmissionQueue(terms.places, terms.max_waiting)

    def __bool__(self) -> bool:
        """Tell whether any endpoint may be asked."""
        return bool(self._allowed)

    def check(self, query: Query, found: Inspection) -> tuple[Clause, ...]:
        """Return the SERVICE clauses of a query; raises `Refused` unless all may be asked."""
        if found.services and not self:
            raise _refused(found.services[0].name, str(found.services[0].place), found)
        clauses = find(query, found)
        for clause in clauses:
            try:
                fits = self._allowed.allows(destination(clause.endpoint))
            except UsageError:
                fits = False
            if not fits:
                raise _refused(clause.endpoint, str(clause.place), found)
        if len(clauses) > _MAX_SERVICES:
            raise Refused(f"A query may ask at most {_MAX_SERVICES} endpoints.")
        return clauses

    def consult(
        self,
        query: Query,
        found: Inspection,
        time_limit_s: float | None = None,
        is_connected: Callable[[], bool] = lambda: True,
    ) -> tuple[Query, float]:
        """Return the query with what its endpoints answer, and the seconds that it has left.

        Raises what `check` raises, `StoreUnavailable` for an endpoint that fails without SILENT,
        `LimitReached`, and `ClientDisconnected`.
        """
        clauses = [item for item in self.check(query, found) if not item.nested]
        limit_s = min(self.terms.time_limit_s, time_limit_s or self.terms.time_limit_s)
        started = time.monotonic()
        if not self._queue.acquire(self.terms.wait_s, is_connected):
            raise rejection(is_connected, started)
        try:
            began = time.monotonic()
            tables = []
            for clause in clauses:
                left_s = limit_s - (time.monotonic() - began)
                tables.append(self._table(clause, left_s, is_connected))
        finally:
            self._queue.release()
        left_s = limit_s - (time.monotonic() - began)
        if left_s <= 0:
            raise _late(limit_s)
        return replace(query, tables=tuple(tables)), left_s

    def _table(
        self, clause: Clause, left_s: float, is_connected: Callable[[], bool]
    ) -> ServiceResult:
        """Ask the endpoint of one clause; a failure that SILENT hides is a table of no kind."""
        if left_s <= 0:
            raise _late(self.terms.time_limit_s)
        order = Order(
            endpoint=clause.endpoint,
            request=clause.request,
            allowed=self.terms.allowed,
            private=self.terms.private,
            max_bytes=self.terms.max_bytes,
            time_limit_s=left_s * _SHARE,
        )
        try:
            table = self._ask(order, is_connected)
        except StoreUnavailable as error:
            # %r: an endpoint words a part of the message, and may send line ends.
            _LOGGER.warning("SERVICE <%s> failed: %r", clause.endpoint, error)
            if not clause.silent:
                raise StoreUnavailable(f"SERVICE at {clause.place}: {error}") from error
            table = Table("", "")
        return ServiceResult(
            clause.start, clause.end, clause.endpoint, clause.silent, table.kind, table.text
        )


def _fetched(order: Order, is_connected: Callable[[], bool]) -> Table:
    """Run one process of `fetching` and return what it brings; it never outlives this call."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "ipgraph.federation.fetcher"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with process:
        try:
            return _collected(process, order, is_connected)
        finally:
            process.kill()


def _collected(
    process: subprocess.Popen[bytes], order: Order, is_connected: Callable[[], bool]
) -> Table:
    deadline = time.monotonic() + order.time_limit_s
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018  pipes
    with contextlib.suppress(BrokenPipeError):  # it has died already, and will have told nothing
        process.stdin.write(order.pack())
        process.stdin.close()
    came = bytearray()
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN)
    while True:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise StoreUnavailable(
                f"<{order.endpoint}> did not answer within {order.time_limit_s:.1f} s."
            )
        if not is_connected():
            raise ClientDisconnected
        if not poll.poll(min(left_s, _LOOK_UP_S) * 1000):
            continue
        part = process.stdout.read1(_READ_BYTES)  # type: ignore[attr-defined]
        if not part:
            return _unpacked(bytes(came), order)
        came += part


def _unpacked(came: bytes, order: Order) -> Table:
    head = wire.FRAME.size
    if len(came) < head:
        raise StoreUnavailable(f"<{order.endpoint}> could not be asked.")
    kind, _ = wire.FRAME.unpack_from(came)
    if kind == wire.ERROR:
        error: IpGraphError = wire.unpack_error(came[head:])
        raise error
    return Table(*json.loads(came[head:]))


def _late(limit_s: float) -> LimitReached:
    return TimeLimitExceeded(
        f"The endpoints took the {limit_s:g} s that the query may take.",
        limit="query_time_limit_s",
        hint="Ask SERVICE for less.",
    )


def _refused(endpoint: str, where: str, found: Inspection) -> Refused:
    return Refused(
        f"SERVICE at {where} asks {endpoint[:200] or 'another endpoint'}, which is not among the "
        "endpoints that this service may ask (setting allowed_services).",
        place=found.services[0].place,
        hint="Ask that endpoint itself and bring its answer here as VALUES.",
    )
