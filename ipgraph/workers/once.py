"""One query in a fork of this process, killed at its time limit: the way of the command line."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from typing import TYPE_CHECKING

from ipgraph.errors import IpGraphError, LimitReached, QueryTooComplex, TimeLimitExceeded
from ipgraph.workers.evaluation import write_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.formats import Format
    from ipgraph.store import Store
    from ipgraph.store.answers import Fitting
    from ipgraph.store.query import Query


def run_once(
    open_store: Callable[[], Store],
    query: Query,
    form: Format | Fitting,
    descriptor: int,
    *,
    time_limit_s: float,
) -> None:
    """Write the answer of `query` to an open file descriptor, in a process that can be killed.

    `open_store` is called in that process: a store on disk must be opened after the fork. The
    descriptor may hold a part of the answer when an error is raised: `TimeLimitExceeded`,
    `QueryTooComplex` where the process died, and what `write_answer` raises. Call it from a
    single-threaded process; where there is no fork, the query runs here and without a limit.
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
        _child(open_store, query, form, descriptor, writing)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as report:
        try:
            told = _wait(report.fileno(), started + time_limit_s)
        finally:
            _end(pid)
        if told is None:
            raise TimeLimitExceeded(
                f"The query was stopped after {time_limit_s:g} s; add LIMIT, select more narrowly, "
                "or allow more with --timeout.",
                limit="query_time_limit_s",
                elapsed_ms=round((time.monotonic() - started) * 1000),
            )
    if told == b"":
        raise QueryTooComplex(
            "The query brought its process down; make it simpler.", limit="query-too-complex"
        )
    if told != b"ok":
        from ipgraph.workers.wire import unpack_error  # late: only an error pays for it

        raise unpack_error(told)


def _child(
    open_store: Callable[[], Store],
    query: Query,
    form: Format | Fitting,
    descriptor: int,
    report: int,
) -> None:
    """Answer, report and leave without the parent's clean-up; never returns."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # who reads no more needs no more
    try:
        with os.fdopen(os.dup(descriptor), "wb", buffering=1 << 16) as out:
            write_answer(open_store(), query, form, out)
        os.write(report, b"ok")
    except IpGraphError as error:
        _tell(report, error)
    except MemoryError:
        _tell(report, LimitReached("The query ran out of memory.", limit="memory"))
    except BaseException:  # a fork must not unwind into its parent's frames
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


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
