"""The process that forks workers, and the main loop of a worker.

Run as ``python -m ipgraph.workers.zygote DESCRIPTOR``: one thread, the store in memory, everything
imported and used once, because a worker has no descriptor left to open a file or a socket with
(`RLIMIT_NOFILE` 0). The parent sends commands of one letter over a socket pair. When the parent's
end closes, the zygote ends with all its workers.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import json
import os
import signal
import socket
import struct
import sys
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

from ipgraph.errors import IpGraphError, MemoryLimitExceeded, SizeLimitExceeded
from ipgraph.namespaces.prefixes import Prefixes
from ipgraph.serialization.formats import FORMATS, Content, by_name
from ipgraph.snapshots.snapshot import load_graph
from ipgraph.sparql.query import Query, ServiceResult
from ipgraph.workers import jobs, limits, wire
from ipgraph.workers.evaluation import write_result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.serialization.formats import Format
    from ipgraph.store.local import LocalStore

# Commands: fork a worker; return the exit status of a worker; reap a killed worker; load the store
# without inferred statements; reply, to show that the zygote works.
FORK, EXIT_STATUS, REAP, LOAD_STATED, PING = b"f", b"s", b"k", b"i", b"p"
# Responses to the configuration, LOAD_STATED and PING; an error follows `FAILED`.
DONE, FAILED = b"+", b"-"
PID = struct.Struct("<i")

_STACK_BYTES = 64 << 20  # nesting within the guard's bounds needs a tenth of it
_FIRST_CHUNK_BYTES = 16 << 10  # buffered, so that an early limit still gets a proper status
_CHUNK_BYTES = 128 << 10
_SEND_BUFFER_BYTES = 512 << 10  # of a worker's socket: most results fit, and no write blocks


_OUT_OF_MEMORY = MemoryLimitExceeded(
    "The query exceeded the memory limit. Select fewer rows, or sort fewer rows.",
    limit="query_memory_limit_mib",
)


def main(descriptor: int) -> None:
    """Load the store, then run commands until the parent closes the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    config = json.loads(_read_message(control))
    limits.lower("RLIMIT_CORE", 0)
    limits.lower("RLIMIT_STACK", _STACK_BYTES)
    try:
        stores = {True: _load(config, infer=True)}
    except IpGraphError as error:
        _send_error(control, error)
        return
    _warm_up(stores[True])
    gc.freeze()
    control.sendall(DONE)
    children: set[int] = set()
    killed: set[int] = set()  # may still be running: freeing their memory takes a while
    try:
        while command := control.recv(1):
            killed = {pid for pid in killed if os.waitpid(pid, os.WNOHANG)[0] == 0}
            if command == FORK:
                if pid := _fork(control, stores, config["memory_limit_mib"]):
                    children.add(pid)
            elif command == REAP:
                pid = PID.unpack(_read_exactly(control, PID.size))[0]
                children.discard(pid)
                killed.add(pid)
            elif command == LOAD_STATED:
                try:
                    if False not in stores:
                        stores[False] = _load(config, infer=False)
                    control.sendall(DONE)
                except IpGraphError as error:
                    _send_error(control, error)
            elif command == PING:
                control.sendall(DONE)
            elif command == EXIT_STATUS:
                pid = PID.unpack(_read_exactly(control, PID.size))[0]
                children.discard(pid)
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                control.sendall(PID.pack(code))
    finally:
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _load(config: Mapping[str, Any], *, infer: bool) -> LocalStore:
    store = load_graph(Path(config["graph"]), infer=infer)
    prefixes = Prefixes(config["prefixes"])
    return replace(store, prefixes=prefixes, languages=tuple(config["languages"]))


def _send_error(control: socket.socket, error: IpGraphError) -> None:
    payload = wire.pack_error(error)
    control.sendall(FAILED + wire.LENGTH.pack(len(payload)) + payload)


def _fork(control: socket.socket, stores: Mapping[bool, LocalStore], memory_limit_mib: int) -> int:
    """Fork a worker and send its id and socket, or minus the error number; return the id or 0."""
    try:
        parent_end, worker_end = socket.socketpair()
    except OSError as error:
        control.sendall(PID.pack(-(error.errno or errno.EIO)))
        return 0
    worker_end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
    try:
        pid = os.fork()
    except OSError as error:  # no memory, or too many processes
        parent_end.close()
        worker_end.close()
        control.sendall(PID.pack(-(error.errno or errno.EIO)))
        return 0
    if pid == 0:
        control.close()
        parent_end.close()
        _run_worker(worker_end, stores, memory_limit_mib)
    worker_end.close()
    socket.send_fds(control, [PID.pack(pid)], [parent_end.fileno()])
    parent_end.close()
    return pid


def _run_worker(
    sock: socket.socket, stores: Mapping[bool, LocalStore], memory_limit_mib: int
) -> NoReturn:
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)  # the engine's crash messages would go to the service's terminal
        os.close(null)
        limits.limit_memory(memory_limit_mib)
        limits.lower("RLIMIT_NOFILE", 0)
        while True:
            _handle_request(sock, stores)
    except (EOFError, OSError):
        pass  # the parent has closed the socket
    finally:
        os._exit(0)


def _handle_request(sock: socket.socket, stores: Mapping[bool, LocalStore]) -> None:
    request, format_name, max_bytes = wire.unpack_request(_read_message(sock))
    out = _FrameWriter(sock, max_bytes)
    try:
        _write(stores[request.infer], request, by_name(format_name), out)  # type: ignore[arg-type]
        out.end(wire.END)
    except IpGraphError as error:
        out.end(wire.ERROR, wire.pack_error(error), drop_buffer=True)
    except MemoryError:
        out.end(wire.ERROR, wire.pack_error(_OUT_OF_MEMORY), drop_buffer=True)


def _write(store: LocalStore, request: wire.Request, output_format: Format, out: IO[bytes]) -> None:
    if isinstance(request, wire.Job):
        jobs.perform(store, request, output_format, out)
    else:
        write_result(store, request, output_format, out)


class _FrameWriter:
    """A binary file for the serializers that sends its content in frames of bounded size."""

    def __init__(self, sock: socket.socket, max_bytes: int) -> None:
        self._sock = sock
        self._left_bytes = max_bytes
        self._max_bytes = max_bytes
        self._buffer = bytearray()
        self._chunk_bytes = _FIRST_CHUNK_BYTES

    def write(self, part: bytes) -> int:
        self._left_bytes -= len(part)
        if self._left_bytes < 0:
            raise SizeLimitExceeded(
                f"The result is larger than {self._max_bytes:,} bytes. Add LIMIT, or download "
                "the whole graph.",
                limit="result_limit_mib",
            )
        self._buffer += part
        if len(self._buffer) >= self._chunk_bytes:
            self._send_buffer()
            self._chunk_bytes = _CHUNK_BYTES
        return len(part)

    def flush(self) -> None:
        """Do nothing: `end` sends the buffer together with the last frame."""

    def hold(self, max_bytes: int) -> None:
        """Send nothing before `max_bytes` bytes are written, or the end is reached."""
        self._chunk_bytes = max_bytes

    def end(self, kind: int, payload: bytes = b"", *, drop_buffer: bool = False) -> None:
        if drop_buffer:
            self._buffer.clear()
        self._send_buffer(wire.frame(kind, payload))

    def _send_buffer(self, last: bytes = b"") -> None:
        """Send the buffer, a result that was held in several frames, and the frame `last`."""
        rest = memoryview(bytes(self._buffer))
        self._buffer.clear()
        while len(rest) > _CHUNK_BYTES:
            self._sock.sendall(wire.frame(wire.DATA, bytes(rest[:_CHUNK_BYTES])))
            rest = rest[_CHUNK_BYTES:]
        self._sock.sendall((wire.frame(wire.DATA, bytes(rest)) if rest else b"") + last)


def _warm_up(store: LocalStore) -> None:
    """Use every format and every error path once: a worker can import nothing later."""
    for output_format in FORMATS:
        text = (
            "ASK {}"
            if output_format.content is Content.BINDINGS
            else "CONSTRUCT { ?s ?p ?o } WHERE {}"
        )
        write_result(store, Query(text), output_format, io.BytesIO())
        for name in ("describe", "graph"):
            jobs.perform(store, wire.Job(name, "urn:none"), output_format, io.BytesIO())
    term = "CONSTRUCT { <none:a> <none:b> <<( <none:a> <none:b> 1 )>> } WHERE {}"
    for name in ("jsonld", "jsonld-basic"):
        with contextlib.suppress(IpGraphError):
            write_result(store, Query(term), by_name(name), io.BytesIO())
    for name, text in (("resolve", "a"), ("explain", '["ip", "a", "b"]')):
        with contextlib.suppress(IpGraphError):
            jobs.perform(store, wire.Job(name, text), by_name("json"), io.BytesIO())
    for text in (
        "SELEC",
        "ASK { ?s ?p }",
        "ASK FROM <urn:none> {}",
        "ASK FROM <none> { é }",
        "ASK { SERVICE <none:none> {} }",
        "ASK { ?s <none:none>* 'none' }",
        "SELECT ?g { GRAPH ?g { VALUES ?x { 1 } } }",
        "SELECT * { ?b <none:none>? ?a FILTER(?c) }",
    ):
        with contextlib.suppress(IpGraphError):
            write_result(store, Query(text), by_name("json"), io.BytesIO())
    for body in (
        '{"head":{"vars":["b"]},"results":{"bindings":[{"b":{"type":"bnode","value":"b"}}]}}',
        "{",
    ):
        table = ServiceResult(6, 15, "", False, "json", body)
        with contextlib.suppress(IpGraphError):
            query = Query("ASK { SERVICE 1 }", tables=(table,))
            write_result(store, query, by_name("json"), io.BytesIO())
    str(ascii(1).encode("utf-8").decode("utf-8", "replace"))


def _read_message(sock: socket.socket) -> bytes:
    """Read a length and that many bytes."""
    return _read_exactly(sock, wire.LENGTH.unpack(_read_exactly(sock, wire.LENGTH.size))[0])


def _read_exactly(sock: socket.socket, size: int) -> bytes:
    message = bytearray()
    while len(message) < size:
        chunk = sock.recv(min(size - len(message), 1 << 20))
        if not chunk:
            raise EOFError
        message += chunk
    return bytes(message)


if __name__ == "__main__":
    main(int(sys.argv[1]))
