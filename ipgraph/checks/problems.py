"""Problems that checks find in files, and the report that lists them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ipgraph.errors import Place


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: the check that found it, its message, and the entity and place it is about.

    `check` is a path such as ``rules/acronym-clash``, ``shapes/one-label``, ``style/order``,
    ``questions/units-of``, ``consistency/cax-dw`` or ``syntax``.
    """

    check: str
    message: str
    entity: str = ""  # a prefixed name or an IRI
    detail: str = ""  # other terms: values, graphs
    place: Place | None = None

    @property
    def subject(self) -> str:
        """The entity and the detail, or nothing."""
        return " ".join(part for part in (self.entity, self.detail) if part)

    def __str__(self) -> str:
        """Return the problem in one line, the place first, as compilers write it."""
        place = f"{self.place}: " if self.place else ""
        subject = f" ({self.subject})" if self.subject else ""
        return f"{place}{self.message}{subject} [{self.check}]"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The result of a check: the problems by place, and how many checks ran.

    `checked` counts the single checks by part; a part with 0 checked nothing. `timings` are
    milliseconds by part.
    """

    problems: tuple[Problem, ...]
    checked: Mapping[str, int] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether no problem was found."""
        return not self.problems


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems by file, line and check; those without a place come last."""

    def key(problem: Problem) -> tuple[bool, str, int, str, str]:
        place = problem.place
        position = (place.file, place.line) if place else ("", 0)
        return (place is None, *position, problem.check, problem.entity)

    return tuple(sorted(problems, key=key))
