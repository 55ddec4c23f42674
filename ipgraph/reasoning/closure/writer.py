"""The writer: inferred triples as N-Triples, written from the columns on demand."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from ipgraph.reasoning.closure.encoding import HALF, LOW, Column, Dictionary, distinct, groups
from ipgraph.reasoning.closure.relations import contains
from ipgraph.reasoning.trivia import REFLEXIVE, TOP, is_axiomatic
from ipgraph.reasoning.vocabulary import (
    BUILT_IN_STARTS,
    MEMBER,
    NOTHING,
    SAME_AS,
    SUBCLASS_OF,
    TYPE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.reasoning.closure.equality import EqualTerms
    from ipgraph.reasoning.closure.relations import Relation

# A class of more equal terms than this is written as a star: each member is the same as one center.
# All pairs of 2,000 members are 4 million triples, which take 1.4 GB in Oxigraph's memory.
MAX_CLIQUE = 100
_CHUNK_TRIPLES = 1 << 17  # about 20 MiB
_MEMBER, _SAME_AS, _TYPE = MEMBER.encode(), SAME_AS.encode(), TYPE.encode()
_BUILT_IN_STARTS = tuple(start.encode() for start in BUILT_IN_STARTS)


class InferredTriples(Collection[bytes]):
    """The inferred triples that are not stated, in chunks; trivial ones are left out.

    `stars` are the sizes of the classes of equal terms that are written as stars.

    Every iteration writes them again, at about 0.4 µs a triple.
    """

    def __init__(
        self,
        relations: dict[int, Relation],
        dictionary: Dictionary,
        *,
        full: bool,
        equal: EqualTerms | None = None,
    ) -> None:
        self._terms = list(dictionary)
        self._dictionary = dictionary
        self._full = full
        self._literals = np.fromiter(
            (term[0] == 34 for term in self._terms), np.bool_, len(self._terms)
        )
        self._columns: dict[int, Column] = {}
        self.stars: tuple[int, ...] = ()
        same = dictionary[_SAME_AS]
        for key in sorted(relations):
            if key == same and equal is not None and not full:
                column = self._with_stars(relations[key], equal)
            else:
                column = self._writable(key, relations[key].inferred())
            if len(column):
                self._columns[key] = column
        if full:
            self._add_reflexive(relations)
        self.count = sum(map(len, self._columns.values()))

    def __len__(self) -> int:
        """Return the number of chunks."""
        return sum(-(-len(column) // _CHUNK_TRIPLES) for column in self._columns.values())

    def __contains__(self, chunk: object) -> bool:
        return any(chunk == own for own in self)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the triples by relation, in the order of their terms' numbers."""
        for key, column in self._columns.items():
            for start in range(0, len(column), _CHUNK_TRIPLES):
                codes = column[start : start + _CHUNK_TRIPLES]
                yield self._members(~key, codes) if key < 0 else self._pairs(key, codes)

    def _writable(self, key: int, codes: Column) -> Column:
        """Return the codes whose triples RDF can hold and, unless `full`, are not trivial."""
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
            return self._nontrivial_members(name.decode(), codes[keep])
        return self._nontrivial_pairs(name.decode(), codes[keep])

    def _nontrivial_members(self, class_: str, members: Column) -> Column:
        if class_ in TOP[TYPE]:
            return members[:0]
        if is_axiomatic(BUILT_IN_STARTS[0], TYPE, class_):
            is_own = [
                not self._terms[member].startswith(_BUILT_IN_STARTS) for member in members.tolist()
            ]
            return members[np.array(is_own, np.bool_)]
        return members

    def _nontrivial_pairs(self, property_: str, pairs: Column) -> Column:
        if property_ in REFLEXIVE:
            pairs = pairs[(pairs >> HALF) != (pairs & LOW)]
        for top in TOP.get(property_, ()):
            pairs = pairs[(pairs & LOW) != self._dictionary.get(top.encode(), -1)]
        if property_ == SUBCLASS_OF:
            pairs = pairs[(pairs >> HALF) != self._dictionary.get(NOTHING.encode(), -1)]
        return pairs

    def _with_stars(self, same: Relation, equal: EqualTerms) -> Column:
        """Return the inferred pairs of `owl:sameAs`, of large classes only those of their stars.

        The center is the first IRI of a class, or else its first blank node.
        """
        order = np.argsort(equal.representatives, kind="stable")
        stars, members, sizes = [], [], []
        for _, places in groups(equal.representatives, order):
            terms = equal.terms[places]
            subjects = terms[~self._literals[terms]]
            if len(terms) <= MAX_CLIQUE or not len(subjects):
                continue
            iris = [number for number in subjects.tolist() if self._terms[number][:1] == b"<"]
            center = iris[0] if iris else int(subjects[0])
            stars += [center << HALF | terms[terms != center], subjects << HALF | center]
            members.append(terms)
            sizes.append(len(terms))
        pairs = same.inferred()
        if sizes:
            self.stars = tuple(sorted(sizes, reverse=True))
            pairs = pairs[~contains(np.sort(np.concatenate(members)), pairs >> HALF)]
            pairs = distinct([pairs, *stars])
            pairs = pairs[~contains(same.stated, pairs)]
        return self._writable(self._dictionary[_SAME_AS], pairs)

    def _add_reflexive(self, relations: dict[int, Relation]) -> None:
        """Add eq-ref: every term of a triple is the same as itself."""
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
        same = self._dictionary[_SAME_AS]
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
