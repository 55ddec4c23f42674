"""A served snapshot: its graph, its name in entity tags, and parts that are made once."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
import weakref
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pyoxigraph as ox
from werkzeug.http import http_date

import ipgraph
from ipgraph import resources
from ipgraph.dataset.config import reader
from ipgraph.errors import StoreUnavailable
from ipgraph.namespaces import RDF
from ipgraph.sparql import guard

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.settings import Settings
    from ipgraph.sparql.guard import Inspection
    from ipgraph.workers.worker_set import WorkerSet

Part = TypeVar("Part")


def _admit(text: str, prefixes: Mapping[str, str]) -> Inspection:
    return guard.admit(text, prefixes=prefixes)


class Edition:
    """A graph that does not change while it is served. A reload replaces the edition.

    A request uses the edition that was served when it began. When the last such request of a
    replaced edition has ended, its graph and its workers are closed.
    """

    workers: WorkerSet | None = None  # that hold this graph, once they are started

    def __init__(
        self,
        kg: KnowledgeGraph,
        settings: Settings,
        admit: Callable[[str, Mapping[str, str]], Inspection] = _admit,
    ) -> None:
        """`admit` inspects a query text in which the prefixes of the graph are declared."""
        self.kg = kg
        prefixes = kg.prefixes
        self.settings = settings
        # Inspects a query text, whose undeclared prefixes are those of this graph.
        self.inspect = lru_cache(maxsize=512)(lambda text: admit(text, prefixes))
        self.opened = time.time()
        self._parts: dict[object, Any] = {}
        self._lock = threading.RLock()  # a part may need another part
        snapshot = f"opened {self.opened}"
        names = list(prefixes.items())
        self.modified_s = int(self.opened)
        if kg.snapshot is not None:
            manifest = kg.snapshot.manifest
            snapshot = f"{kg.snapshot.hash} {manifest['file_hash']}"
            made = datetime.strptime(str(manifest["created"]), "%Y-%m-%dT%H:%M:%SZ")
            # A clock that was set back: Last-Modified is never after Date (RFC 9110, 8.8.2.1).
            self.modified_s = min(int(made.replace(tzinfo=UTC).timestamp()), int(self.opened))
        # Identifies this graph and this code in tags and keys.
        parts = (snapshot, reader.digest(kg.config), repr(names), _code_stamp())
        self.name = hashlib.sha256(" ".join(parts).encode()).hexdigest()[:20]
        # The value of Last-Modified: when the snapshot was made.
        self.modified = http_date(self.modified_s)

    def part(self, make: Callable[[Edition], Part]) -> Part:
        """Return `make(self)`: called at first use, once for all threads."""
        found = self._parts.get(make)
        if found is None:
            with self._lock:
                found = self._parts.get(make)
                if found is None:
                    found = self._parts[make] = make(self)
        return cast("Part", found)

    def use_workers(self, workers: WorkerSet) -> None:
        """Run the queries of this edition on workers, which are closed with it."""
        self.workers = workers
        weakref.finalize(self, _retire, workers).atexit = False

    def rename(self, text: str) -> None:
        """Change the name, because pages change though the graph does not.

        The service must then begin its response cache again, with the new name.
        """
        self.name = hashlib.sha256(f"{self.name} {text}".encode()).hexdigest()[:20]

    def retire(self) -> None:
        """Drop the parts, which refer to this edition, so that it ends with its last request."""
        with self._lock:
            self._parts.clear()

    @property
    def description(self) -> str:
        """A description of the dataset; empty if the graph does not have one."""
        return self.kg.description

    @property
    def license(self) -> str:
        """The IRI of the license of the dataset; empty if it is not said."""
        return self.kg.config.license

    @property
    def keywords(self) -> list[str]:
        """The subjects of the dataset."""
        return [keyword.choose() for keyword in self.kg.config.keywords]

    def dataset_iri(self, root: str) -> str:
        """Return the IRI of the dataset: that of the dataset file, else an IRI of this site."""
        return self.kg.config.iri or f"{root}/void.ttl#dataset"

    def names(self, namespace: str, limit: int) -> list[str]:
        """Return the distinct local names in `namespace` of entities that have a class."""
        found: dict[str, None] = {}
        for quad in self.kg.store.quads(None, ox.NamedNode(RDF + "type"), None, ox.DefaultGraph()):
            iri = getattr(quad.subject, "value", "")
            if iri.startswith(namespace) and len(found) < limit:
                found[iri.removeprefix(namespace)] = None
        return list(found)

    def tag(self, key: Hashable) -> str:
        """Return the strong entity tag of the representation that `key` identifies."""
        digest = hashlib.blake2b(f"{self.name} {key!r}".encode(), digest_size=12)
        return f'"{digest.hexdigest()}"'


# Conditions of routes (`Route.needs`).
def has_things(edition: Edition) -> bool:
    """True if the dataset file says how the IRIs of things begin."""
    return bool(edition.kg.config.iris.things)


def has_terms(edition: Edition) -> bool:
    """True if the dataset file says how the IRIs of terms begin."""
    return bool(edition.kg.config.iris.terms)


def has_ontology(edition: Edition) -> bool:
    """True if the dataset file names the graphs of the ontology."""
    return bool(edition.kg.config.graphs.ontology)


def has_sources(edition: Edition) -> bool:
    """True if the dataset file says how the IRIs of documents begin."""
    return bool(edition.kg.config.iris.sources)


def has_dates(edition: Edition) -> bool:
    """True if the dataset file names dated nodes, or the graph has some."""
    kg = edition.kg
    return bool(kg.config.nodes) or (kg.snapshot is not None and bool(kg.entities.model.nodes))


def has_questions(edition: Edition) -> bool:
    """True if the dataset has questions."""
    return bool(edition.kg.questions)


def has_disagreements(edition: Edition) -> bool:
    """True if documents of the dataset disagree."""
    return bool(edition.kg.disagreements())


def has_snapshot(edition: Edition) -> bool:
    """True if the graph was built here from files."""
    return edition.kg.snapshot is not None


def has_contact(edition: Edition) -> bool:
    """True if an address for reports is set."""
    return bool(edition.settings.contact)


def _retire(workers: WorkerSet) -> None:
    # In a thread: it may take seconds, and a finalizer may run in any thread.
    threading.Thread(target=workers.retire, name="retire workers", daemon=True).start()


@cache
def _code_stamp() -> str:
    """Return a hash of all inputs of responses besides the graph: version, code and pages."""
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
