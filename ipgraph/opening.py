"""Open a graph: find its input files, and build or reuse the snapshot made from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ipgraph import settings as settings_module
from ipgraph.errors import NotFound, UsageError
from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.snapshots import cache, loading
from ipgraph.snapshots.snapshot import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ipgraph.settings import Settings


def open(
    target: str | Path | Iterable[str | Path] | None = None,
    *,
    settings: Settings | None = None,
    report: Callable[[str], None] = lambda stage: None,
) -> KnowledgeGraph:
    """Open the graph that `target` names; build its snapshot first if it is missing or stale.

    `target` is one of: None, the graph of this project; a path or several, RDF files and folders
    of them (``*`` is expanded); a folder written by Oxigraph; ``http(s)://…``, a SPARQL endpoint.
    `report` is called with each stage of a build: ``load``, ``infer``, ``write``, ``index``.
    Raises `NotFound`, `InvalidData`, `Inconsistent` and `StoreUnavailable`.
    """
    settings = settings or settings_module.load()
    if isinstance(target, str) and target.startswith(("http://", "https://")):
        from ipgraph.store.remote import RemoteStore

        max_bytes = settings.result_limit_mib << 20
        endpoint = RemoteStore(target, settings.query_time_limit_s, max_bytes)
        return KnowledgeGraph(settings, external=endpoint, origin=target)
    if isinstance(target, str | Path) and (Path(target) / "CURRENT").is_file():
        folder = Path(target)
        return KnowledgeGraph(settings, external=folder, origin=str(folder.absolute()))
    return _open_recipe(_recipe(target, settings), settings, report)


def reopen(
    graph: KnowledgeGraph, report: Callable[[str], None] = lambda stage: None
) -> KnowledgeGraph:
    """Return the graph of the same files as they are now; `graph` itself if nothing changed."""
    if graph.recipe is None:
        return graph
    origin = graph.recipe.origin
    target = [Path(line) for line in origin.split("\n")] if origin else None
    fresh = _open_recipe(_recipe(target, graph.settings), graph.settings, report)
    return graph if fresh.built.hash == graph.built.hash else fresh


def remove_snapshots(folders: Iterable[Path]) -> int:
    """Remove snapshots that no process uses. Return how many."""
    return cache.remove(folders)


def _open_recipe(
    recipe: Recipe, settings: Settings, report: Callable[[str], None]
) -> KnowledgeGraph:
    snapshot = cache.get_or_build(recipe, settings_module.cache_folder(settings), report)
    return KnowledgeGraph(settings, snapshot=snapshot, recipe=recipe)


def _recipe(target: str | Path | Iterable[str | Path] | None, settings: Settings) -> Recipe:
    if target is None:
        return Recipe("", loading.project_inputs(), settings.reasoner)
    paths = [target] if isinstance(target, str | Path) else list(target)
    if not paths:
        raise UsageError("No file was named.")
    files = [file for path in paths for file in _expand(Path(path))]
    origin = "\n".join(str(file.absolute()) for file in files)
    return Recipe(origin, loading.inputs_of(files), settings.reasoner)


def _expand(path: Path) -> list[Path]:
    if "*" not in path.name:
        return [path]
    matches = sorted(path.parent.glob(path.name))
    if not matches:
        raise NotFound(f"No file matches {path}.")
    return matches
