"""Find the derived snapshot of a date, or have it made in a process that can be killed."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from ipgraph.errors import SizeLimitExceeded, StoreUnavailable, StoreUnreadable
from ipgraph.snapshots import cache as snapshot_cache
from ipgraph.snapshots import construction
from ipgraph.snapshots.dates import calendar
from ipgraph.snapshots.dates.calendar import Calendar
from ipgraph.snapshots.snapshot import GRAPH, Snapshot

if TYPE_CHECKING:
    from ipgraph.snapshots.cache import Bounds
    from ipgraph.snapshots.dates.calendar import AsOf
    from ipgraph.snapshots.limits import BuildLimits
    from ipgraph.snapshots.snapshot import Recipe


def calendar_of(snapshot: Snapshot) -> Calendar:
    """Return the calendar of a snapshot."""
    if snapshot.inventory.file(calendar.NAME) is None:
        return Calendar()
    return Calendar.load(snapshot.content(calendar.NAME))


def get_or_derive(
    snapshot: Snapshot,
    recipe: Recipe,
    as_of: AsOf,
    *,
    bounds: Bounds,
    limits: BuildLimits,
    max_statements: int,
) -> Snapshot:
    """Return the snapshot of a graph at a date. Derive it if it is missing or damaged.

    Raises `SizeLimitExceeded` if the graph has more than `max_statements` (0: any number),
    `BuildStopped`, and `StoreUnreadable` for a cache that cannot be written.
    """
    found = _find(snapshot, as_of)
    if found is None:
        quads = snapshot.inventory.quads
        if max_statements and quads > max_statements:
            raise SizeLimitExceeded(
                f"The graph has {quads:,} statements. At a date, only graphs of at most "
                f"{max_statements:,} can be asked, because each date is closed again.",
                limit="as_of_max_statements",
                hint="Ask the dated nodes in a query, or raise as_of_max_statements.",
            )
        found = _derive(snapshot, recipe, as_of, bounds, limits)
    with suppress(OSError):  # a cache that cannot be written
        os.utime(found.folder)  # for `prune`: it has been used
    return found


def _find(snapshot: Snapshot, as_of: AsOf) -> Snapshot | None:
    with suppress(StoreUnavailable):
        return Snapshot(snapshot.derived_folder(as_of.key))
    return None


def _derive(
    snapshot: Snapshot, recipe: Recipe, as_of: AsOf, bounds: Bounds, limits: BuildLimits
) -> Snapshot:
    from ipgraph.snapshots import isolation
    from ipgraph.snapshots.dates.derivation import Order, remove_leftovers

    folder = snapshot.derived_folder(as_of.key)
    cache = folder.parent.parent
    order = Order(snapshot.folder, folder, as_of.first, as_of.last, as_of.certainty)
    try:
        with construction.lock(cache, name=construction.DATES_LOCK):
            if found := _find(snapshot, as_of):  # made by the process that had the lock
                return found
            remove_leftovers(folder.parent)
            try:
                isolation.run(
                    "ipgraph.snapshots.dates.derivation:derive",
                    *(recipe, order),
                    limits=limits,
                    size_bytes=os.path.getsize(snapshot.folder / GRAPH),
                )
            except BaseException:
                remove_leftovers(folder.parent)  # of a process that was killed
                raise
            derived = Snapshot(folder)  # before `prune`, which removes none in use
        snapshot_cache.prune(cache, bounds)
    except OSError as error:
        raise StoreUnreadable(
            f"Cannot write to the cache folder {cache}: {error.strerror or error}.",
            hint="Free some space, or choose another folder with --cache or IPGRAPH_CACHE.",
        ) from error
    return derived
