"""waitress's event loop, with a list of descriptors that the kernel keeps.

waitress tells the kernel anew before each wait what it waits for, which with 64 connections costs
as much as a short answer. Here it is told what has changed. Where there is no epoll, waitress's
own loop does it.
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

    def __init__(self, watched: dict[int, Any]) -> None:
        self._watched = watched
        self._epoll = select.epoll() if hasattr(select, "epoll") else None
        self._told: dict[int, int] = {}  # what the kernel has been told, by descriptor
        self.fresh: list[int] = []  # descriptors that have been opened, to be watched from now on

    def turn(self, timeout_s: float) -> None:
        """Wait once, and let each dispatcher that something has happened to attend to it."""
        if self._epoll is None:
            wasyncore.poll2(timeout_s, self._watched)
            return
        for descriptor, events in self._epoll.poll(timeout_s):
            each = self._watched.get(descriptor)
            if each is None:
                self.forget(descriptor)
                continue
            wasyncore.readwrite(each, events)
            self.update(descriptor)
            while self.fresh:
                self.renew(self.fresh.pop())

    def update(self, descriptor: int) -> None:
        """Tell the kernel what a dispatcher waits for, if that is not what it was told last."""
        each = self._watched.get(descriptor)
        wanted = 0 if each is None else _wanted(each)
        told = self._told.get(descriptor, 0)
        if wanted == told or self._epoll is None:
            return
        if not wanted:
            self.forget(descriptor)
            return
        if told:
            self._epoll.modify(descriptor, wanted)
        else:
            self._epoll.register(descriptor, wanted)
        self._told[descriptor] = wanted

    def update_all(self) -> None:
        """Do the same for all: threads may have changed what their connections wait for."""
        for descriptor in list(self._watched):
            self.update(descriptor)

    def renew(self, descriptor: int) -> None:
        """Watch a descriptor whose number may have been another file's before."""
        self.forget(descriptor)
        self.update(descriptor)

    def forget(self, descriptor: int) -> None:
        """Watch a descriptor no longer; before it is closed."""
        told = self._told.pop(descriptor, 0)
        if told and self._epoll is not None:
            with contextlib.suppress(OSError):  # closing it has done the same
                self._epoll.unregister(descriptor)

    def close(self) -> None:
        """Give the kernel's list back."""
        if self._epoll is not None:
            self._epoll.close()


def _wanted(each: Any) -> int:
    wanted = _READ if each.readable() else 0
    return wanted | _WRITE if each.writable() and not each.accepting else wanted
