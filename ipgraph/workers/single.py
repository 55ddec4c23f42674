"""Run queries in a fork of this process, killed at its time limit. Used by the command line."""

from __future__ import annotations

import contextlib
import io
import os
import select
import signal
import sys
import time
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ipgraph.errors import (
    IpGraphError,
    MemoryLimitExceeded,
    QueryTooComplex,
    TimeLimitExceeded,
)
from ipgraph.serialization.emptiness import MAX_EMPTY_BYTES, is_empty
from ipgraph.serialization.line_end import ended
from ipgraph.serialization.results import ResultFormats
from ipgraph.workers.evaluation import write_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ipgraph.serialization.formats import Format
    from ipgraph.sparql.query import Query
    from ipgraph.store import Store

_DONE = b"ok"
T = TypeVar("T")


def run_once(
    open_store: Callable[[], Store],
    query: Query,
    output_format: Format | ResultFormats,
    descriptor: int,
    *,
    time_limit_s: float,
    memory_limit_mib: int = 0,
) -> str:
    """Write the result of `query` to an open file descriptor, in a process that can be killed.

    It ends with a newline.

    Returns the hints for a result without rows, one on each line, and otherwise an empty text.
    `open_store` runs in that process: a store on disk must be opened after the fork. The memory
    that it uses does not count toward `memory_limit_mib` (0: no limit). If an error is raised,
    the descriptor may hold a part of the result. Raises `TimeLimitExceeded`,
    `MemoryLimitExceeded`, `QueryTooComplex` if the process crashed, and what `write_result`
    raises. Call it from a single-threaded process. Without `os.fork` the query runs in this
    process without limits.
    """
    if not hasattr(os, "fork"):
        with os.fdopen(os.dup(descriptor), "wb") as out, ended(out) as text:
            write_result(open_store(), query, output_format, text)
        return ""

    def child(report: int) -> None:
        limited_open = _with_memory_limit(open_store, memory_limit_mib)
        _run_child(limited_open, query, output_format, descriptor, report)

    return _supervised(child, time_limit_s, memory_limit_mib).decode()


def call_once(
    prepare: Callable[[], object],
    call: Callable[[], T],
    *,
    time_limit_s: float,
    memory_limit_mib: int = 0,
) -> T:
    """Return what `call` returns in a process that can be killed, where it may run queries.

    `prepare` runs first in that process: the memory that it uses does not count. It opens what is
    on disk, as `open_store` in `run_once`. Raises the same errors, and those of both functions.
    """
    if not hasattr(os, "fork"):
        prepare()
        return call()
    import pickle  # only this program's own child is read

    def child(report: int) -> None:
        _call_in_child(prepare, call, memory_limit_mib, report)

    packed = _supervised(child, time_limit_s, memory_limit_mib)
    return cast("T", pickle.loads(packed))  # noqa: S301


def _supervised(child: Callable[[int], None], time_limit_s: float, memory_limit_mib: int) -> bytes:
    """Run `child`, which writes a report and never returns, in a fork; return the report."""
    reading, writing = os.pipe()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        child(writing)
    os.close(writing)
    code = 0
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        try:
            report = _read_report(pipe.fileno(), started + time_limit_s)
        finally:
            code = _kill(pid)
        if report is None:
            raise TimeLimitExceeded(
                f"The query exceeded the time limit of {time_limit_s:g} s. Add LIMIT or a more "
                "selective pattern, or raise the limit with --timeout.",
                limit="query_time_limit_s",
                elapsed_ms=round((time.monotonic() - started) * 1000),
            )
    if code == -signal.SIGABRT:  # how Rust ends when memory is refused
        raise MemoryLimitExceeded(
            f"The query exceeded the memory limit of {memory_limit_mib} MiB. Select fewer rows, "
            "sort or group fewer rows, or raise the limit with --memory.",
            limit="query_memory_limit_mib",
        )
    if report == b"":
        raise QueryTooComplex(
            "The query crashed its process. Try a simpler query.", limit="query-too-complex"
        )
    if not report.startswith(_DONE):
        from ipgraph.workers.wire import unpack_error  # late: only an error pays for it

        raise unpack_error(report)
    return report.removeprefix(_DONE)


def _with_memory_limit(
    open_store: Callable[[], Store], memory_limit_mib: int
) -> Callable[[], Store]:
    """Return a function that opens the store and then limits the memory of this process."""

    def limited_open() -> Store:
        store = open_store()
        _limit_memory(memory_limit_mib)
        return store

    return limited_open


def _limit_memory(memory_limit_mib: int) -> None:
    if memory_limit_mib:
        from ipgraph.workers import limits  # late: only the child needs it

        limits.lower("RLIMIT_CORE", 0)
        limits.limit_memory(memory_limit_mib)


def _run_child(
    open_store: Callable[[], Store],
    query: Query,
    output_format: Format | ResultFormats,
    descriptor: int,
    report: int,
) -> None:
    """Run the query, write the report and exit without the parent's clean-up; never return."""
    with _reporting(report):
        raw = _Beginning(os.dup(descriptor), "wb")
        store = open_store()
        with io.BufferedWriter(raw, 1 << 16) as out, ended(out) as text:
            write_result(store, query, output_format, text)
        os.write(report, _DONE + _hints(store, query, output_format, raw.beginning.rstrip(b"\n")))


def _call_in_child(
    prepare: Callable[[], object], call: Callable[[], object], memory_limit_mib: int, report: int
) -> None:
    """Call, write what is returned, and exit as `_run_child` does."""
    import pickle

    with _reporting(report):
        prepare()
        _limit_memory(memory_limit_mib)
        _write_all(report, _DONE + pickle.dumps(call()))


@contextlib.contextmanager
def _reporting(report: int) -> Iterator[None]:
    """In a child: report an error, and exit at the end without the parent's clean-up."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that has gone ends the query
    signal.signal(signal.SIGABRT, signal.SIG_DFL)  # a handler of the parent would print its stack
    stderr = os.dup(2)
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # hide the engine's crash messages
        yield
    except IpGraphError as error:
        _report_error(report, error)
    except MemoryError:
        os.abort()  # as the engine does
    except BaseException:  # a fork must not unwind into its parent's frames
        os.dup2(stderr, 2)
        with contextlib.suppress(Exception):
            import traceback

            traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(0)


def _write_all(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb", closefd=False) as out:
        out.write(data)


class _Beginning(io.FileIO):
    """A file that remembers the beginning of what is written to it."""

    beginning = b""

    def write(self, part: Any) -> int:
        written = super().write(part)
        if len(self.beginning) <= MAX_EMPTY_BYTES:
            self.beginning += bytes(part[:written])
        return written


def _hints(
    store: Store, query: Query, output_format: Format | ResultFormats, result: bytes
) -> bytes:
    """Return the hints for the beginning of a result, as lines; nothing if it has rows."""
    formats = (
        {"SELECT": output_format.bindings, "CONSTRUCT": output_format.triples,
         "DESCRIBE": output_format.triples}
        if isinstance(output_format, ResultFormats)
        else dict.fromkeys(("SELECT", "CONSTRUCT", "DESCRIBE"), output_format)
    )  # fmt: skip
    if not any(is_empty(item.name, result) for item in {*formats.values()}):
        return b""
    from ipgraph.sparql import hints  # late: most results have rows; takes 80 ms

    form = hints.form_of(query.text)
    if form not in formats or not is_empty(formats[form].name, result):
        return b""
    terms = hints.terms_of(store)
    found = hints.find(
        store, query.text, dict(query.prefixes), query.base,
        nearest=lambda iri: hints.nearest_in(terms, iri), scans=True,
    )  # fmt: skip
    return "\n".join(map(str, found.items)).encode()


def _report_error(report: int, error: IpGraphError) -> None:
    from ipgraph.workers.wire import pack_error  # late: only an error pays for it

    os.write(report, pack_error(error))


def _read_report(pipe: int, deadline: float) -> bytes | None:
    """Return the child's report, empty if it died first; None at the deadline."""
    report = b""
    while True:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        chunk = os.read(pipe, 1 << 16)
        if not chunk:
            return report
        report += chunk


def _kill(pid: int) -> int:
    """Kill a child, which may have ended already; return its exit code, or minus the signal."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
