"""The parent's view of a zygote process and of the workers that it forks."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ipgraph import resources
from ipgraph.errors import StoreUnavailable
from ipgraph.workers import wire
from ipgraph.workers.zygote import DONE, EXIT_STATUS, FAILED, FORK, LOAD_STATED, PID, PING, REAP

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.workers.wire import GraphNames

_LOGGER = logging.getLogger(__name__)

_START_LIMIT_S = 120.0  # for loading a graph
_RESUME_INTERVAL_S = 0.5  # how often a process that does not reply is tested for that
_REPLY_LIMIT_S = 5.0  # for other commands, which take milliseconds
_RECEIVE_BYTES = 256 << 10
_NICE = 19


class ZygoteLost(StoreUnavailable):
    """The process that holds the graph has ended, or does not reply."""


class Zygote:
    """A process that holds one snapshot and forks workers. Thread-safe.

    After a reply that failed or came too late, the process is not used again.
    """

    def __init__(self, graph_path: Path, memory_limit_mib: int, names: GraphNames) -> None:
        self._lock = threading.Lock()
        self._is_lost = False
        self._control, far_end = _socket_pair()
        with far_end:
            self._process = _start(far_end.fileno(), self._control)
        self.has_stated = False
        self._worker_pids: set[int] = set()
        config = {
            "graph": str(graph_path),
            "memory_limit_mib": memory_limit_mib,
            "prefixes": dict(names.prefixes),
            "languages": names.languages,
        }
        message = json.dumps(config).encode()
        try:
            with self._lock:
                self._send(wire.LENGTH.pack(len(message)) + message, _START_LIMIT_S)
        except StoreUnavailable:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The process id of the zygote."""
        return self._process.pid

    @property
    def worker_pids(self) -> list[int]:
        """The process ids of the workers that have not been reaped, in order."""
        # Without the lock, which loading a store holds for seconds; a copy of a set is atomic.
        return sorted(self._worker_pids.copy())

    def fork(self) -> Worker:
        """Return a new worker; about 3 ms.

        Raises `ZygoteLost`, and `StoreUnavailable` if the system has no room for a process.
        """
        with self._lock:
            try:
                self._begin(FORK)
                message, descriptors, _, _ = socket.recv_fds(self._control, PID.size, 1)
            except OSError as error:
                raise self._lost() from error
            if len(message) < PID.size:
                raise self._lost()
            pid = PID.unpack(message)[0]
            if not descriptors:
                raise _no_process(OSError(-pid, os.strerror(-pid)))
            has_stated = self.has_stated
            self._worker_pids.add(pid)
        return Worker(self, socket.socket(fileno=descriptors[0]), pid, has_stated)

    def load_stated(self) -> None:
        """Load the store without inferred statements; later workers hold it."""
        with self._lock:
            if not self.has_stated:
                self._send(LOAD_STATED, _START_LIMIT_S)
                self.has_stated = True

    def reap(self, pid: int) -> None:
        """Reap a killed worker, without waiting until its memory is free."""
        with self._lock, contextlib.suppress(OSError, ZygoteLost):
            self._worker_pids.discard(pid)
            self._begin(REAP + PID.pack(pid))

    def exit_status(self, pid: int) -> int:
        """Reap a worker that ended by itself; return its exit code, or minus the signal.

        Without the zygote the status is unknown: then minus SIGKILL.
        """
        with self._lock, contextlib.suppress(ZygoteLost):
            self._worker_pids.discard(pid)
            try:
                self._begin(EXIT_STATUS + PID.pack(pid))
                response = self._control.recv(PID.size, socket.MSG_WAITALL)
            except OSError as error:
                raise self._lost() from error
            if len(response) == PID.size:
                return int(PID.unpack(response)[0])
            raise self._lost()
        return -int(signal.SIGKILL)

    def check(self) -> bool:
        """True if the process replies. A suspended process is resumed first."""
        if self._process.poll() is not None:
            self._lost()  # logs it
        if self._is_lost:
            return False
        self._resume()
        if not self._lock.acquire(timeout=_REPLY_LIMIT_S):
            return not self._is_lost  # it loads a store, and the loading has its own limit
        try:
            self._send(PING, _REPLY_LIMIT_S)
        except ZygoteLost:
            return False
        finally:
            self._lock.release()
        return True

    def close(self) -> None:
        """End the zygote and every worker that it forked."""
        limit_s = 0 if self._is_lost else 2
        self._is_lost = True  # from now on, without a message in the log
        self._control.close()
        try:
            self._process.wait(timeout=limit_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _resume(self) -> None:
        """Let the process continue if it was suspended."""
        if is_suspended(self.pid):
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGCONT)

    def _begin(self, command: bytes, limit_s: float = _REPLY_LIMIT_S) -> None:
        """Send a command whose reply must come within `limit_s`."""
        if self._is_lost:  # a late reply would be taken for that to this command
            raise self._lost()
        self._control.settimeout(limit_s)
        self._control.sendall(command)

    def _send(self, command: bytes, limit_s: float) -> None:
        try:
            self._begin(command, limit_s)
            deadline = time.monotonic() + limit_s
            readable = select.poll()
            readable.register(self._control, select.POLLIN)
            while not readable.poll(_RESUME_INTERVAL_S * 1000):
                if time.monotonic() > deadline:
                    raise self._lost()
                self._resume()
            response = self._control.recv(1)
            if response == DONE:
                return
            if response == FAILED:
                head = self._control.recv(wire.LENGTH.size, socket.MSG_WAITALL)
                (size,) = wire.LENGTH.unpack(head)
                raise wire.unpack_error(self._control.recv(size, socket.MSG_WAITALL))
        except OSError as error:
            raise self._lost() from error
        raise self._lost()

    def _lost(self) -> ZygoteLost:
        if not self._is_lost:
            self._is_lost = True
            _LOGGER.error(
                "The process that holds the graph has ended or does not reply (pid %d)",
                self._process.pid,
            )
        return ZygoteLost("The graph is being loaded again.", hint="Try again in a moment.")


class Worker:
    """A process that runs one query at a time."""

    def __init__(self, zygote: Zygote, sock: socket.socket, pid: int, has_stated: bool) -> None:
        self.pid = pid
        self.zygote = zygote
        self.has_stated = has_stated
        self.is_demoted = False
        self._sock = sock
        # A process id may belong to another process once the zygote is lost; this does not.
        self._handle = _handle_of(pid)
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._buffer = bytearray()
        self._is_closed = False

    def send(self, request: bytes) -> None:
        """Send a request. Raises `EOFError` if the worker has died."""
        self._buffer.clear()
        try:
            self._sock.sendall(request)
        except OSError as error:
            raise EOFError from error

    def wait_for_frame(self, timeout_s: float) -> tuple[int, bytes] | None:
        """Return the next frame, or None after `timeout_s`. Raises `EOFError` if it has died."""
        deadline = 0.0
        while True:
            frame = self.next_frame()
            if frame is not None:
                return frame
            if not deadline:
                deadline = time.monotonic() + timeout_s
            left_ms = max(0, int((deadline - time.monotonic()) * 1000) + 1)
            if not self._poll.poll(left_ms):
                return None
            try:
                chunk = self._sock.recv(_RECEIVE_BYTES)
            except OSError as error:
                raise EOFError from error
            if not chunk:
                raise EOFError
            self._buffer += chunk

    def fileno(self) -> int:
        """Return the descriptor of the socket to the worker."""
        return self._sock.fileno()

    def receive(self) -> None:
        """Read once what has arrived, without blocking. Raises `EOFError` if it has died."""
        try:
            chunk = self._sock.recv(_RECEIVE_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError as error:
            raise EOFError from error
        if not chunk:
            raise EOFError
        self._buffer += chunk

    def next_frame(self) -> tuple[int, bytes] | None:
        """Remove the next frame from the buffer and return it; None if it is incomplete."""
        head = wire.FRAME.size
        if len(self._buffer) < head:
            return None
        kind, size = wire.FRAME.unpack_from(self._buffer)
        if len(self._buffer) < head + size:
            return None
        payload = bytes(memoryview(self._buffer)[head : head + size])
        del self._buffer[: head + size]
        return kind, payload

    def demote(self) -> None:
        """Give the worker the lowest priority permanently: it will not run another query.

        Not `SCHED_IDLE`: Linux regards a processor that runs such a process as idle, places short
        queries there, and makes them wait for the next tick (6.18, measured: p99 of short queries
        5.5 to 7.4 ms next to one runaway, 0.7 to 1.4 ms with `SCHED_BATCH`).
        """
        self.is_demoted = True
        self._unless_gone(lambda: os.setpriority(os.PRIO_PROCESS, self.pid, _NICE))
        if hasattr(os, "sched_setscheduler"):
            parameters = os.sched_param(0)
            self._unless_gone(lambda: os.sched_setscheduler(self.pid, os.SCHED_BATCH, parameters))

    def pause(self) -> None:
        """Suspend the worker's process."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a suspended worker continue."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill the worker without waiting for its end. Its process id is not used again."""
        if not self._is_closed:
            self._signal(signal.SIGKILL)
            self._close()
            self.zygote.reap(self.pid)

    def exit_status(self) -> int:
        """Return how a worker ended that closed its socket: its exit code, or minus the signal."""
        if self._is_closed:
            return 0
        self._close()
        return self.zygote.exit_status(self.pid)

    def has_ended(self) -> bool:
        """True if an idle worker has ended, or has sent what nothing asked for."""
        return self._is_closed or bool(self._poll.poll(0))

    def _close(self) -> None:
        self._is_closed = True
        self._sock.close()
        if self._handle >= 0:
            os.close(self._handle)

    def _signal(self, number: signal.Signals) -> None:
        def send() -> None:
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, number)
            else:
                os.kill(self.pid, number)

        self._unless_gone(send)

    def _unless_gone(self, call: Callable[[], None]) -> None:
        """Call a function on the process, unless the process has ended."""
        if not self._is_closed:
            with contextlib.suppress(OSError):
                call()


def resume_children() -> None:
    """Let the suspended children of this process continue.

    A child that is suspended between fork and exec blocks the thread that starts it.
    """
    for children in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for pid in map(int, children.read_text(encoding="ascii").split()):
                if is_suspended(pid):
                    os.kill(pid, signal.SIGCONT)


def is_suspended(pid: int) -> bool:
    """True if a process is stopped by a signal; False where the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "T"


def _start(descriptor: int, control: socket.socket) -> subprocess.Popen[bytes]:
    """Start a zygote that reads its commands from a descriptor; `control` is the other end."""
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "ipgraph.workers.zygote", str(descriptor)],
            env={**os.environ, "PYTHONPATH": resources.import_path()},
            pass_fds=[descriptor],
            start_new_session=True,  # Ctrl+C is for the parent, which ends the zygote in order
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        control.close()
        raise _no_process(error) from error


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    try:
        return socket.socketpair()
    except OSError as error:
        raise _no_process(error) from error


def _no_process(error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"No process could be started: {error.strerror}.", hint="Try again later."
    )


def _handle_of(pid: int) -> int:
    """Return a descriptor of a process, or -1 if the system gives none."""
    if hasattr(os, "pidfd_open"):
        with contextlib.suppress(OSError):
            return os.pidfd_open(pid)
    return -1
