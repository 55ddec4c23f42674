"""waitress's event loop, with epoll instead of poll.

waitress passes the kernel all descriptors before each wait, which with 64 connections costs as
much as a short response. Here the kernel keeps the list and is passed the changes. Where there is
no epoll, waitress's own loop runs.
"""

from __future__ import annotations

import contextlib
import select
from typing import Any

from waitress import wasyncore

_READ = select.POLLIN | select.POLLPRI
_WRITE = select.POLLOUT


class EventLoop:
    """Waits for the dispatchers of a map of descriptors; used in the loop's thread alone."""

    def __init__(self, dispatchers: dict[int, Any]) -> None:
        self._dispatchers = dispatchers
        self._epoll = select.epoll() if hasattr(select, "epoll") else None
        self._registered: dict[int, int] = {}  # the events that the kernel watches, by descriptor
        self.opened: list[int] = []  # descriptors to register

    def run_once(self, timeout_s: float) -> None:
        """Wait once, and let the dispatchers handle their events."""
        if self._epoll is None:
            wasyncore.poll2(timeout_s, self._dispatchers)
            return
        for descriptor, events in self._epoll.poll(timeout_s):
            dispatcher = self._dispatchers.get(descriptor)
            if dispatcher is None:
                self.forget(descriptor)
                continue
            wasyncore.readwrite(dispatcher, events)
            self.update(descriptor)
            while self.opened:
                self.register_again(self.opened.pop())

    def update(self, descriptor: int) -> None:
        """Register the events that a dispatcher waits for, if they have changed."""
        dispatcher = self._dispatchers.get(descriptor)
        wanted = 0 if dispatcher is None else _events(dispatcher)
        registered = self._registered.get(descriptor, 0)
        if wanted == registered or self._epoll is None:
            return
        if not wanted:
            self.forget(descriptor)
            return
        if registered:
            self._epoll.modify(descriptor, wanted)
        else:
            self._epoll.register(descriptor, wanted)
        self._registered[descriptor] = wanted

    def update_all(self) -> None:
        """Update all dispatchers: threads may have changed the events of their connections."""
        for descriptor in list(self._dispatchers):
            self.update(descriptor)

    def register_again(self, descriptor: int) -> None:
        """Watch a descriptor whose number may have been reused."""
        self.forget(descriptor)
        self.update(descriptor)

    def forget(self, descriptor: int) -> None:
        """Stop watching a descriptor. Call it before the descriptor is closed."""
        registered = self._registered.pop(descriptor, 0)
        if registered and self._epoll is not None:
            with contextlib.suppress(OSError):  # closing a descriptor unregisters it
                self._epoll.unregister(descriptor)

    def close(self) -> None:
        """Close the epoll object."""
        if self._epoll is not None:
            self._epoll.close()


def _events(dispatcher: Any) -> int:
    wanted = _READ if dispatcher.readable() else 0
    return wanted | _WRITE if dispatcher.writable() and not dispatcher.accepting else wanted
