"""One query in a fork of this process, killed at its time limit: the way of the command line."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from typing import TYPE_CHECKING

from ipgraph.errors import (
    IpGraphError,
    MemoryLimitExceeded,
    QueryTooComplex,
    TimeLimitExceeded,
)
from ipgraph.workers.evaluation import write_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.serialization.formats import Format
    from ipgraph.serialization.results import Fitting
    from ipgraph.sparql.query import Query
    from ipgraph.store import Store


def run_once(
    open_store: Callable[[], Store],
    query: Query,
    form: Format | Fitting,
    descriptor: int,
    *,
    time_limit_s: float,
    memory_limit_mib: int = 0,
) -> None:
    """Write the answer of `query` to an open file descriptor, in a process that can be killed.

    `open_store` is called in that process: a store on disk must be opened after the fork. What it
    takes is not counted; `memory_limit_mib` is for the query, 0 for any amount. The descriptor
    may hold a part of the answer when an error is raised: `TimeLimitExceeded`,
    `MemoryLimitExceeded`, `QueryTooComplex` where the process died, and what `write_answer`
    raises. Call it from a single-threaded process; where there is no fork, the query runs here
    and without a limit.
    """
    if not hasattr(os, "fork"):
        with os.fdopen(os.dup(descriptor), "wb") as out:
            write_answer(open_store(), query, form, out)
        return
    reading, writing = os.pipe()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        ready = _bounded(open_store, memory_limit_mib)
        _child(ready, query, form, descriptor, writing)
    os.close(writing)
    code = 0
    with os.fdopen(reading, "rb", buffering=0) as report:
        try:
            told = _wait(report.fileno(), started + time_limit_s)
        finally:
            code = _end(pid)
        if told is None:
            raise TimeLimitExceeded(
                f"The query was stopped after {time_limit_s:g} s; add LIMIT, select more narrowly, "
                "or allow more with --timeout.",
                limit="query_time_limit_s",
                elapsed_ms=round((time.monotonic() - started) * 1000),
            )
    if code == -signal.SIGABRT:  # how Rust ends when memory is refused
        raise _out_of_memory(memory_limit_mib)
    if told == b"":
        raise QueryTooComplex(
            "The query brought its process down; make it simpler.", limit="query-too-complex"
        )
    if told != b"ok":
        from ipgraph.workers.wire import unpack_error  # late: only an error pays for it

        raise unpack_error(told)


def _bounded(open_store: Callable[[], Store], memory_limit_mib: int) -> Callable[[], Store]:
    """Return what opens the store and then bounds what this process may take beyond it."""

    def ready() -> Store:
        store = open_store()
        if memory_limit_mib:
            from ipgraph.workers import limits  # late: in the child alone

            limits.lower("RLIMIT_CORE", 0)
            limits.allow_memory(memory_limit_mib)
        return store

    return ready


def _out_of_memory(memory_limit_mib: int) -> MemoryLimitExceeded:
    return MemoryLimitExceeded(
        f"The query needs more than {memory_limit_mib} MiB; select fewer rows, sort or group fewer "
        "of them, or allow more with --memory.",
        limit="query_memory_limit_mib",
    )


def _child(
    open_store: Callable[[], Store],
    query: Query,
    form: Format | Fitting,
    descriptor: int,
    report: int,
) -> None:
    """Answer, report and leave without the parent's clean-up; never returns."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # who reads no more needs no more
    signal.signal(signal.SIGABRT, signal.SIG_DFL)  # a handler of the parent would tell its stack
    terminal = os.dup(2)
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the engine's last words are not ours
        with os.fdopen(os.dup(descriptor), "wb", buffering=1 << 16) as out:
            write_answer(open_store(), query, form, out)
        os.write(report, b"ok")
    except IpGraphError as error:
        _tell(report, error)
    except MemoryError:
        os.abort()  # as the engine does
    except BaseException:  # a fork must not unwind into its parent's frames
        os.dup2(terminal, 2)
        with contextlib.suppress(Exception):
            import traceback

            traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(0)


def _tell(report: int, error: IpGraphError) -> None:
    from ipgraph.workers.wire import pack_error  # late: only an error pays for it

    os.write(report, pack_error(error))


def _wait(report: int, deadline: float) -> bytes | None:
    """Return all that the child reports, empty where it died first; None at the deadline."""
    told = b""
    while True:
        ready, _, _ = select.select([report], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        part = os.read(report, 1 << 16)
        if not part:
            return told
        told += part


def _end(pid: int) -> int:
    """End a child that may have ended by itself; return how: minus the signal, or its code."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
