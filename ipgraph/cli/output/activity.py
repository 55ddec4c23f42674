"""What the command is doing, said on standard error once it takes long.

The first line is written after the time of the setting ``progress_after_s``. After it, whatever
else takes long is said too. A timer of the operating system interrupts whatever waits: a thread
would not survive the fork that runs a query.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_STANDARD_ERROR = 2
_NEXT_S = 1.0  # after the first line, how long something takes before it is said


@dataclass(slots=True)
class _Activity:
    """What this process does, and since when it is timed (0: it is not)."""

    text: str = ""
    started_s: float = 0.0
    is_late: bool = False

    def set_timer(self, seconds: float) -> None:
        """Call `on_time` after some seconds, in place of an earlier timer; 0: never."""
        if not hasattr(signal, "setitimer"):
            import threading  # late: only platforms without the timer, which cannot fork either

            if seconds:
                timer = threading.Timer(seconds, self.on_time)
                timer.daemon = True
                timer.start()
            return
        with contextlib.suppress(ValueError):  # not the main thread, which alone gets signals
            signal.signal(signal.SIGALRM, self.on_time)
            signal.setitimer(signal.ITIMER_REAL, seconds)

    def on_time(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Say what goes on, past Python's buffer: the timer may have interrupted a write to it."""
        self.is_late = True
        if self.text and self.started_s:
            elapsed_s = time.monotonic() - self.started_s
            line = f"ipgraph: {self.text} ({elapsed_s:.0f} s) …\n"
            with contextlib.suppress(OSError):  # nobody reads it
                os.write(_STANDARD_ERROR, line.encode())


_current = _Activity()


def start(after_s: float, text: str) -> None:
    """Say from `after_s` seconds on what the command is doing; 0: never. It begins with `text`."""
    if after_s and not _current.started_s:
        _current.text, _current.started_s = text, time.monotonic()
        _current.set_timer(after_s)


def begin(text: str, *, is_shown: bool = False) -> None:
    """Note what begins now, and whether it `is_shown` already and need not be said."""
    if text == _current.text:
        return
    _current.text = "" if is_shown else text
    if _current.started_s and _current.is_late:
        _current.set_timer(_NEXT_S)


def end() -> None:
    """Say nothing more."""
    if _current.started_s:
        _current.started_s = 0.0
        _current.set_timer(0)
