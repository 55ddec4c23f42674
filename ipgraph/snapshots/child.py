"""The process of a build: ``python -m ipgraph.snapshots.child``, started by `isolation.run`.

It reads a pickled request from standard input and writes lines of JSON, a kind and a value, to
standard output. Only its parent writes the request; what it returns is JSON, because files from
elsewhere have passed through here.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import pickle
import sys
import threading
from importlib import import_module
from typing import IO, Any

from ipgraph.errors import IpGraphError
from ipgraph.workers import limits, wire


def main() -> None:
    """Run one function, then exit without the interpreter's clean-up."""
    gc.set_threshold(100_000, 20, 20)
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints is not part of the protocol
    function, arguments, memory_limit_mib, log_level = pickle.load(sys.stdin.buffer)  # noqa: S301  from the parent
    _end_with_parent()
    logging.basicConfig(level=log_level, handlers=[_Forwarding(out)])
    module, _, name = function.partition(":")
    call = getattr(import_module(module), name)
    limits.lower("RLIMIT_CORE", 0)
    limits.limit_memory(memory_limit_mib)
    try:
        result = call(
            *arguments,
            report=lambda stage: _send(out, "stage", stage),
            reading=lambda path: _send(out, "file", str(path)),
        )
    except IpGraphError as error:
        _send(out, "error", wire.pack_error(error).decode())
    except OSError as error:
        _send(out, "os error", [error.errno, error.strerror or str(error), error.filename])
    else:
        _send(out, "result", result)
    os._exit(0)


def _send(out: IO[bytes], kind: str, value: Any) -> None:
    line = json.dumps([kind, value], default=os.fspath).encode() + b"\n"
    view = memoryview(line)
    while view:
        view = view[out.write(view) :]


class _Forwarding(logging.Handler):
    """Sends records to the parent, which has the handlers of the program."""

    def __init__(self, out: IO[bytes]) -> None:
        super().__init__()
        self._out = out

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record."""
        _send(self._out, "log", [record.name, record.levelno, record.getMessage()])


def _end_with_parent() -> None:
    """End this process when the parent does, that is, when standard input ends."""
    if sys.platform == "linux":
        # A signal ends the process also while Oxigraph runs, without a thread that waits.
        import fcntl
        import select

        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
        poll = select.poll()
        poll.register(0, select.POLLHUP)
        if poll.poll(0):  # the parent ended before the signal was set up
            os._exit(1)
    else:
        threading.Thread(target=_exit_at_end_of_input, daemon=True).start()


def _exit_at_end_of_input() -> None:
    os.read(0, 1)  # the parent sends nothing after the request
    os._exit(1)


if __name__ == "__main__":
    main()
