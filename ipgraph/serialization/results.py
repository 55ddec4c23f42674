"""Write what a query answers: pyoxigraph's results to bytes in a format of the table."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import InvalidData, NotAcceptable
from ipgraph.namespaces import PREFIXES
from ipgraph.serialization.formats import Format, Holds, by_name, of_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ipgraph.store import EngineResult

# XML 1.0, production 2: what no XML document can hold, even as a character reference.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_BINDINGS = (ox.QuerySolutions, ox.QueryBoolean)
_WITH_PREFIXES = {"ttl", "trig", "rdf"}


@dataclass(frozen=True, slots=True)
class Fitting:
    """A format for each kind of answer, for a query whose kind is not known beforehand."""

    bindings: Format
    triples: Format

    def of(self, result: EngineResult) -> Format:
        """Return the format of the two that `result` needs."""
        return self.bindings if kind(result) is Holds.BINDINGS else self.triples


def kind(result: EngineResult) -> Holds:
    """Return what `result` needs of a format."""
    return Holds.BINDINGS if isinstance(result, _BINDINGS) else Holds.TRIPLES


def write(
    result: EngineResult,
    form: Format | Fitting,
    out: IO[bytes],
    prefixes: Mapping[str, str] = PREFIXES,
    max_rows: int | None = None,
) -> None:
    """Write `result` to `out` as it is computed: all of it, or the first rows or triples.

    Raises `NotAcceptable` where the format cannot hold such a result, and `InvalidData` where a
    literal cannot be written in it; in the second case `out` already holds a part of the answer.
    """
    if isinstance(form, Fitting):
        form = form.of(result)
    if not isinstance(result, _BINDINGS):
        write_statements(islice(result, max_rows), form, out, prefixes)
        return
    if form.holds is not Holds.BINDINGS:
        raise _not_acceptable(form, Holds.BINDINGS, "SELECT and ASK")
    if max_rows is not None and isinstance(result, ox.QuerySolutions):
        from ipgraph.serialization.rows import write_rows  # late: most answers are written whole

        write_rows(result, form, _guarded(out, form), max_rows)
        return
    serialisation = ox.QueryResultsFormat.from_media_type(form.media_type)
    result.serialize(_guarded(out, form), format=serialisation)


def write_statements(
    statements: Iterable[ox.Triple] | Iterable[ox.Quad],
    form: Format,
    out: IO[bytes],
    prefixes: Mapping[str, str] = PREFIXES,
) -> None:
    """Write triples or quads to `out` as they come; `write` says what it raises."""
    if form.holds is Holds.BINDINGS:
        raise _not_acceptable(form, Holds.TRIPLES, "CONSTRUCT, DESCRIBE and documents")
    ox.serialize(
        statements,
        _guarded(out, form),
        format=ox.RdfFormat.from_media_type(form.media_type),
        prefixes=dict(prefixes) if form.name in _WITH_PREFIXES else None,
    )


def _not_acceptable(form: Format, wanted: Holds, what: str) -> NotAcceptable:
    fitting = [Holds.TRIPLES, Holds.QUADS] if wanted is Holds.TRIPLES else [wanted]
    names = ", ".join(hit.name for hit in of_kind(*fitting))
    return NotAcceptable(f"{form.label} cannot hold the answer of {what}; use one of {names}.")


def _guarded(out: IO[bytes], form: Format) -> IO[bytes]:
    return _XmlGuard(out) if form.name in ("xml", "rdf") else out  # type: ignore[return-value]


class _XmlGuard:
    """A binary file that refuses what XML cannot hold, instead of passing on ill-formed XML."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._tail = b""  # a forbidden character may lie across two writes

    def write(self, part: bytes) -> int:
        found = _NOT_XML.search(self._tail + part)
        if found:
            code = found.group().decode("utf-8", "replace")
            raise InvalidData(
                f"The answer holds the character U+{ord(code[0]):04X}, which XML cannot hold; "
                "ask for JSON, CSV, TSV, Turtle or N-Triples."
            )
        self._tail = part[-2:]
        self._out.write(part)
        return len(part)

    def flush(self) -> None:
        self._out.flush()


class Result:
    """What a query answers: solutions, a truth value or triples, computed as it is read.

    It can be read once. Iterating yields `dict[str, Term]` of the bound variables for SELECT and
    `pyoxigraph.Triple` for CONSTRUCT and DESCRIBE; ``bool(answer)`` is the answer of an ASK.
    """

    def __init__(self, result: EngineResult) -> None:
        self.result = result

    @property
    def variables(self) -> tuple[str, ...]:
        """Return the variables of a SELECT in their order; empty for other forms."""
        if isinstance(self.result, ox.QuerySolutions):
            return tuple(variable.value for variable in self.result.variables)
        return ()

    def __bool__(self) -> bool:
        """Return the answer of an ASK; `TypeError` for other forms."""
        if isinstance(self.result, ox.QueryBoolean):
            return bool(self.result)
        raise TypeError("Only the answer of an ASK is true or false.")

    def __iter__(self) -> Iterator[Any]:
        """Yield solutions or triples; `TypeError` for an ASK."""
        if isinstance(self.result, ox.QuerySolutions):
            names = self.variables
            for solution in self.result:
                pairs = zip(names, solution, strict=True)
                yield {name: value for name, value in pairs if value is not None}
        elif isinstance(self.result, ox.QueryBoolean):
            raise TypeError("The answer of an ASK is a truth value: use bool().")
        else:
            yield from self.result

    def serialize(self, format: str | Format = "") -> bytes:
        """Return the answer as bytes; by default SPARQL JSON, and Turtle for triples."""
        buffer = io.BytesIO()
        name = format or ("ttl" if kind(self.result) is Holds.TRIPLES else "json")
        write(self.result, name if isinstance(name, Format) else by_name(name), buffer)
        return buffer.getvalue()
