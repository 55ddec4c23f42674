"""What evidence covers of a dated node: its own dates, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ipgraph.periods import dates
from ipgraph.periods.model import (
    ATTESTED,
    CONTRADICTS_EDITORS,
    END_DIFFERS,
    ENDS_BEFORE_IT_BEGINS,
    ESTIMATED,
    OPEN,
    SEEN_OUTSIDE,
    START_DIFFERS,
    STATED,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ipgraph.periods.dates import Reading
    from ipgraph.periods.nodes import DatedNode


@dataclass(slots=True)
class Held:
    """What evidence covers of a node, while its rivals are compared."""

    node: DatedNode
    since: date | None = None
    through: date | None = None
    from_basis: str = ""
    through_basis: str = ""
    last: Reading | None = None  # the day of its end, as precisely as it is known
    faults: list[str] = field(default_factory=list)

    def may_hold(self, day: date) -> bool:
        """True unless a start or an end is known that excludes a day."""
        if self.since is None or self.through is None:
            return True
        begins = self.from_basis == ATTESTED or self.since <= day
        return begins and (self.through_basis in (ATTESTED, OPEN) or day <= self.through)


def held_of(node: DatedNode) -> Held:
    """Return what the dates of a node cover."""
    held = Held(node)
    starts, held.from_basis = _side(node.starts.stated, node.starts.estimated)
    ends, held.through_basis = _side(node.ends.stated, node.ends.estimated)
    if len(starts) > 1:
        held.faults.append(START_DIFFERS)
    if len(ends) > 1:
        held.faults.append(END_DIFFERS)
    seen = list(node.seen)
    if starts:
        early = [reading for reading in seen if reading.last < starts[0].first]
        if early and held.from_basis == ESTIMATED:  # a document knows better than the editors
            held.faults.append(CONTRADICTS_EDITORS)
            starts, held.from_basis = [], ""
        elif early:
            held.faults.append(SEEN_OUTSIDE)
            seen = [reading for reading in seen if reading not in early]
    if ends:
        late = [reading for reading in seen if reading.first > ends[-1].last]
        if late and held.through_basis == ESTIMATED:
            held.faults.append(CONTRADICTS_EDITORS)
            ends, held.through_basis = [], ""
        elif late:
            held.faults.append(SEEN_OUTSIDE)
            seen = [reading for reading in seen if reading not in late]
    if not (starts or ends or seen):
        return held
    held.last = ends[-1] if ends else None
    held.since = starts[0].first if starts else min(r.first for r in (*seen, *ends))
    # What is only seen in a year, or begins in one and is not seen again, held on a day of it.
    held.through = ends[-1].last if ends else max(r.last for r in (*seen, *starts))
    held.from_basis = held.from_basis or ATTESTED
    held.through_basis = held.through_basis or ATTESTED
    if held.through < held.since:
        held.faults.append(ENDS_BEFORE_IT_BEGINS)
        held.through = held.since
    return held


def _side(stated: Sequence[Reading], estimated: Sequence[Reading]) -> tuple[list[Reading], str]:
    """Return the readings of a start or an end, and their basis.

    The editors count only where no document gives that side.
    """
    if stated:
        return dates.most_precise(stated), STATED
    return dates.most_precise(estimated), ESTIMATED if estimated else ""


def extend_to_horizon(held: Held, horizon: date | None) -> None:
    """Let what was seen in the last year of the dataset, and has not ended, hold to its end."""
    if horizon is None or held.through is None or held.since is None or held.node.is_point:
        return
    if held.through_basis == ATTESTED and held.through.year >= horizon.year - 1:
        held.through, held.through_basis = max(horizon, held.since), OPEN
