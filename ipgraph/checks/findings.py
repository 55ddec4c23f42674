"""What a check finds: one finding is one thing to mend, with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ipgraph.errors import Place


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the check that met it, what it says, the thing and the place where it lies.

    `check` is a path such as ``rules/acronym-clash``, ``shapes/one-label``, ``style/order``,
    ``questions/units-of``, ``consistency/cax-dw`` or ``syntax``.
    """

    check: str
    message: str
    thing: str = ""  # a prefixed name or an IRI
    detail: str = ""  # the other terms that the check gives: values, graphs
    place: Place | None = None

    def __str__(self) -> str:
        """Write the finding in one line, the place first, as compilers do."""
        where = f"{self.place}: " if self.place else ""
        about = " ".join(part for part in (self.thing, self.detail) if part)
        return f"{where}{self.message}{f' ({about})' if about else ''} [{self.check}]"


@dataclass(frozen=True, slots=True)
class Findings:
    """The result of a check: the faults in the order of their places, and what was looked at.

    `checked` counts, for each part of the check, the single checks that ran; a part that ran none
    checked nothing. `timings` are milliseconds by part.
    """

    faults: tuple[Finding, ...]
    checked: Mapping[str, int] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def ordered(faults: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by file, line and check; those without a place come last."""

    def key(finding: Finding) -> tuple[bool, str, int, str, str]:
        place = finding.place
        at = (place.file, place.line) if place else ("", 0)
        return (place is None, *at, finding.check, finding.thing)

    return tuple(sorted(faults, key=key))
