"""Clients of a running service, and attacks on its processes while they ask.

A client knows the answer to its query, so that a wrong answer is noticed. Another one asks
`/health` ten times a second. `Observations` says what they saw.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import threading
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

_HEALTH_INTERVAL_S = 0.1
_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A response: when it was asked for and when it came, and whether it was right."""

    begun: float
    ended: float
    status: int  # 0: the connection failed
    is_right: bool
    has_retry_after: bool

    @property
    def is_refusal(self) -> bool:
        """True for 503 with Retry-After: the client may ask again."""
        return self.status == 503 and self.has_retry_after


@dataclass(slots=True)
class Observations:
    """What the clients saw."""

    answers: list[Seen] = field(default_factory=list)
    health: list[Seen] = field(default_factory=list)

    @property
    def wrong(self) -> list[Seen]:
        """The responses that are neither the right answer nor a refusal."""
        return [seen for seen in self.answers if not seen.is_right and not seen.is_refusal]

    @property
    def refusals(self) -> list[Seen]:
        """The responses 503 with Retry-After."""
        return [seen for seen in self.answers if seen.is_refusal]

    def longest_outage_s(self, since: float = 0.0) -> float:
        """Return the longest time in which no client got the right answer."""
        right = sorted(seen.ended for seen in list(self.answers) if seen.is_right)
        right = [ended for ended in right if ended >= since]
        return max((later - earlier for earlier, later in pairwise(right)), default=0.0)

    def wrong_health(self) -> list[Seen]:
        """Return the samples that say "ok" while all queries around them were refused."""
        found = []
        for sample in self.health:
            if sample.status != 200:
                continue
            around = [
                seen.is_refusal
                for seen in self.answers
                if seen.begun <= sample.begun and sample.ended <= seen.ended
            ]
            if around and all(around):
                found.append(sample)
        return found


class Clients:
    """Clients that ask without pause, until the block ends."""

    def __init__(
        self, port: int, path: str, is_right: Callable[[bytes], bool], number: int
    ) -> None:
        """`path` is followed by a comment of SPARQL that makes each query text different."""
        self.observations = Observations()
        self._port, self._path, self._is_right = port, path, is_right
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(number)]
        self._threads.append(threading.Thread(target=self._watch_health))

    @contextlib.contextmanager
    def asking(self) -> Iterator[Observations]:
        """Ask while the block runs."""
        for thread in self._threads:
            thread.start()
        try:
            yield self.observations
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def check_alive(self) -> None:
        """Raise `AssertionError` if a client has ended."""
        assert all(thread.is_alive() for thread in self._threads)

    def _ask(self, client: int) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            path = f"{self._path}%20%23{client}-{number}"
            self.observations.answers.append(self._get(path, self._is_right))

    def _watch_health(self) -> None:
        while not self._stop.wait(_HEALTH_INTERVAL_S):
            self.observations.health.append(self._get("/health", lambda body: b'"ok"' in body))

    def _get(self, path: str, is_right: Callable[[bytes], bool]) -> Seen:
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_S)
        try:
            with contextlib.closing(connection):
                connection.request("GET", path, headers={"Accept": "text/csv"})
                response = connection.getresponse()
                body = response.read()
        except (OSError, http.client.HTTPException):
            return Seen(begun, time.monotonic(), 0, is_right=False, has_retry_after=False)
        return Seen(
            begun,
            time.monotonic(),
            response.status,
            is_right=response.status == 200 and is_right(body),
            has_retry_after="Retry-After" in response.headers,
        )


def children_of(pid: int) -> list[int]:
    """Return the process ids of the children of a process."""
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, tasks.read_text().split())
    return found


def attack(victim: str, pid: int, chosen: random.Random) -> None:
    """Kill or suspend a child of the service with process id `pid`.

    `victim` is ``zygote`` or ``worker``, and the signal: ``zygote killed``, ``worker stopped``.
    """
    kind, _, what = victim.partition(" ")
    zygotes = children_of(pid)
    targets = zygotes if kind == "zygote" else [w for z in zygotes for w in children_of(z)]
    if targets:
        number = signal.SIGKILL if what == "killed" else signal.SIGSTOP
        with contextlib.suppress(ProcessLookupError):
            os.kill(chosen.choice(targets), number)


VICTIMS = ("zygote killed", "worker killed", "zygote stopped", "worker stopped")
