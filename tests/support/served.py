"""`ipgraph serve` in its own process, as a user runs it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from urllib.request import urlopen

from support.waiting import Child


class Served(Child):
    """A service over `target`, with flags, until `end`; leaving a `with` block ends it too."""

    def __init__(self, target: Path | None, cache: Path, *flags: str, **environment: str) -> None:
        arguments = [] if target is None else [str(target)]
        command = ["-W", "ignore", "-m", "ipgraph", "serve", *arguments, "--port", "0", *flags]
        super().__init__(
            [sys.executable, *command],
            env={**os.environ, "IPGRAPH_CACHE": str(cache), **environment},
        )
        try:
            self.address = self.wait_for("Serving at ").split()[-1].rstrip("/")
        except BaseException:
            self.close()
            raise
        self.port = int(self.address.rpartition(":")[2])

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.end()

    def get(self, path: str) -> str:
        """Return the body of a page."""
        with urlopen(self.address + path) as response:  # noqa: S310  loopback
            body: bytes = response.read()
        return body.decode()

    @property
    def resident_kib(self) -> int:
        """The memory of the web process itself, without its workers, as Linux counts it."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1])

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end of the process, and return its exit code."""
        return super().end(number)
