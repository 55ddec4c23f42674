"""Queries in processes that can be killed.

pyoxigraph cannot cancel a query, and some queries take their process down (architecture.md,
measured), so text whose cost its author chooses runs in a process of its own: `run_once` forks
this one for the command line, `Pool` keeps workers ready for the service.

The limits on memory and descriptors are Linux's; elsewhere only the time limit is enforced.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipgraph.workers.pool import Answering as Answering
    from ipgraph.workers.pool import Pool as Pool
    from ipgraph.workers.pool import PoolLimits as PoolLimits
    from ipgraph.workers.single import run_once as run_once

# The command line needs the first alone, and imports nothing else for it.
_HOMES = {
    "run_once": "ipgraph.workers.single",
    "Answering": "ipgraph.workers.pool",
    "Pool": "ipgraph.workers.pool",
    "PoolLimits": "ipgraph.workers.pool",
}
__all__ = [*_HOMES]  # noqa: PLE0604  the table above is the list


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
