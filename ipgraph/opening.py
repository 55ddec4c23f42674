"""Open a graph: find its input files, and build or reuse the snapshot made from them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from ipgraph import settings as settings_module
from ipgraph.dataset.config.file import NAME, DatasetFile
from ipgraph.errors import Inconsistent, Unreadable, UsageError
from ipgraph.inputs.options import ReadingOptions
from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.snapshots import cache, loading, targets
from ipgraph.snapshots.limits import BuildLimits
from ipgraph.snapshots.snapshot import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event
    from typing import TypeAlias

    from rdflib import Graph

    from ipgraph.settings import Settings
    from ipgraph.snapshots.snapshot import Snapshot

    Target: TypeAlias = str | Path | Iterable[str | Path] | None
    Item: TypeAlias = str | Path | bytes | IO[bytes] | IO[str] | Graph
    Source: TypeAlias = Item | Iterable[Item] | None
    Description: TypeAlias = str | Path | dict[str, Any] | bool | None


class Given(NamedTuple):
    """What a graph is opened with, so that it can be opened again."""

    target: Target
    dataset: Description
    languages: tuple[str, ...]
    arrivals: targets.Arrivals


def open(
    target: Source = None,
    *,
    data: bytes | str | IO[bytes] | IO[str] | None = None,
    format: str | None = None,
    infer: bool | None = None,
    dataset: Description = None,
    settings: Settings | None = None,
    report: Callable[[str], None] = lambda stage: None,
    languages: Iterable[str] = (),
) -> KnowledgeGraph:
    """Open the graph that `target` names; build its snapshot first if it is missing or stale.

    `target` is one of: None, the bundled dataset; a path or several, RDF files and folders of them
    (``*`` is expanded); ``-``, standard input; ``http(s)://…``, an RDF file or a SPARQL endpoint,
    which its response shows; a folder written by Oxigraph; a graph or dataset of rdflib, bytes, or
    an open file. `data` is RDF as bytes, text or an open file, in place of a target. They are
    copied when they are opened: later changes have no effect.
    `format` is the syntax, by a name such as ``ttl`` or a media type (default: by name and
    content). `infer` decides whether results include inferred statements. Both override `settings`.
    `dataset` describes it: a dataset file, a dictionary with the same keys, or False for nothing.
    By default, the target None is described by the bundled file, and one folder by its
    ``dataset.toml``. Without a target, a dataset file names the files.
    A build runs in a child process, which has limits of time and memory. `report` is called with
    each of its stages: ``load``, ``infer``, ``write``, ``index``. Labels and other texts are in the
    first of `languages` that the data have for them.

    Contradictions do not prevent opening (`KnowledgeGraph.warnings`), nor do files in folders that
    cannot be read, unless the setting `strict` is on. Raises `UsageError`, `NotFound`,
    `Unreadable`, `Inconsistent` (if `strict`), `BuildStopped` and `StoreUnavailable`.
    """
    settings = _adjusted(settings or settings_module.load(), format, infer)
    arrivals = targets.Arrivals(settings)
    target, dataset = _named(target, data, arrivals), _absolute(dataset)
    described = _description(target, dataset, settings)
    given = Given(target, dataset, tuple(languages), arrivals)
    if isinstance(target, str) and targets.is_address(target):
        fetched = arrivals.fetch(target)
        if fetched is None:
            return _open_endpoint(target, settings, described, given.languages)
        found = targets.Resolved(target, (fetched,), Counter())
        recipe = _recipe_of(found, described, settings)
        return _open_recipe(recipe, settings, report, given)
    if isinstance(target, str | Path) and (Path(target) / "CURRENT").is_file():
        folder = Path(target)
        origin = str(folder.absolute())
        return KnowledgeGraph(
            settings,
            external=folder,
            origin=origin,
            dataset_file=described,
            languages=given.languages,
        )
    recipe = _recipe(target, described, settings, arrivals)
    return _open_recipe(recipe, settings, report, given)


def _adjusted(settings: Settings, format: str | None, infer: bool | None) -> Settings:
    """Return settings with the values that `open` got."""
    if format is not None:
        from ipgraph.inputs import syntaxes  # late: few graphs are opened with a format

        settings = replace(settings, input_format=syntaxes.by_name(format).key)
    return settings if infer is None else replace(settings, infer=infer)


def _named(source: Source, data: object, arrivals: targets.Arrivals) -> Target:
    """Return what was passed to `open` by name: objects are written to files."""
    if data is not None:
        if source is not None:
            raise UsageError("Both a target and data were given.", hint="Open one of them.")
        return arrivals.keep(data)
    if isinstance(source, str) and "\n" in source:
        raise UsageError(
            "The target is a text of several lines, not a path.",
            hint="To open a text as RDF: ipgraph.open(data=…).",
        )
    if source is None or isinstance(source, str | Path):
        return source
    if isinstance(source, os.PathLike):
        return Path(source)
    is_one = isinstance(source, bytes) or hasattr(source, "read") or targets.is_rdflib(source)
    if is_one or not isinstance(source, Iterable):
        return arrivals.keep(source)
    return [item if isinstance(item, str | Path) else arrivals.keep(item) for item in source]


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
    target, dataset = graph.given
    if target is not None:
        target = graph.recipe.origin.split("\n")
    described = _description(target, dataset, graph.settings)
    arrivals = graph.arrivals or targets.Arrivals(graph.settings)
    recipe = _recipe(target, described, graph.settings, arrivals)
    given = Given(*graph.given, graph.preferred_languages, arrivals)
    fresh = _open_recipe(recipe, graph.settings, report, given)
    if fresh.built.is_same(graph.built) and fresh.config == graph.config:
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
    target: Target = None, *, dataset: Description = None, settings: Settings | None = None
) -> Path:
    """Return the folder of the snapshot of a graph, without opening it: it may be damaged.

    `target` as in `open`, without endpoints and folders of Oxigraph. Raises `NotFound` if the
    snapshot has not been built.
    """
    settings = settings or settings_module.load()
    target = _listed(target)
    described = _description(target, dataset, settings)
    recipe = _recipe(target, described, settings, targets.Arrivals(settings))
    return cache.find(recipe, settings_module.cache_folder(settings))


def recipe_of(
    target: Target, arrivals: targets.Arrivals, settings: Settings, *, dataset: Description = None
) -> Recipe:
    """Return the files of a graph and their description, without building it.

    `target` as in `open`, without endpoints and folders of Oxigraph. `arrivals` hold what is
    fetched. Raises `NotFound` and `UsageError`.
    """
    target = _listed(target)
    described = _description(target, _absolute(dataset), settings)
    return _recipe(target, described, settings, arrivals)


def remove_snapshots(folders: Iterable[Path]) -> int:
    """Remove snapshots that no process uses. Return how many."""
    return cache.remove(folders)


def _open_endpoint(
    address: str, settings: Settings, described: DatasetFile, languages: tuple[str, ...]
) -> KnowledgeGraph:
    from ipgraph.store.remote import RemoteStore

    max_bytes = settings.result_limit_mib << 20
    endpoint = RemoteStore(address, settings.query_time_limit_s, max_bytes)
    return KnowledgeGraph(
        settings,
        external=endpoint,
        origin=address,
        dataset_file=described,
        languages=languages,
    )


def _open_recipe(
    recipe: Recipe,
    settings: Settings,
    report: Callable[[str], None],
    given: Given,
) -> KnowledgeGraph:
    bounds = cache.Bounds(settings.keep_snapshots, settings.cache_limit_mib << 20)
    folder = settings_module.cache_folder(settings)
    limits = BuildLimits.of(settings)
    if not settings.infer and not cache.existing(recipe, folder):
        recipe = recipe._replace(reasoner="none")
    snapshot = cache.get_or_build(recipe, folder, report, bounds, limits)
    if settings.strict:
        _refuse_findings(snapshot)
    return KnowledgeGraph(
        settings,
        snapshot=snapshot,
        recipe=recipe,
        given=(given.target, given.dataset),
        arrivals=given.arrivals,
        languages=given.languages,
    )


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


def _recipe(
    target: Target, dataset: DatasetFile, settings: Settings, arrivals: targets.Arrivals
) -> Recipe:
    if target is None:
        named = dataset if dataset.path else loading.bundled_dataset()
        found = loading.dataset_files(named)
        resolved = targets.Resolved("", found.files, found.skipped)
        return _recipe_of(resolved, dataset, settings)
    paths = [target] if isinstance(target, str | Path) else list(target)
    if dataset.folder is not None and [*map(_absolute_path, paths)] == [dataset.folder]:
        found = loading.dataset_files(dataset)
        resolved = targets.Resolved(str(dataset.folder), found.files, found.skipped)
    else:
        resolved = targets.resolve(paths, arrivals, settings.input_format)
    return _recipe_of(resolved, dataset, settings)


def _recipe_of(found: targets.Resolved, dataset: DatasetFile, settings: Settings) -> Recipe:
    return Recipe(
        found.origin,
        found.inputs,
        settings.reasoner,
        settings.inference_limits,
        dataset,
        ReadingOptions.of(settings, loading.contexts_of(dataset)),
        tuple(sorted(found.skipped.items())),
    )


def _absolute_path(target: str | Path) -> Path | None:
    return None if targets.is_address(target) else Path(target).absolute()
