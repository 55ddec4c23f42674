"""Limits on this process that the operating system enforces."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path


def limit_memory(mib: int) -> None:
    """Let this process use at most `mib` MiB more memory than it has now; 0: no limit.

    The limit is on address space, which includes what is in use already.
    """
    if mib:
        lower("RLIMIT_AS", _address_space_bytes() + (mib << 20))


def lower(name: str, value: int) -> None:
    """Lower a limit of this process, if the platform has it."""
    try:
        import resource
    except ImportError:
        return
    limit = getattr(resource, name, None)
    if limit is None or (name == "RLIMIT_NOFILE" and sys.platform != "linux"):
        return
    hard = resource.getrlimit(limit)[1]
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(limit, (soft, soft if name != "RLIMIT_STACK" else hard))


def _address_space_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 1 << 40
    return pages * os.sysconf("SC_PAGE_SIZE")
