"""Query, explain and publish a knowledge graph of the Office of Infrastructure Protection.

::

    import ipgraph

    kg = ipgraph.open()
    for row in kg.query("SELECT ?unit WHERE { ?unit org:unitOf ?whole }"):
        print(row["unit"])

A name is imported when it is first used, so that `import ipgraph` loads no other library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipgraph.errors import IpGraphError as IpGraphError
    from ipgraph.knowledge_graph import KnowledgeGraph as KnowledgeGraph
    from ipgraph.opening import open as open
    from ipgraph.serialization.query_result import Result as Result
    from ipgraph.settings import Settings as Settings

__version__ = "0.1.0"

# The public names and their modules.
_HOMES = {
    "IpGraphError": "ipgraph.errors",
    "KnowledgeGraph": "ipgraph.knowledge_graph",
    "Result": "ipgraph.serialization.query_result",
    "Settings": "ipgraph.settings",
    "open": "ipgraph.opening",
}
__all__ = ["IpGraphError", "KnowledgeGraph", "Result", "Settings", "__version__", "open"]


def __getattr__(name: str) -> Any:
    module = _HOMES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
