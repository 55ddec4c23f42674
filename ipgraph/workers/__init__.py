"""Queries in processes that can be killed.

pyoxigraph cannot cancel a query, and some queries crash their process (architecture.md, measured).
So every query of a user runs in its own process: `run_once` and `call_once` fork the current
process for the command line, `Pool` keeps workers ready for the service.

The limits on memory and descriptors are Linux's; elsewhere only the time limit is enforced.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipgraph.workers.pool import Pool as Pool
    from ipgraph.workers.pool import ResultStream as ResultStream
    from ipgraph.workers.run import ClientDisconnected as ClientDisconnected
    from ipgraph.workers.single import call_once as call_once
    from ipgraph.workers.single import run_once as run_once
    from ipgraph.workers.state import PoolLimits as PoolLimits

# The command line uses only these two, and must import nothing else for them.
_MODULES = {
    "call_once": "ipgraph.workers.single",
    "run_once": "ipgraph.workers.single",
    "ClientDisconnected": "ipgraph.workers.run",
    "Pool": "ipgraph.workers.pool",
    "PoolLimits": "ipgraph.workers.state",
    "ResultStream": "ipgraph.workers.pool",
}
__all__ = [*_MODULES]  # noqa: PLE0604  the table above is the list


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(module), name)
