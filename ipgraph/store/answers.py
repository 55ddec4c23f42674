"""Write what a query answers: pyoxigraph's results to bytes in a format of the table."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import InvalidData, NotAcceptable
from ipgraph.formats import Format, Holds, of_kind
from ipgraph.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ipgraph.store import Result

# XML 1.0, production 2: what no XML document can hold, even as a character reference.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_WITH_PREFIXES = {"ttl", "trig", "rdf"}


def kind(result: Result) -> Holds:
    """Return what `result` needs of a format."""
    return Holds.TRIPLES if isinstance(result, ox.QueryTriples) else Holds.BINDINGS


def write(
    result: Result, form: Format, out: IO[bytes], prefixes: Mapping[str, str] = PREFIXES
) -> None:
    """Write `result` to `out` as it is computed.

    Raises `NotAcceptable` where the format cannot hold such a result, and `InvalidData` where a
    literal cannot be written in it; in the second case `out` already holds a part of the answer.
    """
    if isinstance(result, ox.QueryTriples):
        write_statements(result, form, out, prefixes)
        return
    if form.holds is not Holds.BINDINGS:
        raise _not_acceptable(form, Holds.BINDINGS, "SELECT and ASK")
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
    names = ", ".join(each.name for each in of_kind(*fitting))
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
