"""Serve a graph until it is stopped: console output, signals, reloading, watching the files."""

from __future__ import annotations

import errno
import gc
import logging
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipgraph import logs, opening, scratch
from ipgraph.errors import IpGraphError, StoreUnavailable
from ipgraph.server import create_app
from ipgraph.server.html import bundles
from ipgraph.server.transport import descriptors, listening

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.application import Application
    from ipgraph.server.transport.interfaces import Server
    from ipgraph.settings import Settings

_LOGGER = logging.getLogger(__name__)

# Size and time of each file, by its path.
Stats = dict[str, tuple[int, int]]

_DRAIN_S = 5.0  # in addition to the time that a request may take
_WATCH_S = 0.5
_CLASSES_SHOWN = 6


def serve(kg: KnowledgeGraph, settings: Settings, *, watch: bool = False) -> None:
    """Serve `kg` until Ctrl+C or SIGTERM. SIGHUP reloads the files; with `watch`, so do changes.

    Raises `StoreUnavailable` if the address cannot be bound.
    """
    started = time.perf_counter()
    descriptors.raise_limit()
    undo_logging = logs.configure(settings)
    try:
        seen = _stats(kg)
        application = create_app(kg, settings)
        del kg  # a reload replaces it, and then it must not stay open
        _serve(application, seen, started, watch=watch)
    finally:
        undo_logging()


def _serve(application: Application, seen: Stats, started: float, *, watch: bool) -> None:
    settings = application.service.settings
    server = _bind(application, settings)
    application.service.pool  # noqa: B018  start the workers before the first request
    _on_signals(
        application, server
    )  # before the announcement: its reader may send a signal at once
    _announce(application, listening.address(server, settings), time.perf_counter() - started)
    gc.freeze()  # these objects stay: garbage collections need not scan them again
    stop = threading.Event()
    threading.Thread(
        target=opening.watch_snapshot,
        args=(lambda: application.service.edition.kg, application.service.reload, stop),
        name="snapshot monitor",
        daemon=True,
    ).start()
    if watch:
        threading.Thread(
            target=_watch, args=(application, seen, stop), name="watch", daemon=True
        ).start()
    try:
        server.run()
    finally:
        stop.set()
        server.shut_down(_DRAIN_S)
        application.close()
        scratch.clear()


def _bind(application: Application, settings: Settings) -> Server:
    """Bind the address. Raises `StoreUnavailable` if that is not possible."""
    where = f"{settings.host}:{settings.port}"
    try:
        if not listening.is_free(settings):
            raise OSError(errno.EADDRINUSE, "address already in use")
        return listening.make(application, settings)
    except OSError as error:
        raise StoreUnavailable(
            f"Cannot listen on {where}: {(error.strerror or str(error)).lower()}.",
            hint="Choose another port with --port, or --port 0 for any free port.",
        ) from error


def _announce(application: Application, address: str, seconds: float) -> None:
    kg = application.service.edition.kg
    prefix = application.service.settings.path_prefix
    lines = [f"Serving at {address}{prefix}/"]
    if kg.snapshot is not None:
        counts = kg.snapshot.manifest["counts"]
        lines.append(
            f"{counts['stated']:,} triples stated, {counts['inferred']:,} inferred, "
            f"{counts['sources']:,} sources; loaded in {seconds:.1f} s"
        )
        lines += kg.notes
        if top := [f"{name.label} {n:,}" for name, n in kg.classes()[:_CLASSES_SHOWN]]:
            lines.append("Entities: " + ", ".join(top))
    tries = ("/", "/sparql", _example(kg))
    lines.append("Try: " + "  ".join(address + prefix + item for item in tries))
    if lacking := bundles.lacking():
        lines.append(lacking)
    lines.append("Press Ctrl+C to stop.")
    print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201  standard output is for results


def _example(kg: KnowledgeGraph) -> str:
    """Return the path of the thing to begin with, else that of the list of all things."""
    things, start = kg.config.iris.things, kg.config.start
    return f"/id/{start.removeprefix(things)}" if things and start.startswith(things) else "/browse"


def _on_signals(application: Application, server: Server) -> None:
    """In the main thread: drain and stop on SIGTERM and Ctrl+C, reload on SIGHUP."""
    if threading.current_thread() is not threading.main_thread():
        return

    def stop(number: int, frame: Any) -> None:
        application.service.draining = True
        server.stop_accepting()
        threading.Thread(target=_drain, args=(application, server), daemon=True).start()

    def reload(number: int, frame: Any) -> None:
        threading.Thread(target=reload_now, args=(application,), daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, reload)


def _drain(application: Application, server: Server) -> None:
    """Wait for the running requests, then end the event loop."""
    deadline = time.monotonic() + drain_limit_s(application.service.settings)
    while time.monotonic() < deadline and server.is_busy():
        time.sleep(0.02)
    server.end()


def drain_limit_s(settings: Settings) -> float:
    """Return how long to wait for running requests: longer than the longest query may take."""
    arrival_s = max(settings.header_time_limit_s, settings.body_time_limit_s)
    return max(settings.wait_limit_s + settings.query_time_limit_s, arrival_s) + _DRAIN_S


def reload_now(application: Application) -> None:
    """Reload the files. If that fails, log the reason and continue with the old graph."""
    try:
        changed = application.service.reload()
    except IpGraphError as error:
        _LOGGER.error("Not reloaded: %s", f"{error} {error.hint}".strip())
        return
    except Exception:  # else the thread that watches the files would end
        _LOGGER.exception("Not reloaded: an internal error.")
        return
    _LOGGER.info("Reloaded." if changed else "Nothing has changed.")


def _watch(application: Application, seen: Stats, stop: threading.Event) -> None:
    """Reload when a file of the graph changes, appears or disappears."""
    while not stop.wait(_WATCH_S):
        now = _stats(application.service.edition.kg)
        if now != seen:
            seen = now
            reload_now(application)


def _stats(kg: KnowledgeGraph) -> Stats:
    recipe = kg.recipe
    found: Stats = {}
    folders = {item.path.parent for item in recipe.inputs} if recipe else set()
    if kg.dataset_file.folder:
        folders.add(kg.dataset_file.folder)
    for path in (item for folder in folders for item in Path(folder).glob("*")):
        try:
            stat = path.stat()
        except OSError:
            continue  # deleted in the meantime
        found[str(path)] = (stat.st_size, stat.st_mtime_ns)
    return found
