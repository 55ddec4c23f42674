"""Rules: queries in a folder, each of whose rows is a problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.checks.problems import Problem
from ipgraph.checks.terms import text_of
from ipgraph.errors import InvalidData, Place
from ipgraph.sparql import guard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ipgraph.checks.locations import Locator

# The variables that a rule selects for the entity with the problem and for the graph it is in.
_ENTITY = "thing"
_GRAPH = "graph"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, its message to the curator, and its query."""

    name: str
    message: str
    text: str

    def check(self, engine: ox.Store, locator: Locator) -> Iterator[Problem]:
        """Yield one problem for each row, at the place where the entity is described."""
        solutions = engine.query(self.text)
        assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101  rules are SELECT queries
        names = [variable.value for variable in solutions.variables]
        for row in solutions:
            terms = {name: row[name] for name in names if row[name] is not None}
            entity = terms.pop(_ENTITY, None)
            graph = terms.get(_GRAPH)
            place = None
            if isinstance(entity, ox.NamedNode):
                place = locator.find(entity, engine, graph.value if graph else None)
            yield Problem(
                f"rules/{self.name}",
                self.message,
                entity=text_of(entity),
                detail=" ".join(text_of(term) for term in terms.values()),
                place=place,
                iri=entity.value if isinstance(entity, ox.NamedNode) else "",
            )


def load_rules(directory: Path) -> tuple[Rule, ...]:
    """Return the rules of a folder, by name."""
    return tuple(_load(path) for path in sorted(directory.glob("*.rq")))


def _load(path: Path) -> Rule:
    text = path.read_text(encoding="utf-8")
    message = " ".join(
        line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")
    )
    if not message:
        raise InvalidData(
            f"The rule {path.name} has no message. Write it as a comment on the first line.",
            place=Place(1, 1, str(path)),
        )
    found = guard.admit(text)
    if found.form != "SELECT" or found.services or found.default_graphs or found.named_graphs:
        raise InvalidData(
            f"The rule {path.name} is not a SELECT query of this graph alone, without SERVICE "
            "and FROM.",
            place=Place(1, 1, str(path)),
        )
    return Rule(path.stem, message, text)
