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
from typing import TYPE_CHECKING

from ipgraph.errors import StoreUnavailable
from ipgraph.workers import wire
from ipgraph.workers.zygote import DONE, EXIT_STATUS, FAILED, FORK, LOAD_STATED, PID, REAP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LOGGER = logging.getLogger(__name__)

_START_LIMIT_S = 120.0
_RECEIVE_BYTES = 256 << 10
_NICE = 19


class Zygote:
    """A process that holds one snapshot and forks workers. Thread-safe."""

    def __init__(self, graph_path: Path, memory_limit_mib: int) -> None:
        self._lock = threading.Lock()
        self._control, far_end = socket.socketpair()
        with far_end:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ipgraph.workers.zygote", str(far_end.fileno())],
                pass_fds=[far_end.fileno()],
                start_new_session=True,  # Ctrl+C is for the parent, which ends the zygote in order
                stdin=subprocess.DEVNULL,
            )
        self.has_stated = False
        self._worker_pids: set[int] = set()
        config = {"graph": str(graph_path), "memory_limit_mib": memory_limit_mib}
        message = json.dumps(config).encode()
        self._control.settimeout(_START_LIMIT_S)
        try:
            with self._lock:
                self._send(wire.LENGTH.pack(len(message)) + message)
        except BaseException:
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
        """Return a new worker; about 3 ms."""
        with self._lock:
            try:
                self._control.sendall(FORK)
                message, descriptors, _, _ = socket.recv_fds(self._control, PID.size, 1)
            except OSError as error:
                raise self._ended() from error
            if not descriptors:
                raise self._ended()
            has_stated = self.has_stated
            pid = PID.unpack(message)[0]
            self._worker_pids.add(pid)
        return Worker(self, socket.socket(fileno=descriptors[0]), pid, has_stated)

    def load_stated(self) -> None:
        """Load the store without inferred statements; later workers hold it."""
        with self._lock:
            if not self.has_stated:
                self._send(LOAD_STATED)
                self.has_stated = True

    def reap(self, pid: int) -> None:
        """Reap a killed worker, without waiting until its memory is free."""
        with self._lock, contextlib.suppress(OSError):
            self._worker_pids.discard(pid)
            self._control.sendall(REAP + PID.pack(pid))

    def exit_status(self, pid: int) -> int:
        """Reap a worker that ended by itself; return its exit code, or minus the signal."""
        with self._lock, contextlib.suppress(OSError):
            self._worker_pids.discard(pid)
            self._control.sendall(EXIT_STATUS + PID.pack(pid))
            response = self._control.recv(PID.size, socket.MSG_WAITALL)
            if len(response) == PID.size:
                return int(PID.unpack(response)[0])
        return -int(signal.SIGKILL)

    def close(self) -> None:
        """End the zygote and every worker that it forked."""
        self._control.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _send(self, command: bytes) -> None:
        try:
            self._control.sendall(command)
            response = self._control.recv(1)
            if response == DONE:
                return
            if response == FAILED:
                head = self._control.recv(wire.LENGTH.size, socket.MSG_WAITALL)
                (size,) = wire.LENGTH.unpack(head)
                raise wire.unpack_error(self._control.recv(size, socket.MSG_WAITALL))
        except OSError as error:
            raise self._ended() from error
        raise self._ended()

    def _ended(self) -> StoreUnavailable:
        _LOGGER.error("The process that holds the graph has ended (pid %d)", self._process.pid)
        return StoreUnavailable(
            "The process that holds the graph has ended.", hint="Restart the service."
        )


class Worker:
    """A process that runs one query at a time."""

    def __init__(self, zygote: Zygote, sock: socket.socket, pid: int, has_stated: bool) -> None:
        self.pid = pid
        self.zygote = zygote
        self.has_stated = has_stated
        self.is_demoted = False
        self._sock = sock
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
        self._unless_gone(lambda: os.kill(self.pid, signal.SIGSTOP))

    def resume(self) -> None:
        """Let a suspended worker continue."""
        self._unless_gone(lambda: os.kill(self.pid, signal.SIGCONT))

    def kill(self) -> None:
        """Kill the worker without waiting for its end. Its process id is not used again."""
        if not self._is_closed:
            self._unless_gone(lambda: os.kill(self.pid, signal.SIGKILL))
            self._close()
            self.zygote.reap(self.pid)

    def exit_status(self) -> int:
        """Return how a worker ended that closed its socket: its exit code, or minus the signal."""
        if self._is_closed:
            return 0
        self._close()
        return self.zygote.exit_status(self.pid)

    def _close(self) -> None:
        self._is_closed = True
        self._sock.close()

    def _unless_gone(self, call: Callable[[], None]) -> None:
        """Call a function on the process, unless the process has ended."""
        if not self._is_closed:
            with contextlib.suppress(OSError):
                call()
