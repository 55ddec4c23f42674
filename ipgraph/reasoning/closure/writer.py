"""Inferred triples as N-Triples, written from the columns when they are asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from ipgraph.namespaces import RDFS
from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, Dictionary, distinct
from ipgraph.reasoning.rules import MEMBER, SAME
from ipgraph.reasoning.trivia import BUILT_IN, NOTHING, REFLEXIVE, TOP, TYPE, is_axiomatic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.reasoning.closure.relations import Relation

_ROWS = 1 << 17  # triples in a chunk: some 20 MiB
_MEMBER, _SAME, _TYPE = (each.encode() for each in (MEMBER, SAME, TYPE))


class InferredTriples(Collection[bytes]):
    """The triples that were concluded and not stated, in chunks, trivial ones left out.

    Iterating writes them, at about 0.4 µs a triple, each time.
    """

    def __init__(
        self, relations: dict[int, Relation], dictionary: Dictionary, *, full: bool
    ) -> None:
        self._terms = list(dictionary)
        self._dictionary = dictionary
        self._full = full
        self._literals = np.fromiter(
            (term[0] == 34 for term in self._terms), np.bool_, len(self._terms)
        )
        self._columns: dict[int, Column] = {}
        for key in sorted(relations):
            column = self._kept(key, relations[key].inferred())
            if len(column):
                self._columns[key] = column
        if full:
            self._add_reflexive(relations)
        self.count = sum(map(len, self._columns.values()))

    def __len__(self) -> int:
        """Return the number of chunks."""
        return sum(-(-len(column) // _ROWS) for column in self._columns.values())

    def __contains__(self, chunk: object) -> bool:
        return any(chunk == each for each in self)

    def __iter__(self) -> Iterator[bytes]:
        """Write the triples relation by relation, each relation's in the order of its numbers."""
        for key, column in self._columns.items():
            for start in range(0, len(column), _ROWS):
                codes = column[start : start + _ROWS]
                yield self._members(~key, codes) if key < 0 else self._pairs(key, codes)

    def _kept(self, key: int, codes: Column) -> Column:
        """Return the codes whose triples RDF can hold and, unless `full`, that say something."""
        if not len(codes):
            return codes
        name = self._terms[~key if key < 0 else key]
        if key >= 0 and (not name.startswith(b"<") or name == _MEMBER):
            return codes[:0]
        subjects = codes if key < 0 else codes >> HALF
        keep = ~self._literals[subjects]
        if self._full:
            return codes[keep]
        if key < 0:
            return self._kept_members(name.decode(), codes[keep])
        return self._kept_pairs(name.decode(), codes[keep])

    def _kept_members(self, class_: str, members: Column) -> Column:
        if class_ in TOP[TYPE]:
            return members[:0]
        if is_axiomatic(BUILT_IN[0], TYPE, class_):
            said = [not self._terms[each].startswith(_BUILT_IN) for each in members.tolist()]
            return members[np.array(said, np.bool_)]
        return members

    def _kept_pairs(self, property_: str, pairs: Column) -> Column:
        if property_ in REFLEXIVE:
            pairs = pairs[(pairs >> HALF) != (pairs & LOW)]
        for top in TOP.get(property_, ()):
            pairs = pairs[(pairs & LOW) != self._dictionary.get(top.encode(), -1)]
        if property_ == _SUBCLASS:
            pairs = pairs[(pairs >> HALF) != self._dictionary.get(NOTHING.encode(), -1)]
        return pairs

    def _add_reflexive(self, relations: dict[int, Relation]) -> None:
        """Add eq-ref: everything that a triple mentions is the same as itself."""
        parts: list[Column] = []
        for key, relation in relations.items():
            if not len(relation.codes) or self._terms[key if key >= 0 else ~key] == _MEMBER:
                continue
            parts.append(np.array([self._dictionary[_TYPE] if key < 0 else key], np.int64))
            if key < 0:
                parts += [relation.codes, np.array([~key], np.int64)]
            else:
                parts += [relation.codes >> HALF, relation.codes & LOW]
        terms = distinct(parts)
        terms = terms[~self._literals[terms]]
        same = self._dictionary[_SAME]
        stated = relations[same].stated if same in relations else terms[:0]
        pairs = np.setdiff1d(terms << HALF | terms, stated)
        known = self._columns.get(same)
        self._columns[same] = pairs if known is None else distinct([known, pairs])

    def _members(self, class_: int, members: Column) -> bytes:
        ending = b" " + _TYPE + b" " + self._terms[class_] + b" .\n"
        return ending.join(map(self._terms.__getitem__, members.tolist())) + ending

    def _pairs(self, property_: int, pairs: Column) -> bytes:
        between = b" " + self._terms[property_] + b" "
        subjects = map(self._terms.__getitem__, (pairs >> HALF).tolist())
        objects = map(self._terms.__getitem__, (pairs & LOW).tolist())
        return (
            b" .\n".join([s + between + o for s, o in zip(subjects, objects, strict=True)])
            + b" .\n"
        )


_BUILT_IN = tuple(each.encode() for each in BUILT_IN)
_SUBCLASS = f"<{RDFS}subClassOf>"
