"""Functions that `ipgraph.snapshots.isolation` runs in a child process."""

from __future__ import annotations

import logging
import os
import signal
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import InvalidData, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    Report = Callable[[str], None]


def echo(value: Any, report: Report, reading: Report) -> Any:
    report("load")
    reading("a.ttl")
    report("infer")
    return value


def fail(report: Report, reading: Report) -> None:
    raise InvalidData("wrong", place=Place(3, 4, "a.ttl"), hint="right")


def open_missing(report: Report, reading: Report) -> None:
    os.stat("/missing")


def log(report: Report, reading: Report) -> None:
    logging.getLogger("ipgraph.test").warning("care%s", "ful")
    logging.getLogger("ipgraph.test").debug("unseen")


def print_text(report: Report, reading: Report) -> int:
    print("text")  # noqa: T201  the test is about this
    os.write(1, b"more text\n")
    return 1


def loop(report: Report, reading: Report) -> None:
    reading("/data/a.ttl")
    while True:
        pass


def fill(report: Report, reading: Report) -> None:
    reading("/data/a.ttl")
    bytearray(1 << 30)


def fill_engine(report: Report, reading: Report) -> None:
    name = ox.NamedNode("http://e/")
    store = ox.Store()
    store.bulk_extend(ox.Quad(name, name, ox.Literal("x" * 1000 + str(n))) for n in range(10**9))


def crash(report: Report, reading: Report) -> None:
    report("infer")
    os.kill(os.getpid(), signal.SIGSEGV)


def raise_other(report: Report, reading: Report) -> None:
    raise ValueError("odd")


def be_killed(report: Report, reading: Report) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def report_pid_and_loop(report: Report, reading: Report) -> None:
    report(str(os.getpid()))
    while True:
        pass
