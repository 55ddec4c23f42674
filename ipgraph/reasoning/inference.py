"""What a reasoner hands back, whichever reasoner it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Premise:
    """A triple that an argument rests on, in N-Triples syntax, and the graphs that state it.

    `sources` is empty where the triple is inferred.
    """

    subject: str
    predicate: str
    object: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """A contradiction: the OWL 2 RL rule that concludes `false`, and what it concludes it from."""

    rule: str
    message: str
    premises: tuple[Premise, ...]

    def __str__(self) -> str:
        """Write the message, the rule, and one line for each premise with the graphs it is from."""
        lines = [f"{self.message} (rule {self.rule})"]
        for each in self.premises:
            origin = ", ".join(each.sources) or "inferred"
            lines.append(f"  {each.subject} {each.predicate} {each.object}  [{origin}]")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Closure:
    """What follows from a graph: the triples that are not stated in it, and its contradictions.

    `chunks` hold the inferred triples as N-Triples, each triple once over all chunks, in an order
    that depends on the input alone. Blank nodes keep the labels they have in the input.
    `outside` names constructs that were recognized and are beyond OWL 2 RL.
    `timings` are milliseconds by step.
    """

    reasoner: str
    chunks: Collection[bytes]
    count: int
    inconsistencies: tuple[Inconsistency, ...] = ()
    outside: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of inferred triples."""
        return self.count

    @property
    def triples(self) -> Iterator[ox.Triple]:
        """Read the inferred triples one by one."""
        for chunk in self.chunks:
            for quad in ox.parse(chunk, format=ox.RdfFormat.N_TRIPLES):
                yield quad.triple

    def store(self, engine: ox.Store, graph: ox.NamedNode | None = None) -> None:
        """Add the inferred triples to `graph` of `engine` (the default graph where None).

        Blank nodes are those of `engine` with the same label, which Oxigraph's own `load`
        would rename; so only chunks without any take its fast path.
        """
        place = graph or ox.DefaultGraph()
        blank: list[bytes] = []
        plain = _Stream(self.chunks, blank)
        engine.bulk_load(
            cast("IO[bytes]", plain), format=ox.RdfFormat.N_TRIPLES, to_graph=place, lenient=True
        )
        if blank:
            name = "" if graph is None else f" {graph}"
            lines = b"".join(blank).replace(b" .\n", f"{name} .\n".encode())
            engine.bulk_extend(ox.parse(lines, format=ox.RdfFormat.N_QUADS, lenient=True))


class _Stream:
    """Chunks of N-Triples as a file to read; those that may mention blank nodes are set aside."""

    def __init__(self, chunks: Iterable[bytes], blank: list[bytes]) -> None:
        self._chunks = iter(chunks)
        self._blank = blank
        self._rest = memoryview(b"")

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, and none only at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            if b"_:" in chunk:  # in a text as well: the slow way is right for both
                self._blank.append(chunk)
            else:
                self._rest = memoryview(chunk)
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)
