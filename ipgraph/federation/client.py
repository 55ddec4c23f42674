"""Resolve the SERVICE clauses of queries, by child processes that can be killed."""

from __future__ import annotations

import contextlib
import json
import logging
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.errors import LimitReached, Refused, StoreUnavailable, TimeLimitExceeded, UsageError
from ipgraph.federation.allow_list import AllowList
from ipgraph.federation.fetcher import FetchRequest, Table
from ipgraph.federation.service_clauses import Clause, find
from ipgraph.http_client import address
from ipgraph.sparql.query import ServiceResult
from ipgraph.workers import wire
from ipgraph.workers.admission import AdmissionQueue
from ipgraph.workers.run import ClientDisconnected, rejection

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.errors import IpGraphError
    from ipgraph.sparql.guard import Inspection
    from ipgraph.sparql.query import Query

    Fetch = Callable[[FetchRequest, Callable[[], bool]], Table]

_LOGGER = logging.getLogger(__name__)

_MAX_SERVICES = 8  # per query; each costs the endpoint a query and this machine a process
_TIME_SHARE = 0.8  # of the remaining time for one endpoint: after SILENT the query continues
_POLL_S = 0.1
_READ_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class FederationSettings:
    """The allowed endpoints (text of the setting) and the limits of requests to them."""

    allowed: str = ""
    allow_private: bool = False
    max_bytes: int = 16 << 20
    time_limit_s: float = 10.0
    wait_limit_s: float = 5.0
    slots: int = 4
    max_waiting: int = 16


class Federation:
    """Sends requests to SPARQL endpoints, a limited number at once. Thread-safe."""

    def __init__(self, settings: FederationSettings, fetch: Fetch | None = None) -> None:
        self.settings = settings
        self._fetch = fetch or _fetch
        self._allow_list = AllowList.parse(settings.allowed)
        self._queue = AdmissionQueue(settings.slots, settings.max_waiting)

    def __bool__(self) -> bool:
        """True if any endpoint is allowed."""
        return bool(self._allow_list)

    def check(self, query: Query, found: Inspection) -> tuple[Clause, ...]:
        """Return the SERVICE clauses of a query. Raises `Refused` unless all are allowed."""
        if found.services and not self:
            raise _refused(found.services[0].name, str(found.services[0].place), found)
        clauses = find(query, found)
        for clause in clauses:
            try:
                is_allowed = self._allow_list.allows(address.parse(clause.endpoint))
            except UsageError:
                is_allowed = False
            if not is_allowed:
                raise _refused(clause.endpoint, str(clause.place), found)
        if len(clauses) > _MAX_SERVICES:
            raise Refused(f"A query may contain at most {_MAX_SERVICES} SERVICE clauses.")
        return clauses

    def resolve_services(
        self,
        query: Query,
        found: Inspection,
        time_limit_s: float | None = None,
        is_connected: Callable[[], bool] = lambda: True,
    ) -> tuple[Query, float]:
        """Return the query with the results of its endpoints, and its remaining seconds.

        Raises the errors of `check`, `StoreUnavailable` for an endpoint that fails without SILENT,
        `LimitReached`, and `ClientDisconnected`.
        """
        clauses = [clause for clause in self.check(query, found) if not clause.nested]
        limit_s = min(self.settings.time_limit_s, time_limit_s or self.settings.time_limit_s)
        started = time.monotonic()
        if not self._queue.acquire(self.settings.wait_limit_s, is_connected):
            raise rejection(is_connected, started)
        try:
            admitted = time.monotonic()
            tables = []
            for clause in clauses:
                left_s = limit_s - (time.monotonic() - admitted)
                tables.append(self._table(clause, left_s, is_connected))
        finally:
            self._queue.release()
        left_s = limit_s - (time.monotonic() - admitted)
        if left_s <= 0:
            raise _time_limit_exceeded(limit_s)
        return query._replace(tables=tuple(tables)), left_s

    def _table(
        self, clause: Clause, left_s: float, is_connected: Callable[[], bool]
    ) -> ServiceResult:
        """Return the result of one clause; its kind is empty if SILENT hides a failure."""
        if left_s <= 0:
            raise _time_limit_exceeded(self.settings.time_limit_s)
        request = FetchRequest(
            endpoint=clause.endpoint,
            query=clause.request,
            allowed=self.settings.allowed,
            allow_private=self.settings.allow_private,
            max_bytes=self.settings.max_bytes,
            time_limit_s=left_s * _TIME_SHARE,
        )
        try:
            table = self._fetch(request, is_connected)
        except StoreUnavailable as error:
            # %r: the message may contain text of the endpoint, with line breaks.
            _LOGGER.warning("SERVICE <%s> failed: %r", clause.endpoint, error)
            if not clause.silent:
                raise StoreUnavailable(f"SERVICE at {clause.place}: {error}") from error
            table = Table("", "")
        return ServiceResult(
            clause.start, clause.end, clause.endpoint, clause.silent, table.kind, table.text
        )


def _fetch(request: FetchRequest, is_connected: Callable[[], bool]) -> Table:
    """Run `fetcher` in a child process and return its table. The process ends with this call."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "ipgraph.federation.fetcher"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with process:
        try:
            return _read_table(process, request, is_connected)
        finally:
            process.kill()


def _read_table(
    process: subprocess.Popen[bytes], request: FetchRequest, is_connected: Callable[[], bool]
) -> Table:
    deadline = time.monotonic() + request.time_limit_s
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018  pipes
    with contextlib.suppress(BrokenPipeError):  # the process died; its output is empty
        process.stdin.write(request.pack())
        process.stdin.close()
    received = bytearray()
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN)
    while True:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise StoreUnavailable(
                f"<{request.endpoint}> did not respond within {request.time_limit_s:.1f} s."
            )
        if not is_connected():
            raise ClientDisconnected
        if not poll.poll(min(left_s, _POLL_S) * 1000):
            continue
        part = process.stdout.read1(_READ_BYTES)  # type: ignore[attr-defined]
        if not part:
            return _unpack_table(bytes(received), request)
        received += part


def _unpack_table(received: bytes, request: FetchRequest) -> Table:
    head = wire.FRAME.size
    if len(received) < head:
        raise StoreUnavailable(f"The process that queries <{request.endpoint}> failed.")
    kind, _ = wire.FRAME.unpack_from(received)
    if kind == wire.ERROR:
        error: IpGraphError = wire.unpack_error(received[head:])
        raise error
    return Table(*json.loads(received[head:]))


def _time_limit_exceeded(limit_s: float) -> LimitReached:
    return TimeLimitExceeded(
        f"The SERVICE endpoints used up the query's time limit of {limit_s:g} s.",
        limit="query_time_limit_s",
        hint="Request less data in SERVICE.",
    )


def _refused(endpoint: str, where: str, found: Inspection) -> Refused:
    return Refused(
        f"SERVICE at {where} names {endpoint[:200] or 'an endpoint'}, which is not on the list of "
        "endpoints allowed here (setting allowed_services).",
        place=found.services[0].place,
        hint="Query that endpoint directly and put its solutions here as VALUES.",
    )
