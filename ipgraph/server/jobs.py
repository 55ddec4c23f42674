"""Look-ups whose cost a visitor can choose: proofs, names, data of things, done by a worker."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

from ipgraph.serialization.formats import by_name
from ipgraph.server.http.response import NO_STORE, Headers, Response
from ipgraph.workers import jobs
from ipgraph.workers.wire import Job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.serialization.formats import Format
    from ipgraph.server.context import Request
    from ipgraph.workers.jobs import Explanation
    from ipgraph.workers.pool import ResultStream

_BUFFERED_BYTES = 1 << 20  # of a response that is made whole in a file, in memory
_PART_BYTES = 1 << 16


def begin(request: Request, job: Job, form: Format | None = None) -> ResultStream:
    """Have a worker do a job, for as long as the client is there."""
    pool = request.service.pool
    return pool.execute(job, form or by_name("json"), is_connected=request.is_connected)


def run(request: Request, name: str, text: str) -> bytes:
    """Have a worker do a job and wait for all of its result."""
    return b"".join(begin(request, Job(name, text)))


def resolve(request: Request, name: str) -> str:
    """Return the IRI of the thing that a visitor calls `name`; raises `NotFound`."""
    return run(request, "resolve", name).decode()


def explain(request: Request, subject: str, predicate: str, object: str) -> Explanation:
    """Return the proof of a statement; raises what `KnowledgeGraph.explain` raises."""
    statement = jobs.statement_text(subject, predicate, object)
    return jobs.read_explanation(run(request, "explain", statement))


def stream(request: Request, headers: Headers, answering: ResultStream) -> Response:
    """Return a response that passes on a long result as it comes.

    A client of HTTP/1.0 takes the end of the connection for the end of the response. Where the
    server cannot reset the connection, it gets the response once it is whole, from a file.
    """
    version = request.environ.get("SERVER_PROTOCOL", "")
    if version != "HTTP/1.0" or request.service.resets_connections:
        return Response.of((*headers, NO_STORE), _Parts(answering))
    buffer: Any = tempfile.SpooledTemporaryFile(max_size=_BUFFERED_BYTES)  # noqa: SIM115  passed on
    try:
        for part in answering:
            buffer.write(part)
    except BaseException:
        buffer.close()
        raise
    size = buffer.tell()
    buffer.seek(0)
    length = ("Content-Length", str(size))
    return Response.of((*headers, NO_STORE, length), _File(buffer))


class _Parts:
    """The parts of a long result; closing it stops the query."""

    def __init__(self, answering: ResultStream) -> None:
        self._answering = answering

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answering)

    def close(self) -> None:
        self._answering.close()


class _File:
    """The parts of a buffered response; closing it removes the file."""

    def __init__(self, buffer: Any) -> None:
        self._buffer = buffer

    def __iter__(self) -> Iterator[bytes]:
        while part := self._buffer.read(_PART_BYTES):
            yield part

    def close(self) -> None:
        self._buffer.close()
