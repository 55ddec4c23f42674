"""Notice damage to the served snapshot, and serve one that was built again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ipgraph.errors import IpGraphError

if TYPE_CHECKING:
    from threading import Event

    from ipgraph.server.service import Service

_LOGGER = logging.getLogger(__name__)
_INTERVAL_S = 1.0
_RETRY_S = 30.0


def watch(service: Service, stop: Event) -> None:
    """Until `stop` is set, compare the served snapshot with its inventory every second (0.1 ms).

    A snapshot that is damaged or was removed is built again from the files and replaces it. If the
    files are missing or wrong, the workers go on with what they have in memory.
    """
    wait_s = _INTERVAL_S
    reported = ""
    while not stop.wait(wait_s):
        damage = repair(service, reported)
        wait_s = _RETRY_S if damage else _INTERVAL_S
        reported = damage


def repair(service: Service, reported: str = "") -> str:
    """Replace the served snapshot if it is damaged; return the damage if that is not possible.

    Damage that was `reported` is not logged once more.
    """
    snapshot = service.edition.kg.snapshot
    damage = snapshot.find_damage() if snapshot is not None else ""
    if snapshot is None or not damage:
        return ""
    try:
        service.reload()
    except IpGraphError as error:
        if damage != reported:
            _LOGGER.error(
                "Snapshot %s is damaged (%s) and cannot be built again: %s",
                *(snapshot.hash, damage, f"{error} {error.hint}".strip()),
            )
        return damage
    _LOGGER.warning("Snapshot %s was damaged (%s) and is replaced", snapshot.hash, damage)
    return ""
