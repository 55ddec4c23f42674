"""One snapshot as it is served: its graph, its pages, its name for tags. Reloading replaces it."""

from __future__ import annotations

import contextlib
import hashlib
import time
from email.utils import formatdate
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

import ipgraph
from ipgraph import resources
from ipgraph.errors import StoreUnavailable
from ipgraph.namespaces import RDF

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ipgraph.knowledge_graph import KnowledgeGraph


class Edition:
    """A graph that does not change while it is served."""

    def __init__(self, kg: KnowledgeGraph) -> None:
        self.kg = kg
        self.opened = time.time()

    @cached_property
    def name(self) -> str:
        """What stands for this graph and this code in tags and keys."""
        snapshot = f"opened {self.opened}"
        if self.kg.snapshot is not None:
            snapshot = f"{self.kg.snapshot.hash} {self.kg.snapshot.manifest['file_hash']}"
        return hashlib.sha256(f"{snapshot} {_code_stamp()}".encode()).hexdigest()[:20]

    @cached_property
    def modified(self) -> str:
        """The value of Last-Modified: when the snapshot was made."""
        return formatdate(self.modified_s, usegmt=True)

    @cached_property
    def modified_s(self) -> int:
        """When the snapshot was made, in seconds since 1970."""
        if self.kg.snapshot is None:
            return int(self.opened)
        made = time.strptime(str(self.kg.snapshot.manifest["created"]), "%Y-%m-%dT%H:%M:%SZ")
        return int(time.mktime(made) - time.timezone)

    def names(self, namespace: str, limit: int) -> list[str]:
        """Return what follows `namespace` in the IRIs of things that have a class, each once."""
        found: dict[str, None] = {}
        for quad in self.kg.store.quads(None, ox.NamedNode(RDF + "type"), None, ox.DefaultGraph()):
            iri = getattr(quad.subject, "value", "")
            if iri.startswith(namespace) and len(found) < limit:
                found[iri.removeprefix(namespace)] = None
        return list(found)

    def tag(self, key: Hashable) -> str:
        """Return the strong tag of a representation; `key` tells it from all others."""
        digest = hashlib.blake2b(f"{self.name} {key!r}".encode(), digest_size=12)
        return f'"{digest.hexdigest()}"'


def _code_stamp() -> str:
    """Return a hash of what makes bodies beside the graph: the version, the code and the pages."""
    digest = hashlib.sha256(ipgraph.__version__.encode())
    folders = [Path(ipgraph.__file__).parent]
    with contextlib.suppress(StoreUnavailable):  # an installation without pages
        folders.append(resources.folder("web"))
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".html", ".toml", ".css", ".js", ".json"):
                stat = path.stat()
                digest.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}".encode())
    return digest.hexdigest()
