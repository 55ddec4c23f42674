"""The values of a dataset file: texts by language, property paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one or several languages: pairs of a language tag and a text, sorted.

    A plain text has the tag "".
    """

    versions: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.versions)

    def choose(self, languages: Iterable[str] = ("en",)) -> str:
        """Return the text in the first of `languages` that it has; else a plain one, else any."""
        for wanted in (*languages, ""):
            for tag, text in self.versions:
                if tag == wanted or (wanted and tag.startswith(wanted + "-")):
                    return text
        return self.versions[0][1] if self.versions else ""


@dataclass(frozen=True, slots=True)
class Step:
    """A property of a path, followed from subject to object, or `inverse`."""

    iri: str
    inverse: bool = False

    def __str__(self) -> str:
        return f"{'^' * self.inverse}<{self.iri}>"


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """Properties followed one after the other. Its text is a property path of SPARQL."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return "/".join(map(str, self.steps))

    @property
    def property(self) -> str:
        """The property of a path of one forward step; empty for any other path."""
        first = self.steps[0]
        return first.iri if len(self.steps) == 1 and not first.inverse else ""


def path_of(*iris: str) -> PropertyPath:
    """Return the path that follows some properties forward."""
    return PropertyPath(tuple(Step(iri) for iri in iris))
