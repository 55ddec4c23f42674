"""Open a graph: find its input files, and build or reuse the snapshot made from them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ipgraph import settings as settings_module
from ipgraph.errors import Inconsistent, Unreadable
from ipgraph.inputs.options import ReadingOptions
from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.snapshots import cache, loading, targets
from ipgraph.snapshots.limits import BuildLimits
from ipgraph.snapshots.snapshot import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from threading import Event

    from ipgraph.settings import Settings
    from ipgraph.snapshots.snapshot import Snapshot


def open(
    target: str | Path | Iterable[str | Path] | None = None,
    *,
    settings: Settings | None = None,
    report: Callable[[str], None] = lambda stage: None,
) -> KnowledgeGraph:
    """Open the graph that `target` names; build its snapshot first if it is missing or stale.

    `target` is one of: None, the graph of this project; a path or several, RDF files and folders
    of them (``*`` is expanded); ``-``, standard input; ``http(s)://…``, an RDF file or a SPARQL
    endpoint, which its response shows; a folder written by Oxigraph. A build runs in a child
    process, which has limits of time and memory. `report` is called with each of its stages:
    ``load``, ``infer``, ``write``, ``index``.

    Contradictions do not prevent opening (`KnowledgeGraph.warnings`), nor do files in folders that
    cannot be read, unless the setting `strict` is on. Raises `NotFound`, `Unreadable`,
    `Inconsistent` (if `strict`), `BuildStopped` and `StoreUnavailable`.
    """
    settings = settings or settings_module.load()
    arrivals = targets.Arrivals(settings)
    if isinstance(target, str | Path) and (Path(target) / "CURRENT").is_file():
        folder = Path(target)
        return KnowledgeGraph(settings, external=folder, origin=str(folder.absolute()))
    if isinstance(target, str) and targets.is_address(target):
        fetched = arrivals.fetch(target)
        if fetched is None:
            return _open_endpoint(target, settings)
        resolved = targets.Resolved(target, (fetched,), Counter())
        return _open_recipe(_recipe_of(resolved, settings), settings, report, arrivals)
    return _open_recipe(_recipe(target, settings, arrivals), settings, report, arrivals)


def reopen(
    graph: KnowledgeGraph, report: Callable[[str], None] = lambda stage: None
) -> KnowledgeGraph:
    """Return the graph of the same files as they are now; `graph` itself if nothing changed.

    A snapshot that was damaged or removed is a change. What came from standard input stays as it
    was. Raises `Unreadable` for a file that could be read before and cannot be now, also if it is
    in a folder: `graph` has its statements.
    """
    if graph.recipe is None:
        return graph
    origin = graph.recipe.origin
    arrivals = graph.arrivals or targets.Arrivals(graph.settings)
    recipe = _recipe(origin.split("\n") if origin else None, graph.settings, arrivals)
    fresh = _open_recipe(recipe, graph.settings, report, arrivals)
    if fresh.built.is_same(graph.built):
        return graph
    known = {file for file, _ in graph.built.findings.broken}
    if broken := [error for file, error in fresh.built.findings.broken if file not in known]:
        raise Unreadable("\n".join(broken))
    return fresh


def watch_snapshot(
    served: Callable[[], KnowledgeGraph], replace: Callable[[], object], stop: Event
) -> None:
    """Until `stop` is set, call `replace` when the snapshot of the served graph is damaged."""
    from ipgraph.snapshots import monitor  # late: only a service needs it

    monitor.watch(lambda: served().snapshot, replace, stop)


def snapshot_folder(
    target: str | Path | Iterable[str | Path] | None = None, *, settings: Settings | None = None
) -> Path:
    """Return the folder of the snapshot of a graph, without opening it: it may be damaged.

    `target` as in `open`, without endpoints and folders of Oxigraph. Raises `NotFound` if the
    snapshot has not been built.
    """
    settings = settings or settings_module.load()
    return cache.find(_recipe(target, settings), settings_module.cache_folder(settings))


def remove_snapshots(folders: Iterable[Path]) -> int:
    """Remove snapshots that no process uses. Return how many."""
    return cache.remove(folders)


def _open_endpoint(address: str, settings: Settings) -> KnowledgeGraph:
    from ipgraph.store.remote import RemoteStore

    max_bytes = settings.result_limit_mib << 20
    endpoint = RemoteStore(address, settings.query_time_limit_s, max_bytes)
    return KnowledgeGraph(settings, external=endpoint, origin=address)


def _open_recipe(
    recipe: Recipe, settings: Settings, report: Callable[[str], None], arrivals: targets.Arrivals
) -> KnowledgeGraph:
    bounds = cache.Bounds(settings.keep_snapshots, settings.cache_limit_mib << 20)
    folder = settings_module.cache_folder(settings)
    limits = BuildLimits.of(settings)
    if not settings.infer and not cache.existing(recipe, folder):
        recipe = replace(recipe, reasoner="none")
    snapshot = cache.get_or_build(recipe, folder, report, bounds, limits)
    if settings.strict:
        _refuse_findings(snapshot)
    return KnowledgeGraph(settings, snapshot=snapshot, recipe=recipe, arrivals=arrivals)


def _refuse_findings(snapshot: Snapshot) -> None:
    """Raise for what a strict opening does not accept."""
    if not snapshot.warnings:
        return
    found = snapshot.findings
    if found.broken:
        raise Unreadable("\n".join(error for _, error in found.broken))
    if found.contradictions:
        first, more = found.contradictions[0], found.contradiction_count - 1
        raise Inconsistent(
            f"{first}" + (f" ({more:,} more contradictions)" if more else ""),
            hint="Correct one of these statements, or the axiom that they contradict.",
        )


def _recipe(
    target: str | Path | Iterable[str | Path] | None,
    settings: Settings,
    arrivals: targets.Arrivals | None = None,
) -> Recipe:
    if target is None:
        project = targets.Resolved("", loading.project_inputs(), Counter())
        return _recipe_of(project, settings)
    named = [target] if isinstance(target, str | Path) else list(target)
    arrivals = arrivals or targets.Arrivals(settings)
    return _recipe_of(targets.resolve(named, arrivals, settings.input_format), settings)


def _recipe_of(found: targets.Resolved, settings: Settings) -> Recipe:
    options = ReadingOptions(
        max_unpacked_bytes=settings.max_unpacked_mib << 20, lenient=settings.lenient
    )
    return Recipe(
        found.origin,
        found.inputs,
        settings.reasoner,
        settings.inference_limits,
        options,
        tuple(sorted(found.skipped.items())),
    )
