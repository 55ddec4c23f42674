"""The relationships of one thing as groups: one property, one direction, in a reader's order.

What is inferred and says no more than another statement told is left out: a wider property of
a narrower one that is told, and the inverse of one that is told from the other end.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from ipgraph.entities.history import TIES, Episodes
from ipgraph.entities.labels import ACRONYM, LABEL_PROPERTIES, Name
from ipgraph.entities.statements import TYPE, Citations, Reader, Statement, Value, gather
from ipgraph.entities.vocabulary import DEFINITIONS
from ipgraph.namespaces import DCTERMS, IP, ORG, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable

# Bounds of one description: quads read in each direction, and values made of one property.
MAX_READ = 4000
PART_OF = (ORG + "unitOf", ORG + "subOrganizationOf", IP + "partOf")
OTHER_NAMES = (ACRONYM, SKOS + "altLabel")
DATES = (
    *(IP + each for each in ("establishedOn", "charteredOn", "dissolvedOn")),
    *(IP + each for each in ("validFrom", "validThrough")),
    DCTERMS + "issued",
)
_TOLD_ELSEWHERE = frozenset(
    (
        TYPE,
        SKOS + "hiddenLabel",
        RDFS + "isDefinedBy",
        *OTHER_NAMES,
        *DATES,
        *LABEL_PROPERTIES,
        *DEFINITIONS,
    )
)


@dataclass(frozen=True, slots=True)
class Group:
    """The values that one property gives, in one direction, stated ones first, then by label."""

    relation: Name
    label: str  # as the relation reads in this direction
    incoming: bool
    values: tuple[Value, ...]
    total: int
    complete: bool = True  # False where there are more than were counted
    kind: Name | None = None  # the class of all values, where a group was divided by class
    section: str = "relations"  # or "identifiers", "notes"

    @property
    def is_part(self) -> bool:
        """Say whether the relation is that of a part to its whole."""
        return self.relation.iri in PART_OF

    @property
    def sources(self) -> tuple[int, ...] | None:
        """Return the sources that all values share, or None where they differ."""
        support = {(value.sources, value.more_sources, value.inferred) for value in self.values}
        sources, more, inferred = next(iter(support)) if support else ((), 0, False)
        return sources if len(support) == 1 and not more and not inferred else None


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is told: values of a group, sources of a statement (0: all), dated nodes."""

    values: int = 60
    cited: int = 0
    episodes: int = 200


class Grouping:
    """Makes the groups of one thing; `citations` numbers the sources as they are met."""

    def __init__(
        self,
        reader: Reader,
        episodes: Episodes,
        node: NamedNode,
        citations: Citations,
        extent: Extent,
    ) -> None:
        self._reader = reader
        self._terms = reader.terms
        self._episodes = episodes
        self._node = node
        self._citations = citations
        self._extent = extent

    def groups(
        self,
        own: list[Statement],
        about: list[Statement],
        complete: bool,
    ) -> tuple[Group, ...]:
        """Make the groups of both directions, in a reader's order."""
        told = self._telling(own, about)
        groups = [
            self.group(name, False, statements) for name, statements in by_property(told[0]).items()
        ]
        for name, statements in by_property(told[1]).items():
            # Past the bound of reading, each property is read by itself and bounded by itself.
            if not complete:
                groups.append(self.group(name, True))
            elif name in PART_OF:
                groups += self._divided(name, statements)
            else:
                groups.append(self.group(name, True, statements))
        return tuple(sorted(groups, key=self._order))

    def _order(self, group: Group) -> tuple[bool, int, int, str]:
        part = group.relation.iri in PART_OF
        label = group.kind.label if group.kind else group.label
        rank = self._terms.rank(group.relation.iri)
        return (group.incoming and not part, 3 if part and group.incoming else rank, rank, label)

    def _telling(
        self, own: list[Statement], about: list[Statement]
    ) -> tuple[list[Statement], list[Statement]]:
        """Leave out what is told elsewhere on the page, and what another statement already says."""
        own = [each for each in own if each.predicate not in _TOLD_ELSEWHERE]
        about = [
            each
            for each in about
            if each.predicate != TYPE
            and isinstance(each.subject, NamedNode)
            and not (each.predicate in TIES and self._episodes.kind(each.subject))
        ]
        ahead: dict[object, set[str]] = defaultdict(set)
        back: dict[object, set[str]] = defaultdict(set)
        for each in own:
            ahead[each.object].add(each.predicate)
        for each in about:
            back[each.subject].add(each.predicate)
        own = [
            each
            for each in own
            if not each.inferred
            or not self._said(each.predicate, ahead[each.object], back[each.object])
        ]
        still_ahead: dict[object, set[str]] = defaultdict(set)
        for each in own:
            still_ahead[each.object].add(each.predicate)
        about = [
            each
            for each in about
            if not each.inferred
            or not self._said(each.predicate, back[each.subject], still_ahead[each.subject])
        ]
        return own, about

    def _said(self, predicate: str, same_way: set[str], other_way: set[str]) -> bool:
        """Say whether a narrower property, or an inverse of it, joins the same two things."""
        if any(
            predicate in self._terms.superproperties(each)
            and each not in self._terms.superproperties(predicate)
            for each in same_way - {predicate}
        ):
            return True
        return bool(other_way & self._terms.inverses(predicate))

    def group(
        self,
        name: str,
        incoming: bool,
        statements: list[Statement] | None = None,
        kind: Name | None = None,
    ) -> Group:
        """Make the group of one property; without `statements` they are read, up to a bound."""
        complete = True
        if statements is None:
            statements, complete = self._read(name, incoming)
        found = [(each.subject if incoming else each.object, each) for each in statements]
        # Names are looked up for the bounded part alone: sorting a hub's thousands would cost more.
        if len(found) > MAX_READ // 2:
            found = found[: self._extent.values]
        values = [(self._reader.value(end), end, each) for end, each in found]
        values.sort(key=lambda each: (each[2].inferred, each[0].text.casefold(), each[0].iri))
        label = self._terms.incoming_label(name) if incoming else ""
        return Group(
            relation=self._reader.labels.name(name),
            label=label or self._reader.labels.name(name).label,
            incoming=incoming,
            values=tuple(
                self._reader.supported(end, each, self._citations)
                for _, end, each in values[: self._extent.values]
            ),
            total=len(statements),
            complete=complete,
            kind=kind,
            section=self._terms.section(name),
        )

    def _read(self, name: str, incoming: bool) -> tuple[list[Statement], bool]:
        store, predicate = self._reader.store, NamedNode(name)
        quads = (
            store.quads(None, predicate, self._node)
            if incoming
            else store.quads(self._node, predicate)
        )
        return gather(quads, max(MAX_READ, self._extent.values * 3))

    def _divided(self, name: str, statements: list[Statement]) -> list[Group]:
        """Divide the parts that sources state by their class; what is inferred stays one group."""
        divided: dict[Name | None, list[Statement]] = defaultdict(list)
        for each in statements:
            iri = each.subject.value
            divided[None if each.inferred else self._reader.kind(iri)].append(each)
        return [self.group(name, True, some, kind) for kind, some in divided.items()]


def by_property(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Sort statements by their property."""
    found: dict[str, list[Statement]] = {}
    for each in statements:
        found.setdefault(each.predicate, []).append(each)
    return found
