"""The owner's end of a zygote, and of each worker that it forks."""

from __future__ import annotations

import contextlib
import json
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
from ipgraph.workers.zygote import FORGET, FORK, PID, STATED, STATUS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_START_LIMIT_S = 120.0
_RECEIVE_BYTES = 256 << 10
_NICE = 19


class Zygote:
    """A process that holds one snapshot and forks workers from it; safe for threads."""

    def __init__(self, graph_path: Path, memory_mib: int) -> None:
        self._lock = threading.Lock()
        self._control, far_end = socket.socketpair()
        with far_end:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ipgraph.workers.zygote", str(far_end.fileno())],
                pass_fds=[far_end.fileno()],
                start_new_session=True,  # Ctrl+C is for the owner, which ends it in order
                stdin=subprocess.DEVNULL,
            )
        self.has_stated = False
        config = json.dumps({"graph": str(graph_path), "memory_mib": memory_mib}).encode()
        self._control.settimeout(_START_LIMIT_S)
        self._command(wire.LENGTH.pack(len(config)) + config)

    @property
    def pid(self) -> int:
        """The process id of the zygote."""
        return self._process.pid

    def fork(self) -> Worker:
        """Return a new worker; about 3 ms."""
        with self._lock:
            try:
                self._control.sendall(FORK)
                message, descriptors, _, _ = socket.recv_fds(self._control, PID.size, 1)
            except OSError as error:
                raise self._gone() from error
            if not descriptors:
                raise self._gone()
            has_stated = self.has_stated
        return Worker(
            self, socket.socket(fileno=descriptors[0]), PID.unpack(message)[0], has_stated
        )

    def load_stated(self) -> None:
        """Have the store without what is inferred loaded; workers forked from now on hold it."""
        if not self.has_stated:
            self._command(STATED)
            self.has_stated = True

    def forget(self, pid: int) -> None:
        """Have a worker reaped that was killed; its memory may take a while to be given back."""
        with self._lock, contextlib.suppress(OSError):
            self._control.sendall(FORGET + PID.pack(pid))

    def status(self, pid: int) -> int:
        """Reap a worker that has ended by itself: its exit code, or minus the signal."""
        with self._lock, contextlib.suppress(OSError):
            self._control.sendall(STATUS + PID.pack(pid))
            answer = self._control.recv(PID.size, socket.MSG_WAITALL)
            if len(answer) == PID.size:
                return int(PID.unpack(answer)[0])
        return -int(signal.SIGKILL)

    def close(self) -> None:
        """End the zygote and every worker of it."""
        self._control.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _command(self, command: bytes) -> None:
        with self._lock:
            try:
                self._control.sendall(command)
                if self._control.recv(1) == b"+":
                    return
            except OSError as error:
                raise self._gone() from error
        raise self._gone()

    def _gone(self) -> StoreUnavailable:
        return StoreUnavailable("The process that holds the graph has ended; restart the service.")


class Worker:
    """A process that answers one query at a time."""

    def __init__(self, zygote: Zygote, sock: socket.socket, pid: int, has_stated: bool) -> None:
        self.pid = pid
        self.zygote = zygote
        self.has_stated = has_stated
        self.demoted = False
        self._sock = sock
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._buffer = bytearray()
        self._closed = False

    def ask(self, request: bytes) -> None:
        """Send a request; raises `EOFError` where the worker has died."""
        self._buffer.clear()
        try:
            self._sock.sendall(request)
        except OSError as error:
            raise EOFError from error

    def frame(self, timeout_s: float) -> tuple[int, bytes] | None:
        """Return the next frame; None where none has come in time, `EOFError` where none will."""
        deadline = 0.0
        while True:
            taken = self.taken()
            if taken is not None:
                return taken
            if not deadline:
                deadline = time.monotonic() + timeout_s
            left_ms = max(0, int((deadline - time.monotonic()) * 1000) + 1)
            if not self._poll.poll(left_ms):
                return None
            try:
                part = self._sock.recv(_RECEIVE_BYTES)
            except OSError as error:
                raise EOFError from error
            if not part:
                raise EOFError
            self._buffer += part

    def fileno(self) -> int:
        """Return the descriptor of the line to the worker."""
        return self._sock.fileno()

    def receive(self) -> None:
        """Read once what has come, without waiting; raises `EOFError` where the worker died."""
        try:
            part = self._sock.recv(_RECEIVE_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError as error:
            raise EOFError from error
        if not part:
            raise EOFError
        self._buffer += part

    def taken(self) -> tuple[int, bytes] | None:
        """Return the next frame of what has been read; None where it is not whole yet."""
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
        """Let every other process go first. There is no way back: a demoted worker is not kept.

        Not `SCHED_IDLE`: Linux takes a processor that runs such a process for an idle one, places
        short queries there, and lets them wait for the next tick (6.18, measured: p99 of short
        queries 5.5 to 7.4 ms beside one runaway, 0.7 to 1.4 ms with `SCHED_BATCH`).
        """
        self.demoted = True
        self._tell(lambda: os.setpriority(os.PRIO_PROCESS, self.pid, _NICE))
        if hasattr(os, "sched_setscheduler"):
            self._tell(lambda: os.sched_setscheduler(self.pid, os.SCHED_BATCH, os.sched_param(0)))

    def pause(self) -> None:
        """Stop the worker where it is, keeping what it has done."""
        self._tell(lambda: os.kill(self.pid, signal.SIGSTOP))

    def resume(self) -> None:
        """Let a paused worker go on."""
        self._tell(lambda: os.kill(self.pid, signal.SIGCONT))

    def kill(self) -> None:
        """End the worker whatever it is doing. It is not waited for, and its id not used again."""
        if not self._closed:
            self._tell(lambda: os.kill(self.pid, signal.SIGKILL))
            self._close()
            self.zygote.forget(self.pid)

    def autopsy(self) -> int:
        """Say how a worker ended that closed its socket by itself: minus the signal, or a code."""
        if self._closed:
            return 0
        self._close()
        return self.zygote.status(self.pid)

    def _close(self) -> None:
        self._closed = True
        self._sock.close()

    def _tell(self, tell: Callable[[], None]) -> None:
        if not self._closed:
            with contextlib.suppress(OSError):
                tell()
