"""What every reasoner returns: the closure of a graph and its inconsistencies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Premise:
    """A triple that a conclusion rests on, in N-Triples syntax, and the graphs that state it.

    `sources` is empty if the triple is inferred.
    """

    subject: str
    predicate: str
    object: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """A contradiction: the OWL 2 RL rule that concludes `false`, and its premises."""

    rule: str
    message: str
    premises: tuple[Premise, ...]

    def __str__(self) -> str:
        """Return the message and the rule, then one line for each premise with its graphs."""
        lines = [f"{self.message} (rule {self.rule})"]
        for premise in self.premises:
            origin = ", ".join(premise.sources) or "inferred"
            lines.append(f"  {premise.subject} {premise.predicate} {premise.object}  [{origin}]")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Incompleteness:
    """Why a closure is incomplete: a limit, and the rules that were not applied, in words.

    What was inferred is sound. `statements` is the number of inferred statements.
    """

    statements: int
    limit: str
    missing: str

    def __str__(self) -> str:
        """Return one sentence for people who build or use the graph."""
        return (
            f"Inference stopped after {self.statements:,} statements (limit: {self.limit}); "
            f"the graph is open without what would follow from {self.missing}."
        )


@dataclass(frozen=True, slots=True)
class Closure:
    """The triples that follow from a graph and are not stated in it, and its inconsistencies.

    `chunks` hold the inferred triples as N-Triples, each triple in one chunk only, in an order
    that depends on the input alone. Blank nodes keep the labels they have in the input.
    `unsupported` has a sentence for each construct that is used and that OWL 2 RL has no rule for.
    `incomplete` says what is missing if the limits of inference were reached. `stars` are the sizes
    of the classes of equal terms that are stored as a star. `timings` are milliseconds by step.
    """

    reasoner: str
    chunks: Collection[bytes]
    count: int
    inconsistencies: tuple[Inconsistency, ...] = ()
    unsupported: tuple[str, ...] = ()
    incomplete: Incompleteness | str | None = None
    stars: tuple[int, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of inferred triples."""
        return self.count

    @property
    def triples(self) -> Iterator[ox.Triple]:
        """Yield the inferred triples, parsed from the chunks each time."""
        for chunk in self.chunks:
            for quad in ox.parse(chunk, format=ox.RdfFormat.N_TRIPLES):
                yield quad.triple

    def store(self, engine: ox.Store, graph: ox.NamedNode | None = None) -> None:
        """Add the inferred triples to `graph` of `engine` (the default graph if None).

        Blank nodes are those of `engine` with the same label, which Oxigraph's own `load`
        would rename; so only chunks without any take its fast path.
        """
        target = graph or ox.DefaultGraph()
        blank_chunks: list[bytes] = []
        stream = _Stream(self.chunks, blank_chunks)
        engine.bulk_load(
            cast("IO[bytes]", stream), format=ox.RdfFormat.N_TRIPLES, to_graph=target, lenient=True
        )
        if blank_chunks:
            name = "" if graph is None else f" {graph}"
            lines = b"".join(blank_chunks).replace(b" .\n", f"{name} .\n".encode())
            engine.bulk_extend(ox.parse(lines, format=ox.RdfFormat.N_QUADS, lenient=True))


class _Stream:
    """Chunks of N-Triples as a readable file; those that may have blank nodes are set aside."""

    def __init__(self, chunks: Iterable[bytes], blank_chunks: list[bytes]) -> None:
        self._chunks = iter(chunks)
        self._blank_chunks = blank_chunks
        self._rest = memoryview(b"")

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, and none only at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            if b"_:" in chunk:  # in a text as well: the slow path is right for both
                self._blank_chunks.append(chunk)
            else:
                self._rest = memoryview(chunk)
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)
