"""Problems that checks find in files, and the report that lists them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ipgraph.errors import Place

SEVERITIES = ("error", "warning", "info")
# Problems of one check in a report; the others are only counted.
MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: the check that found it, its message, and the entity and place it is about.

    `check` is a path such as ``rules/acronym-clash``, ``shapes/one-label``, ``style/order``,
    ``questions/units-of``, ``consistency/cax-dw`` or ``syntax``. `severity` is one of
    `SEVERITIES`.
    """

    check: str
    message: str
    entity: str = ""  # a prefixed name or an IRI
    detail: str = ""  # other terms: values, graphs
    place: Place | None = None
    severity: str = "error"
    iri: str = ""  # of the entity, or of the entity that the node without an IRI belongs to
    translations: tuple[tuple[str, str], ...] = ()  # messages by language tag, if there are several

    @property
    def subject(self) -> str:
        """The entity and the detail, or nothing."""
        return " ".join(part for part in (self.entity, self.detail) if part)

    def message_in(self, languages: Sequence[str]) -> str:
        """Return the message in the first of `languages` that it has, else `message`."""
        return best_message(dict(self.translations), languages) or self.message

    def __str__(self) -> str:
        """Return the problem in one line, the place first, as compilers write it."""
        place = f"{self.place}: " if self.place else ""
        severity = "" if self.severity == "error" else f"{self.severity}: "
        subject = f" ({self.subject})" if self.subject else ""
        return f"{place}{severity}{self.message}{subject} [{self.check}]"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The result of a check: the problems by place, and how many checks ran.

    `checked` counts the single checks by part; a part with 0 checked nothing. `timings` are
    milliseconds by part. `counts` has the number of problems of each check, `problems` the first
    `MAX_LISTED` of them. `notes` say in sentences what was not checked.
    """

    problems: tuple[Problem, ...]
    checked: Mapping[str, int] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether no problem was found."""
        return not self.problems

    @property
    def total(self) -> int:
        """The number of problems, listed or not."""
        return max(sum(self.counts.values()), len(self.problems))

    def has_severity(self, severity: str) -> bool:
        """Whether a problem is as severe as `severity` or more."""
        counted = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return any(problem.severity in counted for problem in self.problems)

    def about(self, iri: str) -> tuple[Problem, ...]:
        """Return the listed problems of an entity."""
        return tuple(problem for problem in self.problems if problem.iri == iri)


def report_of(
    problems: Iterable[Problem],
    checked: Mapping[str, int],
    timings: Mapping[str, float],
    notes: Iterable[str] = (),
    hidden: Mapping[str, int] | None = None,
) -> CheckReport:
    """Return a report with the problems sorted, and listed within the bound.

    `hidden` counts further problems by check.
    """
    counts: Counter[str] = Counter()
    listed = []
    for problem in sort_problems(problems):
        counts[problem.check] += 1
        if counts[problem.check] <= MAX_LISTED:
            listed.append(problem)
    counts.update(hidden or {})
    return CheckReport(tuple(listed), dict(checked), dict(timings), dict(counts), tuple(notes))


def best_message(messages: Mapping[str, str], languages: Sequence[str]) -> str:
    """Return the message in the first language that has one, by its primary subtag, or nothing."""
    for language in languages:
        wanted = language.lower()
        for tag, message in messages.items():
            if wanted in (tag.lower(), tag.lower().partition("-")[0]):
                return message
    return ""


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems by file, line and check; those without a place come last."""

    def key(problem: Problem) -> tuple[bool, str, int, str, str, str]:
        place = problem.place
        position = (place.file, place.line) if place else ("", 0)
        return (place is None, *position, problem.check, problem.entity, problem.detail)

    return tuple(sorted(problems, key=key))
