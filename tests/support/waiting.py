"""Waits that end by an event or by the death of what they wait for, never by a clock.

A test that hangs all the same is ended by `faulthandler_timeout` in ``pyproject.toml``, the only
time limit of the tests.
"""

from __future__ import annotations

import select
import subprocess
import threading
from collections import deque
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import signal
    import socket
    from collections.abc import Callable, Mapping, Sequence

# How often a wait looks whether what it waits for is still alive. No wait fails because of it.
CHECK_INTERVAL_S = 0.05
_MAX_QUOTED_LINES = 40


class EndedEarly(AssertionError):
    """A thread or a process ended before what a test waits for happened."""


def wait_for_event(event: threading.Event, thread: threading.Thread) -> None:
    """Wait for an event that a thread causes. Raise `EndedEarly` if the thread ends without it."""
    while not event.wait(CHECK_INTERVAL_S):
        if not thread.is_alive() and not event.is_set():
            raise EndedEarly(f"The thread {thread.name!r} ended without the event.")


def wait_until(is_true: Callable[[], bool], check_alive: Callable[[], None]) -> None:
    """Wait until a condition is true; `check_alive` raises if nothing can make it true anymore."""
    pause = threading.Event()
    while not is_true():
        check_alive()
        pause.wait(CHECK_INTERVAL_S)


def wait_until_readable(connection: socket.socket, check_alive: Callable[[], None]) -> None:
    """Wait until a connection has data or is closed; `check_alive` raises if the peer is dead."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    while not poll.poll(CHECK_INTERVAL_S * 1000):
        check_alive()


class Child:
    """A process whose standard error is read line by line."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env)
        self.seen = ""  # what has been returned by `wait_for`, or passed over by it
        self._lines: deque[str] = deque()
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()

    def wait_for(self, words: str) -> str:
        """Return the next line that contains the words.

        Raise `EndedEarly` with what the process has printed if it ends before.
        """
        while True:
            line = self._next_line()
            if line is None:
                printed = "".join(self.seen.splitlines(keepends=True)[-_MAX_QUOTED_LINES:])
                code = self.process.returncode
                raise EndedEarly(f"The process ended with {code} before {words!r}:\n{printed}")
            self.seen += line
            if words in line:
                return line

    def _next_line(self) -> str | None:
        """Wait for a line; return None if the process has ended and everything was read."""
        while True:
            is_dead = self.process.poll() is not None
            if is_dead:
                # Its last lines are in the pipe. A surviving grandchild may hold the pipe open.
                self._reader.join(1)
            with self._changed:
                if self._lines:
                    return self._lines.popleft()
                if is_dead:
                    return None
                self._changed.wait(CHECK_INTERVAL_S)

    def end(self, number: signal.Signals) -> int:
        """Send a signal, wait for the end of the process, and return its exit code."""
        self.process.send_signal(number)
        code = self.process.wait()
        self.close()
        return code

    def close(self) -> None:
        """Kill the process if it is alive, and read what it has left."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(1)
        if not self._reader.is_alive():
            assert self.process.stderr is not None
            self.process.stderr.close()
        self.seen += "".join(self._lines)
        self._lines.clear()
