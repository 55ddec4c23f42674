"""Notice damage to a snapshot that is served, and have it built again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ipgraph.errors import IpGraphError

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from ipgraph.snapshots.snapshot import Snapshot

_LOGGER = logging.getLogger(__name__)
_INTERVAL_S = 1.0
_RETRY_S = 30.0


def watch(
    served: Callable[[], Snapshot | None], replace: Callable[[], object], stop: Event
) -> None:
    """Compare the served snapshot with its inventory every second (0.1 ms) until `stop` is set.

    `replace` builds a snapshot that is damaged or was removed again, and serves it. If the files
    are missing or wrong, the workers go on with what they have in memory.
    """
    wait_s = _INTERVAL_S
    reported = ""
    while not stop.wait(wait_s):
        reported = repair(served(), replace, reported)
        wait_s = _RETRY_S if reported else _INTERVAL_S


def repair(snapshot: Snapshot | None, replace: Callable[[], object], reported: str = "") -> str:
    """Replace a damaged snapshot; return the damage if that is not possible, otherwise nothing.

    Damage that was `reported` is not logged once more.
    """
    damage = snapshot.find_damage() if snapshot is not None else ""
    if snapshot is None or not damage:
        return ""
    try:
        replace()
    except IpGraphError as error:
        if damage != reported:
            _LOGGER.error(
                "Snapshot %s is damaged (%s) and cannot be built again: %s",
                *(snapshot.hash, damage, f"{error} {error.hint}".strip()),
            )
        return damage
    _LOGGER.warning("Snapshot %s was damaged (%s) and is replaced", snapshot.hash, damage)
    return ""
