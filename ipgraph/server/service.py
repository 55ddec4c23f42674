"""The shared state of the service: the edition, the workers, the cache, the metrics."""

from __future__ import annotations

import gc
import os
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from ipgraph import resources, scratch
from ipgraph.errors import IpGraphError, StoreDamaged, StoreUnavailable, UsageError
from ipgraph.federation.client import Federation, FederationSettings
from ipgraph.opening import remove_snapshots, reopen
from ipgraph.server.edition import Edition
from ipgraph.server.http.metrics import Metrics
from ipgraph.server.http.response_cache import ResponseCache
from ipgraph.server.http.routes import RouteTable
from ipgraph.server.http.static_files import StaticFiles
from ipgraph.sparql.guard import Bounds, Inspection, admit
from ipgraph.sparql.query import Query
from ipgraph.workers.pool import Pool
from ipgraph.workers.state import PoolLimits
from ipgraph.workers.wire import GraphNames

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.settings import Settings


class Service:
    """The state that all requests share. Thread-safe."""

    def __init__(
        self, kg: KnowledgeGraph, settings: Settings, routes: RouteTable | None = None
    ) -> None:
        self.settings = settings
        self.routes = routes or RouteTable()
        self.federation = Federation(federation_settings(settings))
        self._admit = partial(_admit, self.federation, bounds_of(settings))
        self.edition = Edition(kg, settings, self._admit)
        self.cache = ResponseCache(settings.response_cache_mib << 20)
        self.cache.begin(self.edition.name)
        self.metrics = Metrics(self)
        self.static_files = StaticFiles(_static_folder())
        self.started = time.time()
        self.draining = False
        # True if the server resets an HTTP/1.0 connection when a response is cut. Otherwise the
        # client could not notice it, so long responses are buffered completely before sending.
        self.resets_connections = False
        self._pool: Pool | None = None
        self._pool_process = 0
        self._lock = threading.Lock()
        self._reloading = threading.Lock()
        self._served = [kg.snapshot.folder] if kg.snapshot else []  # the newest last
        self._testing = threading.Lock()
        self._tested: tuple[float, dict[str, str]] | None = None  # when, and the results

    @property
    def pool(self) -> Pool:
        """The workers, started at first use: a server that forks starts them in each process."""
        if self._pool is None or self._pool_process != os.getpid():
            with self._lock:
                if self._pool is None or self._pool_process != os.getpid():
                    self._pool = self._start_pool()
                    self.edition.use_workers(self._pool.workers)
                    self._pool_process = os.getpid()
        return self._pool

    def _start_pool(self) -> Pool:
        """Start the workers. They read the whole graph; if it is damaged, it is built again."""
        try:
            return self._new_pool()
        except StoreDamaged as damage:
            try:
                fresh = reopen(self.edition.kg)
            except IpGraphError as error:
                raise StoreDamaged(
                    f"{damage} It cannot be built again: {error}", hint=error.hint
                ) from error
            self.edition = Edition(fresh, self.settings, self._admit)
            return self._new_pool()

    def _new_pool(self) -> Pool:
        kg = self.edition.kg
        return Pool(graph_path(kg), limits(self.settings), names_of(kg))

    @property
    def has_pool(self) -> bool:
        """True if the workers of this process have been started."""
        return self._pool is not None and self._pool_process == os.getpid()

    def once_per(self, interval_s: float, test: Callable[[], dict[str, str]]) -> dict[str, str]:
        """Return the result of `test`, called again if the last result is older."""
        with self._testing:
            now = time.monotonic()
            if self._tested is None or now - self._tested[0] > interval_s:
                self._tested = (time.monotonic(), test())
            return self._tested[1]

    @property
    def limits(self) -> dict[str, float | int]:
        """The limits that clients may want to know, by setting."""
        names = (
            "query_time_limit_s",
            "query_memory_limit_mib",
            "result_limit_mib",
            "max_query_kib",
            "max_query_depth",
            "max_query_chain",
            "request_limit_kib",
            "workers",
            "max_waiting",
        )
        return {name: getattr(self.settings, name) for name in names}

    def renew_pages(self, edition: Edition, text: str) -> None:
        """Make the pages of an edition again, because they show `text` now."""
        with self._lock:
            edition.rename(text)
            if edition is self.edition:
                self.cache.begin(edition.name)

    def replace(self, kg: KnowledgeGraph) -> None:
        """Replace the graph. Running requests finish with the old one, and with its workers."""
        edition = Edition(kg, self.settings, self._admit)
        with self._lock:  # without it, workers that are starting would keep the old graph
            if self._pool is not None and self._pool_process == os.getpid():
                self._pool.workers = self._pool.start_workers(graph_path(kg), names_of(kg))
                edition.use_workers(self._pool.workers)
            old, self.edition = self.edition, edition
            self.cache.begin(edition.name)
        old.retire()

    def reload(self) -> bool:
        """Rebuild the graph from the files and serve it. Return False if it is the same.

        Raises the errors of the build; the old graph is then still served.
        """
        with self._reloading:
            fresh = reopen(self.edition.kg)
            if fresh is self.edition.kg:
                return False
            self.replace(fresh)
            del fresh
            gc.unfreeze()  # the old edition may be among the objects frozen at the start
            gc.collect()
            gc.freeze()
            self._remove_old_snapshots()
        return True

    def _remove_old_snapshots(self) -> None:
        """Remove the snapshots that this service no longer serves, except the newest ones."""
        newest = self.edition.kg.built.folder
        self._served = [*(folder for folder in self._served if folder != newest), newest]
        remove_snapshots(self._served[: max(0, len(self._served) - self.settings.keep_snapshots)])
        self._served = [folder for folder in self._served if folder.exists()]

    def close(self) -> None:
        """Stop the workers."""
        if self._pool is not None and self._pool_process == os.getpid():
            self._pool.close()


def _static_folder() -> Path | None:
    """Return the folder of the static files, or None in an installation without pages."""
    try:
        return resources.folder("web") / "static"
    except StoreUnavailable:
        return None


def limits(settings: Settings) -> PoolLimits:
    """Return the limits of the pool from the settings."""
    return PoolLimits(
        workers=settings.workers,
        max_waiting=settings.max_waiting,
        wait_limit_s=settings.wait_limit_s,
        time_limit_s=settings.query_time_limit_s,
        demote_after_s=settings.demote_after_ms / 1000,
        min_rate_kib_s=settings.min_rate_kib_s,
        memory_limit_mib=settings.query_memory_limit_mib,
        max_result_bytes=settings.result_limit_mib << 20,
    )


def names_of(kg: KnowledgeGraph) -> GraphNames:
    """Return what workers need for the names in a graph."""
    return GraphNames(kg.prefixes.declared, kg.languages.common)


def graph_path(kg: KnowledgeGraph) -> Path:
    """Return the N-Quads file that workers load; written here if the graph has no snapshot.

    Raises `UsageError` for a remote endpoint.
    """
    if kg.snapshot is not None:
        return kg.snapshot.graph_path
    if hasattr(kg.store, "endpoint"):
        raise UsageError("Cannot serve a remote endpoint. Serve files or a store on disk.")
    path = scratch.folder(kg) / "graph.nq"
    kg.export(path, format="nq")
    return path


def federation_settings(settings: Settings) -> FederationSettings:
    """Return the settings of federation."""
    return FederationSettings(
        allowed=settings.allowed_services,
        allow_private=settings.allow_private_services,
        max_bytes=settings.service_result_limit_mib << 20,
        time_limit_s=settings.query_time_limit_s,
        wait_limit_s=settings.wait_limit_s,
        slots=settings.workers,
        max_waiting=settings.max_waiting // 4,
    )


def bounds_of(settings: Settings) -> Bounds:
    """Return the limits of a query text from the settings."""
    return Bounds(
        max_bytes=settings.max_query_kib << 10,
        max_depth=settings.max_query_depth,
        max_chain=settings.max_query_chain,
    )


def _admit(
    federation: Federation, bounds: Bounds, text: str, prefixes: Mapping[str, str]
) -> Inspection:
    found = admit(text, bounds, prefixes)
    if found.services:
        federation.check(Query(text, prefixes=found.assumed), found)
    return found
