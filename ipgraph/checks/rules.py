"""The hygiene rules of ``ontology/rules``: each row that a rule's query returns is a fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.checks.findings import Finding
from ipgraph.errors import InvalidData, Place
from ipgraph.namespaces import shorten
from ipgraph.resources import folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ipgraph.checks.locations import Places

# The variable that a rule selects for the faulty thing, and the one for the graph it lies in.
_THING = "thing"
_GRAPH = "graph"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, what it tells the curator, and its query."""

    name: str
    message: str
    text: str

    def faults(self, engine: ox.Store, places: Places) -> Iterator[Finding]:
        """Yield one finding for each row, placed where the thing is written."""
        found = engine.query(self.text)
        assert isinstance(found, ox.QuerySolutions)  # noqa: S101  `read` has looked
        names = [each.value for each in found.variables]
        for row in found:
            terms = {name: row[name] for name in names if row[name] is not None}
            thing = terms.pop(_THING, None)
            graph = terms.get(_GRAPH)
            place = None
            if isinstance(thing, ox.NamedNode):
                place = places.of(thing, engine, graph.value if graph else None)
            yield Finding(
                f"rules/{self.name}",
                self.message,
                thing=_short(thing),
                detail=" ".join(_short(term) for term in terms.values()),
                place=place,
            )


def rules(directory: Path | None = None) -> tuple[Rule, ...]:
    """Return the rules of a folder (the project's own by default), by name."""
    directory = directory or folder("ontology") / "rules"
    return tuple(_read(path) for path in sorted(directory.glob("*.rq")))


def _read(path: Path) -> Rule:
    text = path.read_text(encoding="utf-8")
    message = " ".join(
        line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")
    )
    if not message:
        raise InvalidData(
            f"The rule {path.name} has no first comment, which is its message.",
            place=Place(1, 1, str(path)),
        )
    return Rule(path.stem, message, text)


def _short(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return shorten(term.value)
    if isinstance(term, ox.Literal):
        return f'"{term.value}"'
    return "" if term is None else str(term)
