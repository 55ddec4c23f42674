"""A lane: so many places, and a bounded queue of those who wait for one."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_UP_S = 0.1


class Lane:
    """A number of places, given in no particular order among those who wait; safe for threads."""

    def __init__(self, places: int, max_waiting: int) -> None:
        self.places = places
        self.max_waiting = max_waiting
        self.taken = 0
        self.waiting = 0
        self._changed = threading.Condition()

    def enter(self, patience_s: float, alive: Callable[[], bool]) -> bool:
        """Take a place, waiting for it so long; False where the queue is full or time is over.

        Every tenth of a second `alive` is asked whether waiting still makes sense.
        """
        with self._changed:
            if self.taken < self.places:
                self.taken += 1
                return True
            if patience_s <= 0 or self.waiting >= self.max_waiting:
                return False
            self.waiting += 1
            deadline = time.monotonic() + patience_s
            try:
                while self.taken >= self.places:
                    left_s = deadline - time.monotonic()
                    if left_s <= 0 or not alive():
                        return False
                    self._changed.wait(min(left_s, _LOOK_UP_S))
                self.taken += 1
                return True
            finally:
                self.waiting -= 1

    def leave(self) -> None:
        """Give the place back."""
        with self._changed:
            self.taken -= 1
            self._changed.notify()
