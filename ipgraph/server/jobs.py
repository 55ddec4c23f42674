"""Look-ups whose cost depends on the request (proofs, names, entity data), run by a worker."""

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

_BUFFERED_BYTES = 1 << 20  # in memory, of a response that is buffered in a file
_PART_BYTES = 1 << 16


def begin(request: Request, job: Job, form: Format | None = None) -> ResultStream:
    """Start a job in a worker. It stops when the client disconnects."""
    return request.service.pool.execute(
        job,
        form or by_name("json"),
        workers=request.edition.workers,
        is_connected=request.is_connected,
    )


def run(request: Request, name: str, text: str) -> bytes:
    """Run a job in a worker and return its complete result."""
    return b"".join(begin(request, Job(name, text)))


def resolve(request: Request, name: str) -> str:
    """Return the IRI of the entity with a name. Raises `NotFound`."""
    return run(request, "resolve", name).decode()


def explain(request: Request, subject: str, predicate: str, object: str) -> Explanation:
    """Return the proof of a statement. Raises the errors of `KnowledgeGraph.explain`."""
    incomplete = request.edition.kg.incomplete
    statement = jobs.statement_text(subject, predicate, object, incomplete)
    return jobs.read_explanation(run(request, "explain", statement))


def stream(request: Request, headers: Headers, stream: ResultStream) -> Response:
    """Return a response that streams a long result.

    HTTP/1.0 clients cannot distinguish the end of the response from a broken connection. If the
    server cannot reset connections, they get the response from a file when it is complete.
    """
    version = request.environ.get("SERVER_PROTOCOL", "")
    if version != "HTTP/1.0" or request.service.resets_connections:
        return Response.of((*headers, NO_STORE), _Parts(stream))
    buffer: Any = tempfile.SpooledTemporaryFile(max_size=_BUFFERED_BYTES)  # noqa: SIM115  passed on
    try:
        for part in stream:
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

    def __init__(self, stream: ResultStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def close(self) -> None:
        self._stream.close()


class _File:
    """The parts of a buffered response; closing it removes the file."""

    def __init__(self, buffer: Any) -> None:
        self._buffer = buffer

    def __iter__(self) -> Iterator[bytes]:
        while part := self._buffer.read(_PART_BYTES):
            yield part

    def close(self) -> None:
        self._buffer.close()
