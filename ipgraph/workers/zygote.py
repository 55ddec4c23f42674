"""The process that workers are forked from, and the loop of a worker.

Run as ``python -m ipgraph.workers.zygote DESCRIPTOR``: one thread, the store in memory, everything
imported and tried once, because a worker has no descriptor left to open a file or a socket with
(`RLIMIT_NOFILE` 0). It obeys its owner over a socket pair, one letter a command, and ends, with
all its workers, when the owner's end closes.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

from ipgraph.errors import IpGraphError, MemoryLimitExceeded, SizeLimitExceeded
from ipgraph.serialization.formats import FORMATS, Holds, by_name
from ipgraph.sparql.query import Query, ServiceResult
from ipgraph.store.local import LocalStore
from ipgraph.workers import jobs, limits, wire
from ipgraph.workers.evaluation import write_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.serialization.formats import Format

# Fork a worker; say how one ended; forget one that was killed; load the store of what is stated.
FORK, STATUS, FORGET, STATED = b"f", b"s", b"k", b"i"
PID = struct.Struct("<i")

_STACK_BYTES = 64 << 20  # nesting within the gate's bounds needs a tenth of it
_FIRST_CHUNK_BYTES = 16 << 10  # held back, so that an early limit is still a proper status
_CHUNK_BYTES = 128 << 10
_LINE_BYTES = 512 << 10  # of the line to a worker: most answers fit, and nobody waits to write


_OUT_OF_MEMORY = MemoryLimitExceeded(
    "The query needs more memory than it may have; select fewer rows, or sort fewer of them.",
    limit="query_memory_limit_mib",
)


def main(descriptor: int) -> None:
    """Load the store, then obey commands until the owner leaves."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    config = json.loads(wire_read(control))
    limits.lower("RLIMIT_CORE", 0)
    limits.lower("RLIMIT_STACK", _STACK_BYTES)
    stores = {True: LocalStore.memory(Path(config["graph"]))}
    _warm(stores[True])
    gc.freeze()
    control.sendall(b"+")
    children: set[int] = set()
    ending: set[int] = set()  # killed, and perhaps still giving back their memory
    try:
        while command := control.recv(1):
            ending = {pid for pid in ending if os.waitpid(pid, os.WNOHANG)[0] == 0}
            if command == FORK:
                children.add(_fork(control, stores, config["memory_mib"]))
            elif command == FORGET:
                pid = PID.unpack(_exactly(control, PID.size))[0]
                children.discard(pid)
                ending.add(pid)
            elif command == STATED:
                if False not in stores:
                    stores[False] = LocalStore.memory(Path(config["graph"]), infer=False)
                control.sendall(b"+")
            elif command == STATUS:
                pid = PID.unpack(_exactly(control, PID.size))[0]
                children.discard(pid)
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                control.sendall(PID.pack(code))
    finally:
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def wire_read(sock: socket.socket) -> bytes:
    """Read one length and so many bytes."""
    return _exactly(sock, wire.LENGTH.unpack(_exactly(sock, wire.LENGTH.size))[0])


def _fork(control: socket.socket, stores: Mapping[bool, LocalStore], memory_mib: int) -> int:
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LINE_BYTES)
    pid = os.fork()
    if pid == 0:
        control.close()
        ours.close()
        _be_worker(theirs, stores, memory_mib)
    theirs.close()
    socket.send_fds(control, [PID.pack(pid)], [ours.fileno()])
    ours.close()
    return pid


def _be_worker(sock: socket.socket, stores: Mapping[bool, LocalStore], memory_mib: int) -> NoReturn:
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 2)  # the engine's last words would go to the service's terminal
        os.close(silence)
        limits.allow_memory(memory_mib)
        limits.lower("RLIMIT_NOFILE", 0)
        while True:
            _serve_one(sock, stores)
    except (EOFError, OSError):
        pass  # whoever asked has left
    finally:
        os._exit(0)


def _serve_one(sock: socket.socket, stores: Mapping[bool, LocalStore]) -> None:
    request, format_name, max_bytes = wire.unpack_request(wire_read(sock))
    out = _Chunks(sock, max_bytes)
    try:
        _answer(stores[request.infer], request, by_name(format_name), out)  # type: ignore[arg-type]
        out.end(wire.END)
    except IpGraphError as error:
        out.end(wire.ERROR, wire.pack_error(error), keep=False)
    except MemoryError:
        out.end(wire.ERROR, wire.pack_error(_OUT_OF_MEMORY), keep=False)


def _answer(store: LocalStore, request: wire.Request, form: Format, out: IO[bytes]) -> None:
    if isinstance(request, wire.Job):
        jobs.perform(store, request, form, out)
    else:
        write_answer(store, request, form, out)


class _Chunks:
    """A binary file for the serialisers, whose content leaves in frames of bounded size."""

    def __init__(self, sock: socket.socket, max_bytes: int) -> None:
        self._sock = sock
        self._left = max_bytes
        self._max_bytes = max_bytes
        self._held = bytearray()
        self._chunk_bytes = _FIRST_CHUNK_BYTES

    def write(self, part: bytes) -> int:
        self._left -= len(part)
        if self._left < 0:
            raise SizeLimitExceeded(
                f"The answer is larger than {self._max_bytes:,} bytes; add LIMIT, or take a dump.",
                limit="answer_limit_mib",
            )
        self._held += part
        if len(self._held) >= self._chunk_bytes:
            self._sock.sendall(wire.frame(wire.DATA, self._held))
            self._held.clear()
            self._chunk_bytes = _CHUNK_BYTES
        return len(part)

    def flush(self) -> None:
        """Do nothing: what is held leaves with the frame that ends the answer."""

    def end(self, kind: int, payload: bytes = b"", *, keep: bool = True) -> None:
        held = wire.frame(wire.DATA, self._held) if self._held and keep else b""
        self._sock.sendall(held + wire.frame(kind, payload))


def _warm(store: LocalStore) -> None:
    """Use every format and the paths of errors once: a worker cannot import any more."""
    for form in FORMATS:
        text = "ASK {}" if form.holds is Holds.BINDINGS else "CONSTRUCT { ?s ?p ?o } WHERE {}"
        write_answer(store, Query(text), form, io.BytesIO())
        for name in ("describe", "graph"):
            jobs.perform(store, wire.Job(name, "urn:none"), form, io.BytesIO())
    for name, text in (("resolve", "a"), ("explain", '["ip", "a", "b"]')):
        with contextlib.suppress(IpGraphError):
            jobs.perform(store, wire.Job(name, text), by_name("json"), io.BytesIO())
    for text in ("SELEC", "ASK { ?s ?p }", "ASK FROM <urn:none> {}", "ASK FROM <none> { é }"):
        with contextlib.suppress(IpGraphError):
            write_answer(store, Query(text), by_name("json"), io.BytesIO())
    for body in (
        '{"head":{"vars":["b"]},"results":{"bindings":[{"b":{"type":"bnode","value":"b"}}]}}',
        "{",
    ):
        table = ServiceResult(6, 15, "", False, "json", body)
        with contextlib.suppress(IpGraphError):
            query = Query("ASK { SERVICE 1 }", tables=(table,))
            write_answer(store, query, by_name("json"), io.BytesIO())
    str(ascii(1).encode("utf-8").decode("utf-8", "replace"))


def _exactly(sock: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = sock.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


if __name__ == "__main__":
    main(int(sys.argv[1]))
