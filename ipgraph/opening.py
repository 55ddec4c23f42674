"""Open a graph: find its input files, and build or reuse the snapshot made from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ipgraph import settings as settings_module
from ipgraph.errors import NotFound, UsageError
from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.snapshots import cache, loading
from ipgraph.snapshots.limits import BuildLimits
from ipgraph.snapshots.snapshot import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from threading import Event

    from ipgraph.settings import Settings


def open(
    target: str | Path | Iterable[str | Path] | None = None,
    *,
    settings: Settings | None = None,
    report: Callable[[str], None] = lambda stage: None,
    languages: Iterable[str] = (),
) -> KnowledgeGraph:
    """Open the graph that `target` names; build its snapshot first if it is missing or stale.

    `target` is one of: None, the graph of this project; a path or several, RDF files and folders
    of them (``*`` is expanded); a folder written by Oxigraph; ``http(s)://…``, a SPARQL endpoint.
    A build runs in a child process, which has limits of time and memory. `report` is called with
    each of its stages: ``load``, ``infer``, ``write``, ``index``. Labels and other texts are in the
    first of `languages` that the data have for them. Raises `NotFound`, `InvalidData`,
    `Inconsistent`, `BuildStopped` and `StoreUnavailable`.
    """
    settings = settings or settings_module.load()
    if isinstance(target, str) and target.startswith(("http://", "https://")):
        from ipgraph.store.remote import RemoteStore

        max_bytes = settings.result_limit_mib << 20
        endpoint = RemoteStore(target, settings.query_time_limit_s, max_bytes)
        return KnowledgeGraph(settings, external=endpoint, origin=target, languages=languages)
    if isinstance(target, str | Path) and (Path(target) / "CURRENT").is_file():
        folder = Path(target)
        origin = str(folder.absolute())
        return KnowledgeGraph(settings, external=folder, origin=origin, languages=languages)
    return _open_recipe(_recipe(target, settings), settings, report, languages)


def reopen(
    graph: KnowledgeGraph, report: Callable[[str], None] = lambda stage: None
) -> KnowledgeGraph:
    """Return the graph of the same files as they are now; `graph` itself if nothing changed.

    A snapshot that was damaged or removed is a change.
    """
    if graph.recipe is None:
        return graph
    origin = graph.recipe.origin
    target = [Path(line) for line in origin.split("\n")] if origin else None
    recipe = _recipe(target, graph.settings)
    fresh = _open_recipe(recipe, graph.settings, report, graph.languages.preferred)
    return graph if fresh.built.is_same(graph.built) else fresh


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


def _open_recipe(
    recipe: Recipe,
    settings: Settings,
    report: Callable[[str], None],
    languages: Iterable[str],
) -> KnowledgeGraph:
    bounds = cache.Bounds(settings.keep_snapshots, settings.cache_limit_mib << 20)
    folder = settings_module.cache_folder(settings)
    limits = BuildLimits.of(settings)
    snapshot = cache.get_or_build(recipe, folder, report, bounds, limits)
    return KnowledgeGraph(settings, snapshot=snapshot, recipe=recipe, languages=languages)


def _recipe(target: str | Path | Iterable[str | Path] | None, settings: Settings) -> Recipe:
    limits = settings.inference_limits
    if target is None:
        return Recipe("", loading.project_inputs(), settings.reasoner, limits)
    paths = [target] if isinstance(target, str | Path) else list(target)
    if not paths:
        raise UsageError("No file was named.")
    files = [file for path in paths for file in _expand(Path(path))]
    origin = "\n".join(str(file.absolute()) for file in files)
    return Recipe(origin, loading.inputs_of(files), settings.reasoner, limits)


def _expand(path: Path) -> list[Path]:
    if "*" not in path.name:
        return [path]
    matches = sorted(path.parent.glob(path.name))
    if not matches:
        raise NotFound(f"No file matches {path}.")
    return matches
