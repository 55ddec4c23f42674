"""`ipgraph serve` in a process of its own, as a person runs it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.request import urlopen


class Served:
    """A service over `target`, with flags, until `end`; leaving a `with` block ends it too."""

    def __init__(self, target: Path | None, cache: Path, *flags: str, **environment: str) -> None:
        given = [] if target is None else [str(target)]
        command = ["-W", "ignore", "-m", "ipgraph", "serve", *given, "--port", "0", *flags]
        self.process = subprocess.Popen(
            [sys.executable, *command],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "IPGRAPH_CACHE": str(cache), **environment},
        )
        self.seen = ""
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.address = self.wait_for("Serving at ").split()[-1].rstrip("/")
        self.port = int(self.address.rpartition(":")[2])

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.end()

    def wait_for(self, words: str) -> str:
        while True:
            try:
                line = self.lines.get(timeout=60)
            except queue.Empty:
                self.process.kill()
                raise AssertionError(f"no {words!r} in: {self.seen}") from None
            self.seen += line
            if words in line:
                return line

    def _read(self) -> None:
        for line in self.process.stderr:
            self.lines.put(line)

    def get(self, path: str) -> str:
        with urlopen(self.address + path, timeout=60) as answer:  # noqa: S310  loopback
            return answer.read().decode()

    @property
    def resident_kib(self) -> int:
        """The memory of the web process itself, workers aside, as Linux counts it."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = (each for each in status.splitlines() if each.startswith("VmRSS:"))
        return int(line.split()[1])

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        try:
            code = self.process.wait(30)
        finally:
            self.process.kill()
        self.reader.join(10)
        self.process.stderr.close()
        self.seen += "".join(self.lines.queue)
        return code
