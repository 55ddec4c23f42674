"""Run a function that reads files from elsewhere in a process of its own.

Oxigraph's parsers cannot be stopped, and a crash in them ends their process. So this process reads
no such file: it starts a fresh interpreter (a fork is not safe where threads run), which has limits
of time and memory and ends with this process.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from ipgraph import resources
from ipgraph.errors import BuildStopped
from ipgraph.snapshots.limits import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.snapshots.limits import BuildLimits

# What the runtimes of Rust, C++ and Python print when they run out of memory; the last is that of
# threads without address space for a stack.
_OUT_OF_MEMORY = (
    *(b"memory allocation of", b"bad_alloc", b"MemoryError", b"Cannot allocate memory"),
    b"Resource temporarily unavailable",
)
# An arena reserves 64 MiB of address space, which the limit counts: 320 MiB less for any build.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
_LAST_BYTES = 4096  # of the child's standard error


def run(
    function: str,
    *arguments: object,
    limits: BuildLimits,
    size_bytes: int,
    report: Callable[[str], None] = lambda stage: None,
) -> Any:
    """Call ``module:function`` with `arguments` in a child process; return its result, as JSON.

    `size_bytes` is the size of the files that it reads, which adds to the limits. `report` is
    called with each stage. Raises the `IpGraphError` or `OSError` of the function, and
    `BuildStopped` if the process reached a limit or crashed.
    """
    memory_mib = limits.memory_mib(size_bytes)
    level = logging.getLogger("ipgraph").getEffectiveLevel()
    request = pickle.dumps((function, arguments, memory_mib, level))
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ipgraph.snapshots.child"],
            env={**_ENVIRONMENT, **os.environ, "PYTHONPATH": resources.import_path()},
            start_new_session=True,  # Ctrl+C is for this process, which then ends the child
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        child = _Child(process, errors, limits.time_s(size_bytes), memory_mib)
        try:
            return child.converse(request, report)
        finally:
            child.end()


@dataclass(slots=True)
class _Child:
    """The child process and what it has said about its progress."""

    process: subprocess.Popen[bytes]
    errors: IO[bytes]
    time_s: float | None
    memory_mib: int
    stage: str = "load"
    file: str = ""
    is_late: bool = False

    def converse(self, request: bytes, report: Callable[[str], None]) -> Any:
        """Send the request; return the result."""
        timer = threading.Timer(self.time_s, self._stop) if self.time_s else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            return self._converse(request, report)
        finally:
            if timer:
                timer.cancel()

    def _converse(self, request: bytes, report: Callable[[str], None]) -> Any:
        assert self.process.stdin  # noqa: S101  both are pipes
        assert self.process.stdout  # noqa: S101
        try:
            self.process.stdin.write(request)  # stays open: its end tells the child of ours
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self._stopped() from None
        for line in self.process.stdout:
            kind, value = json.loads(line)
            if kind == "result":
                return value
            if kind == "stage":
                self.stage, self.file = value, ""
                report(value)
            elif kind == "file":
                self.file = value
            else:
                _handle(kind, value)
        raise self._stopped()

    def _stop(self) -> None:
        self.is_late = True
        self.process.kill()

    def _stopped(self) -> BuildStopped:
        """Return an error that says what the process was doing and why it ended."""
        code = self.process.wait()
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, self.errors.tell() - _LAST_BYTES))
        printed = self.errors.read()
        doing = f"Loading {self.file}" if self.file else STAGES[self.stage]
        if self.is_late:
            return BuildStopped(
                f"{doing} was stopped: the build took longer than {self.time_s:,.0f} s.",
                hint="If the files are right, raise build_time_limit_s.",
            )
        if any(mark in printed for mark in _OUT_OF_MEMORY):
            return BuildStopped(
                f"{doing} was stopped: the build needs more than {self.memory_mib:,} MiB.",
                hint="If the files are right, raise build_memory_limit_mib.",
            )
        if code == -signal.SIGKILL:
            return BuildStopped(
                f"{doing} was stopped: the process was killed.",
                hint="The machine may have too little memory.",
            )
        last_line = printed.decode("utf-8", "replace").strip().rpartition("\n")[2]
        reason = f"signal {-code}" if code < 0 else f"exit code {code}"
        error = BuildStopped(
            f"{doing} crashed ({reason}{f': {last_line}' if last_line else ''}).",
            hint="The file may be malformed. Please report it.",
        )
        error.__cause__ = RuntimeError(printed.decode("utf-8", "replace"))
        return error

    def end(self) -> None:
        """End the process, if it still runs, and close its pipes."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with suppress(BrokenPipeError):  # of what the process was killed before reading
                    pipe.close()


def _handle(kind: str, value: Any) -> None:
    """Raise an error of the child, or log its record."""
    if kind == "log":
        name, level, message = value
        logging.getLogger(name).log(level, "%s", message)
    elif kind == "os error":
        raise OSError(*value)
    elif kind == "error":
        from ipgraph.workers import wire  # late: only an error needs it

        raise wire.unpack_error(value.encode())
