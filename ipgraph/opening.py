"""Open a graph: find its input files, and build or reuse the snapshot made from them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipgraph import settings as settings_module
from ipgraph.dataset.config.file import NAME, DatasetFile
from ipgraph.errors import NotFound, UsageError
from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.snapshots import cache, loading
from ipgraph.snapshots.limits import BuildLimits
from ipgraph.snapshots.snapshot import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from threading import Event
    from typing import TypeAlias

    from ipgraph.settings import Settings
    from ipgraph.snapshots.snapshot import Snapshot

    Target: TypeAlias = str | Path | Iterable[str | Path] | None
    Description: TypeAlias = str | Path | dict[str, Any] | bool | None


def open(
    target: Target = None,
    *,
    dataset: Description = None,
    settings: Settings | None = None,
    report: Callable[[str], None] = lambda stage: None,
    languages: Iterable[str] = (),
) -> KnowledgeGraph:
    """Open the graph that `target` names; build its snapshot first if it is missing or stale.

    `target` is one of: None, the bundled dataset; a path or several, RDF files and folders of them
    (``*`` is expanded); a folder written by Oxigraph; ``http(s)://…``, a SPARQL endpoint.
    `dataset` describes it: a dataset file, a dictionary with the same keys, or False for nothing.
    By default, the target None is described by the bundled file, and one folder by its
    ``dataset.toml``. Without a target, a dataset file names the files.
    A build runs in a child process, which has limits of time and memory. `report` is called with
    each of its stages: ``load``, ``infer``, ``write``, ``index``. Labels and other texts are in the
    first of `languages` that the data have for them. Raises `UsageError`, `NotFound`,
    `InvalidData`, `Inconsistent`, `BuildStopped` and `StoreUnavailable`.
    """
    settings = settings or settings_module.load()
    target, dataset = _listed(target), _absolute(dataset)
    described = _description(target, dataset, settings)
    if isinstance(target, str) and target.startswith(("http://", "https://")):
        from ipgraph.store.remote import RemoteStore

        max_bytes = settings.result_limit_mib << 20
        endpoint = RemoteStore(target, settings.query_time_limit_s, max_bytes)
        return KnowledgeGraph(
            settings,
            external=endpoint,
            origin=target,
            dataset_file=described,
            languages=languages,
        )
    if isinstance(target, str | Path) and (Path(target) / "CURRENT").is_file():
        folder = Path(target)
        return KnowledgeGraph(
            settings,
            external=folder,
            origin=str(folder.absolute()),
            dataset_file=described,
            languages=languages,
        )
    recipe = _recipe(target, described, settings)
    snapshot = _snapshot(recipe, settings, report)
    given = (target, dataset)
    return KnowledgeGraph(
        settings, snapshot=snapshot, recipe=recipe, given=given, languages=languages
    )


def reopen(
    graph: KnowledgeGraph, report: Callable[[str], None] = lambda stage: None
) -> KnowledgeGraph:
    """Return the graph of the same files as they are now; `graph` itself if nothing changed.

    A snapshot that was damaged or removed is a change.
    """
    if graph.recipe is None:
        return graph
    target, dataset = graph.given
    if target is not None:
        target = [Path(line) for line in graph.recipe.origin.split("\n")]
    described = _description(target, dataset, graph.settings)
    recipe = _recipe(target, described, graph.settings)
    fresh = KnowledgeGraph(
        graph.settings,
        snapshot=_snapshot(recipe, graph.settings, report),
        recipe=recipe,
        given=graph.given,
        languages=graph.preferred_languages,
    )
    is_same = fresh.built.is_same(graph.built) and fresh.config == graph.config
    return graph if is_same else fresh


def watch_snapshot(
    served: Callable[[], KnowledgeGraph], replace: Callable[[], object], stop: Event
) -> None:
    """Until `stop` is set, call `replace` when the snapshot of the served graph is damaged."""
    from ipgraph.snapshots import monitor  # late: only a service needs it

    monitor.watch(lambda: served().snapshot, replace, stop)


def snapshot_folder(
    target: Target = None, *, dataset: Description = None, settings: Settings | None = None
) -> Path:
    """Return the folder of the snapshot of a graph, without opening it: it may be damaged.

    `target` as in `open`, without endpoints and folders of Oxigraph. Raises `NotFound` if the
    snapshot has not been built.
    """
    settings = settings or settings_module.load()
    target = _listed(target)
    recipe = _recipe(target, _description(target, dataset, settings), settings)
    return cache.find(recipe, settings_module.cache_folder(settings))


def remove_snapshots(folders: Iterable[Path]) -> int:
    """Remove snapshots that no process uses. Return how many."""
    return cache.remove(folders)


def _snapshot(recipe: Recipe, settings: Settings, report: Callable[[str], None]) -> Snapshot:
    bounds = cache.Bounds(settings.keep_snapshots, settings.cache_limit_mib << 20)
    folder = settings_module.cache_folder(settings)
    limits = BuildLimits.of(settings)
    return cache.get_or_build(recipe, folder, report, bounds, limits)


def _listed(target: Target) -> Target:
    """Return a target that can be read twice."""
    return target if target is None or isinstance(target, str | Path) else [*target]


def _absolute(dataset: Description) -> Description:
    return Path(dataset).absolute() if isinstance(dataset, str | Path) else dataset


def _description(target: Target, dataset: Description, settings: Settings) -> DatasetFile:
    """Return the description of a target: as given, else the file in its folder."""
    folder = settings_module.cache_folder(settings)
    if isinstance(dataset, str | Path):
        return DatasetFile.at(Path(dataset), folder)
    if isinstance(dataset, dict):
        from ipgraph.dataset.config import reader

        return DatasetFile.of(reader.from_table(dataset))
    if dataset is False:
        return DatasetFile()
    if target is None:
        return loading.bundled_dataset(folder)
    paths = [target] if isinstance(target, str | Path) else list(target)
    if len(paths) == 1 and os.path.isfile(os.path.join(paths[0], NAME)):
        return DatasetFile.at(Path(paths[0], NAME), folder)
    return DatasetFile()


def _recipe(target: Target, dataset: DatasetFile, settings: Settings) -> Recipe:
    limits = settings.inference_limits
    if target is None:
        named = dataset if dataset.path else loading.bundled_dataset()
        return Recipe("", loading.dataset_inputs(named), settings.reasoner, limits, dataset)
    paths = [target] if isinstance(target, str | Path) else list(target)
    if not paths:
        raise UsageError("No file was named.")
    files = [file for path in paths for file in _expand(Path(path))]
    origin = "\n".join(str(file.absolute()) for file in files)
    is_described = dataset.folder is not None and [*map(Path.absolute, files)] == [dataset.folder]
    inputs = loading.dataset_inputs(dataset) if is_described else loading.inputs_of(files)
    return Recipe(origin, inputs, settings.reasoner, limits, dataset)


def _expand(path: Path) -> list[Path]:
    if "*" not in path.name:
        return [path]
    matches = sorted(path.parent.glob(path.name))
    if not matches:
        raise NotFound(f"No file matches {path}.")
    return matches
