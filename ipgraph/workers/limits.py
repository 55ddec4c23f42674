"""What this process may take from now on: the limits that the operating system enforces."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path


def allow_memory(mib: int) -> None:
    """Let this process take so much more memory than it has; 0: any amount.

    The limit is on address space, which counts what is there already.
    """
    if mib:
        lower("RLIMIT_AS", _address_space() + (mib << 20))


def lower(name: str, value: int) -> None:
    """Lower a limit of this process, where the platform knows it."""
    try:
        import resource
    except ImportError:
        return
    which = getattr(resource, name, None)
    if which is None or (name == "RLIMIT_NOFILE" and sys.platform != "linux"):
        return
    hard = resource.getrlimit(which)[1]
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (wanted, wanted if name != "RLIMIT_STACK" else hard))


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 1 << 40
    return pages * os.sysconf("SC_PAGE_SIZE")
