"""File descriptors: raise the limit of this process, and keep connections below it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipgraph.settings import Settings

_MOST = 10_240  # macOS accepts no more than this, although its hard limit is infinite
_OTHERS = 64  # the listening socket, logs, static files, libraries
_OF_A_WORKER = 4
_OF_A_THREAD = 2  # its connection to the search index
_LEAST = 16


def raise_limit() -> None:
    """Raise the soft limit of this process to its hard limit."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft in (hard, resource.RLIM_INFINITY):
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):
        if soft < _MOST:
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST, hard))


def max_connections(settings: Settings) -> int:
    """Return the most connections that leave enough descriptors for everything else."""
    try:
        import resource
    except ImportError:
        return settings.max_connections
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return settings.max_connections
    others = _OTHERS + _OF_A_WORKER * settings.workers + _OF_A_THREAD * settings.threads
    return min(settings.max_connections, max(soft - others, _LEAST))
