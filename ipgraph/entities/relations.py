"""The relations of one entity as groups: one property, one direction, in reading order.

Inferred statements that add nothing to another statement of the description are left out: a wider
property next to a narrower one, and the inverse of a statement in the other direction.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from ipgraph.entities import concepts
from ipgraph.entities.annotations import Annotations
from ipgraph.entities.concepts import INVERSES
from ipgraph.entities.labels import LABEL_PROPERTIES, XL_LABEL, XL_OTHER_LABEL, Name, qualifiers
from ipgraph.entities.statements import TYPE, Citations, Statement, Value, gather
from ipgraph.entities.values import FIRST, ValueReader
from ipgraph.entities.vocabulary import DEFINITIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ipgraph.entities.history import HistoryReader
    from ipgraph.entities.model import Model
    from ipgraph.store import Subject, Term

# Quads read in each direction for one description, and values made for one property.
MAX_READ = 4000
_IN_OTHER_SECTIONS = frozenset((TYPE, *LABEL_PROPERTIES, XL_LABEL, XL_OTHER_LABEL, *DEFINITIONS))


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one property in one direction, stated ones first, then by label."""

    relation: Name
    label: str  # of the relation in this direction
    incoming: bool
    values: tuple[Value, ...]
    total: int
    complete: bool = True  # False if there are more values than were counted
    kind: Name | None = None  # the class of all values, if the group was divided by class
    section: str = "relations"  # or "identifiers", "notes"
    is_part: bool = False  # True if the relation is that of a part to its whole

    @property
    def sources(self) -> tuple[int, ...] | None:
        """Return the sources that all values share, or None if they differ."""
        support = {(value.sources, value.more_sources, value.inferred) for value in self.values}
        sources, more, inferred = next(iter(support)) if support else ((), 0, False)
        return sources if len(support) == 1 and not more and not inferred else None


@dataclass(frozen=True, slots=True)
class DescriptionLimits:
    """Limits of a description: values of a group, sources of a statement (0: all), dated nodes."""

    values: int = 60
    sources: int = 0
    history: int = 200


class GroupBuilder:
    """Builds the groups of one entity; `citations` numbers the sources in order of use."""

    def __init__(
        self,
        reader: ValueReader,
        history: HistoryReader,
        model: Model,
        node: NamedNode,
        citations: Citations,
        limits: DescriptionLimits,
    ) -> None:
        self._reader = reader
        self._vocabulary = reader.vocabulary
        self._history = history
        self._model = model
        self._node = node
        self._elsewhere = _IN_OTHER_SECTIONS.union(
            model.dates, *map(model.role, ("short", "other_name", "hidden"))
        )
        self._citations = citations
        self._limits = limits
        self._annotations = Annotations(reader, node)

    def groups(
        self,
        own: list[Statement],
        about: list[Statement],
        is_complete: bool,
    ) -> tuple[Group, ...]:
        """Build the groups of both directions, in reading order.

        `own` has the entity as subject, `about` as object; `is_complete` is False if `about` was
        cut at its limit.
        """
        own, about = self._annotations.take(own, self._with_owners(about))
        if is_complete:
            own, about = concepts.merged(self._node, own, about)
        own, about = self._without_redundant(own, about)
        groups = [
            self.group(name, False, statements) for name, statements in by_property(own).items()
        ]
        for name, statements in by_property(about).items():
            # Beyond the limit of reading, each property is read by itself with its own limit.
            if not is_complete:
                groups.append(self.group(name, True))
            elif name in self._model.part_of:
                groups += self._divided_by_class(name, statements)
            else:
                groups.append(self.group(name, True, statements))
        return tuple(self._with_distinct_labels(sorted(groups, key=self._order)))

    def _with_distinct_labels(self, groups: list[Group]) -> list[Group]:
        pairs = [(group.relation.iri, group.label) for group in groups]
        found = qualifiers(pairs, self._reader.store.prefixes)
        return [
            replace(group, label=f"{group.label} ({found[group.relation.iri]})")
            if group.relation.iri in found
            else group
            for group in groups
        ]

    def _distinguished(self, values: list[Value]) -> list[Value]:
        pairs = [(value.iri, value.text) for value in values if value.iri]
        found = qualifiers(pairs, self._reader.store.prefixes)
        return [
            replace(value, qualifier=found[value.iri]) if value.iri in found else value
            for value in values
        ]

    def _order(self, group: Group) -> tuple[bool, int, int, str]:
        is_part = group.is_part
        label = group.kind.label if group.kind else group.label
        rank = self._vocabulary.rank(group.relation.iri)
        first_rank = 3 if is_part and group.incoming else rank
        return (group.incoming and not is_part, first_rank, rank, label)

    def _without_redundant(
        self, own: list[Statement], about: list[Statement]
    ) -> tuple[list[Statement], list[Statement]]:
        """Leave out statements of other sections, and those that another statement implies."""
        own = [fact for fact in own if fact.predicate not in self._elsewhere]
        about = [fact for fact in about if fact.predicate != TYPE and not self._is_history(fact)]
        outgoing = _predicates_by((fact.object, fact.predicate) for fact in own)
        incoming = _predicates_by((fact.subject, fact.predicate) for fact in about)
        own = [
            fact
            for fact in own
            if not fact.inferred
            or not self._is_implied(fact.predicate, outgoing[fact.object], incoming[fact.object])
        ]
        remaining = _predicates_by((fact.object, fact.predicate) for fact in own)
        about = [
            fact
            for fact in about
            if not fact.inferred
            or not self._is_implied(fact.predicate, incoming[fact.subject], remaining[fact.subject])
        ]
        return own, about

    def _is_history(self, fact: Statement) -> bool:
        """True if the subject is a dated node, which belongs to the history."""
        return fact.predicate in self._model.ties and bool(self._history.kind(fact.subject))

    def _is_implied(self, predicate: str, same_way: set[str], other_way: set[str]) -> bool:
        """True if a narrower property, or an inverse of it, joins the same two entities."""
        if any(
            predicate in self._vocabulary.superproperties(other)
            and other not in self._vocabulary.superproperties(predicate)
            for other in same_way - {predicate}
        ):
            return True
        return bool(other_way & self._vocabulary.inverses(predicate))

    def group(
        self,
        name: str,
        incoming: bool,
        statements: list[Statement] | None = None,
        kind: Name | None = None,
    ) -> Group:
        """Build the group of one property; without `statements`, read them up to a limit."""
        is_complete = True
        if statements is None:
            statements, is_complete = self._read(name, incoming)
        ends = [(fact.subject if incoming else fact.object, fact) for fact in statements]
        # Names are looked up for this part alone: sorting thousands of values would cost more.
        if len(ends) > MAX_READ // 2:
            ends = ends[: self._limits.values]
        values = [(self._reader.text(end).casefold(), end, fact) for end, fact in ends]
        values.sort(key=lambda item: (item[2].inferred, item[0], str(item[1])))
        label = self._vocabulary.incoming_label(name) if incoming else ""
        shown = [
            self._value(end, fact, incoming=incoming)
            for _, end, fact in values[: self._limits.values]
        ]
        return Group(
            relation=self._reader.labels.name(name),
            label=label or self._reader.labels.name(name).label,
            incoming=incoming,
            values=tuple(self._distinguished(shown)),
            total=len(statements),
            complete=is_complete,
            kind=kind,
            section=self._vocabulary.section(name),
            is_part=name in self._model.part_of,
        )

    def _value(self, end: Term, fact: Statement, *, incoming: bool) -> Value:
        back = self._node if incoming else None
        value = self._reader.supported(end, fact, self._citations, back=back)
        return replace(value, annotations=self._annotations.of(fact))

    def _with_owners(self, about: list[Statement]) -> list[Statement]:
        """Replace the cells of lists by what has the list."""
        found: list[Statement] = []
        for fact in about:
            if fact.predicate != FIRST or not isinstance(fact.subject, BlankNode):
                found.append(fact)
                continue
            owners = self._reader.list_owners(fact.subject)
            found += [replace(fact, subject=node, predicate=name) for node, name in owners]
        return found

    def _read(self, name: str, incoming: bool) -> tuple[list[Statement], bool]:
        store, predicate = self._reader.written, NamedNode(name)
        quads = (
            store.quads(None, predicate, self._node)
            if incoming
            else store.quads(self._node, predicate)
        )
        statements, is_complete = gather(quads, max(MAX_READ, self._limits.values * 3))
        own, about = ([], statements) if incoming else (statements, [])
        own, about = self._annotations.take(own, about)
        if inverse := "" if incoming else INVERSES.get(name):
            quads = store.quads(None, NamedNode(inverse), self._node)
            more, is_all = gather(quads, MAX_READ)
            own, _ = concepts.merged(self._node, own, more)
            is_complete = is_complete and is_all
        return about if incoming else own, is_complete

    def _divided_by_class(self, name: str, statements: list[Statement]) -> list[Group]:
        """Divide the stated parts by their class; the inferred ones stay one group."""
        by_kind: dict[Name | None, list[Statement]] = defaultdict(list)
        for fact in statements:
            by_kind[None if fact.inferred else self._kind(fact.subject)].append(fact)
        return [self.group(name, True, facts, kind) for kind, facts in by_kind.items()]

    def _kind(self, node: Subject) -> Name | None:
        return self._reader.kind(node.value) if isinstance(node, NamedNode) else None


def by_property(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Group statements by their property."""
    groups: dict[str, list[Statement]] = {}
    for statement in statements:
        groups.setdefault(statement.predicate, []).append(statement)
    return groups


def _predicates_by(pairs: Iterable[tuple[object, str]]) -> dict[object, set[str]]:
    predicates: dict[object, set[str]] = defaultdict(set)
    for node, predicate in pairs:
        predicates[node].add(predicate)
    return predicates
