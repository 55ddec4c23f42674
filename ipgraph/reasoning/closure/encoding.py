"""Terms as numbers and triples as columns, for the closure to compute with.

A term is its N-Triples text in bytes; terms are numbered in the order in which they appear. Lines
are read many at a time, by one regular expression and `map` over a dictionary, which costs about
0.6 µs a triple: a loop in Python would cost three times that.
"""

from __future__ import annotations

import gc
import re
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyoxigraph as ox

from ipgraph.namespaces import XSD
from ipgraph.reasoning.vocabulary import TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Column = np.ndarray[tuple[int], np.dtype[np.int64]]

HALF = 32  # a pair is one number: the first term's in the upper half, the second's in the lower
LOW = (1 << HALF) - 1
_LINE = re.compile(rb"([^ ]+) ([^ ]+) ([^\n]+) \.\n")  # spaced as every writer of N-Triples does
_INTEGER_DATATYPES = ("nonNegativeInteger", "integer", "int", "positiveInteger", "decimal", "short")
_CHUNK_BYTES = 1 << 20  # fits the processor's cache: 32 MiB cost half as much again


class Dictionary(dict[bytes, int]):
    """Numbers of terms; looking up an unknown term gives it the next number."""

    def __missing__(self, term: bytes) -> int:
        number = len(self)
        self[term] = number
        return number

    def number(self, term: str) -> int:
        """Return the number of a term given as str."""
        return self[term.encode()]

    def integers(self, value: int) -> list[str]:
        """Return the literals among the terms whose value is the whole number `value`."""
        found = []
        for text in (f'"{value}"', f'"+{value}"', f'"0{value}"', f'"{value}.0"'):
            found += [
                f"{text}^^<{XSD}{datatype}>"
                for datatype in _INTEGER_DATATYPES
                if f"{text}^^<{XSD}{datatype}>".encode() in self
            ]
        return found

    def column(self, terms: Iterable[bytes], count: int) -> Column:
        """Return the numbers of `count` terms."""
        return np.fromiter(map(self.__getitem__, terms), np.int64, count)


def read_lines(lines: bytes, dictionary: Dictionary) -> tuple[Column, Column, Column]:
    """Return subjects, predicates and objects of N-Triples; unusual spacing costs more."""
    if lines and not lines.endswith(b"\n"):
        lines += b"\n"
    rows = _LINE.findall(lines)
    if len(rows) != lines.count(b"\n") or lines.startswith(b"#") or b"\n#" in lines:
        rows = _LINE.findall(_canonical(lines))
    if not rows:
        empty = np.empty(0, np.int64)
        return empty, empty, empty
    subjects, predicates, objects = zip(*rows, strict=True)
    count = len(rows)
    return (
        dictionary.column(subjects, count),
        dictionary.column(predicates, count),
        dictionary.column(objects, count),
    )


def _canonical(lines: bytes) -> bytes:
    """Return any N-Triples (comments, blank lines, unusual spacing) as Oxigraph writes them."""
    triples = (quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def chunks_of(path: str) -> Iterator[bytes]:
    """Yield a file of N-Triples in chunks of whole lines, about 1 MiB each."""
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk + file.readline()


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Pause Python's garbage collector, which takes a third of the time for millions of tuples."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Columns:
    """Triples by relation: a class's members, or a property's pairs, as sorted distinct numbers."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self._type = dictionary[TYPE.encode()]
        self._classes: dict[int, list[Column]] = {}
        self._properties: dict[int, list[Column]] = {}

    def add(self, lines: bytes) -> None:
        """Add triples given as lines of N-Triples."""
        subjects, predicates, objects = read_lines(lines, self._dictionary)
        order = np.argsort(predicates, kind="stable")
        for predicate, rows in groups(predicates, order):
            first, second = subjects[rows], objects[rows]
            if predicate != self._type:
                pairs = first << HALF | second
                self._properties.setdefault(predicate, []).append(pairs)
                continue
            for class_, members in groups(second, np.argsort(second, kind="stable")):
                self._classes.setdefault(class_, []).append(first[members])

    def classes(self) -> dict[int, Column]:
        """Return the members of each class."""
        return {key: distinct(columns) for key, columns in self._classes.items()}

    def properties(self) -> dict[int, Column]:
        """Return the pairs of each property."""
        return {key: distinct(columns) for key, columns in self._properties.items()}


def distinct(columns: list[Column]) -> Column:
    """Return the distinct values of several columns, sorted."""
    column = columns[0] if len(columns) == 1 else np.concatenate(columns)
    if len(column) < 2:
        return column
    column = np.sort(column)
    keep = np.empty(len(column), np.bool_)
    keep[0] = True
    np.not_equal(column[1:], column[:-1], out=keep[1:])
    return column[keep]


def groups(values: Column, order: Column) -> Iterator[tuple[int, Column]]:
    """Yield each value with the rows that hold it; `order` sorts `values`."""
    if not len(order):
        return
    ordered = values[order]
    starts = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    bounds = [0, *starts.tolist(), len(order)]
    for start, end in pairwise(bounds):
        yield int(ordered[start]), order[start:end]
