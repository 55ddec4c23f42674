"""Members of lists: which members a list has that an axiom names, by one walk along its cells.

As a clause over `rdf:rest`, membership would be concluded for every cell of every list, one cell a
round: a list of 2,000 cells took 19 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.reasoning.closure.budget import OverBudget
from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, distinct
from ipgraph.reasoning.closure.relations import EMPTY, contains, rows_with
from ipgraph.reasoning.rules import unroll
from ipgraph.reasoning.vocabulary import FIRST, MEMBER, REST

if TYPE_CHECKING:
    from ipgraph.reasoning.closure.encoding import Dictionary
    from ipgraph.reasoning.closure.equality import Relations


class Lists:
    """Concludes the pairs of `MEMBER` for the lists of a fixpoint."""

    def __init__(self, relations: Relations, dictionary: Dictionary) -> None:
        self._relations = relations
        self._first, self._rest, self._member = map(dictionary.number, (FIRST, REST, MEMBER))
        self._owners = [dictionary.number(owner) for owner in _list_properties()]
        self._seen_sizes: tuple[int, ...] = ()

    def run(self) -> bool:
        """Conclude the members of all lists if a list changed; True if anything was new."""
        first, rest, *owners = (
            self._codes(key) for key in (self._first, self._rest, *self._owners)
        )
        sizes = tuple(map(len, (first, rest, *owners)))
        if sizes == self._seen_sizes:
            return False
        self._seen_sizes = sizes
        lists = distinct([codes & LOW for codes in owners])
        if not len(lists) or not len(first):
            return False
        try:
            cells = self._cells(lists, rest)
            which, rows = rows_with(first, cells & LOW)
            members = distinct([cells[which] & ~LOW | first[rows] & LOW])
            self._relations.budget.afford(len(members))
            return self._relations.conclude(self._member, members)
        except OverBudget as error:
            self._relations.skip("list", self._member, error)
            return False

    def _codes(self, key: int) -> Column:
        relation = self._relations.relations.get(key)
        return EMPTY if relation is None else relation.codes

    def _cells(self, lists: Column, rest: Column) -> Column:
        """Return pairs of list and cell, for all cells that a walk along `rest` reaches.

        All lists are walked at once, one cell a step. Cells that a walk has seen are only looked
        for after 1, 2, 4 ... steps: a walk around a cycle ends there, and others pay little.
        """
        subjects = rest >> HALF
        is_branching = bool((subjects[1:] == subjects[:-1]).any())
        latest = lists << HALF | lists
        found, count, steps = [latest], len(latest), 0
        while len(latest):
            which, rows = rows_with(rest, latest & LOW)
            latest = latest[which] & ~LOW | rest[rows] & LOW
            if is_branching:
                latest = distinct([latest])
            steps += 1
            if steps & (steps - 1) == 0:
                self._relations.budget.check()
                found = [distinct(found)]
                latest = latest[~contains(found[0], latest)]
            found.append(latest)
            count += len(latest)
            self._relations.budget.afford(count)
        return distinct(found)


def _list_properties() -> list[str]:
    """Return the properties whose lists a rule reads by membership."""
    properties: dict[str, None] = {}
    for rule in unroll({}):
        lists = {atom.subject for atom in rule.body if atom.predicate == MEMBER}
        properties.update((atom.predicate, None) for atom in rule.body if atom.object in lists)
    return list(properties)
