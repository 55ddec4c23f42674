"""Query, explain and publish a knowledge graph of the Office of Infrastructure Protection.

::

    import ipgraph

    kg = ipgraph.open()
    for solution in kg.query("SELECT ?unit WHERE { ?unit org:unitOf id:ip }"):
        print(solution["unit"])

A name is imported when it is first used, so that one door does not load the libraries of another.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipgraph.errors import IpGraphError as IpGraphError
    from ipgraph.federation.client import Federation as Federation
    from ipgraph.federation.client import FederationTerms as FederationTerms
    from ipgraph.knowledge_graph import KnowledgeGraph as KnowledgeGraph
    from ipgraph.knowledge_graph import open as open
    from ipgraph.serialization.results import Answer as Answer
    from ipgraph.sparql.guard import Bounds as Bounds
    from ipgraph.sparql.guard import Inspection as Inspection
    from ipgraph.sparql.guard import admit as admit
    from ipgraph.sparql.query import Query as Query
    from ipgraph.workers.pool import Answering as Answering
    from ipgraph.workers.pool import Pool as Pool
    from ipgraph.workers.pool import PoolLimits as PoolLimits
    from ipgraph.workers.run import ClientLeft as ClientLeft

__version__ = "0.1.0"

# The public surface: each name and the module that is its home.
_HOMES = {
    "Answer": "ipgraph.serialization.results",
    "Answering": "ipgraph.workers.pool",
    "Bounds": "ipgraph.sparql.guard",
    "ClientLeft": "ipgraph.workers.run",
    "Federation": "ipgraph.federation.client",
    "FederationTerms": "ipgraph.federation.client",
    "Inspection": "ipgraph.sparql.guard",
    "IpGraphError": "ipgraph.errors",
    "KnowledgeGraph": "ipgraph.knowledge_graph",
    "Pool": "ipgraph.workers.pool",
    "PoolLimits": "ipgraph.workers.pool",
    "Query": "ipgraph.sparql.query",
    "admit": "ipgraph.sparql.guard",
    "open": "ipgraph.knowledge_graph",
}
__all__ = [*_HOMES]  # noqa: PLE0604  the table above is the list


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
