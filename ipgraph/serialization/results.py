"""Serialize pyoxigraph's query results."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import NotAcceptable
from ipgraph.serialization.formats import Content, Format, by_name, formats_with
from ipgraph.serialization.limits import checked, until_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ipgraph.store import EngineResult

_BINDINGS = (ox.QuerySolutions, ox.QueryBoolean)
_NO_PREFIXES: Mapping[str, str] = MappingProxyType({})
_WITH_PREFIXES = {"ttl", "trig", "rdf"}


@dataclass(frozen=True, slots=True)
class ResultFormats:
    """The formats to use for bindings and for triples, if the kind of result is not known yet."""

    bindings: Format
    triples: Format

    def of(self, result: EngineResult) -> Format:
        """Return the format for `result`."""
        return self.bindings if content_of(result) is Content.BINDINGS else self.triples


def content_of(result: EngineResult) -> Content:
    """Return what a format must be able to contain for `result`."""
    return Content.BINDINGS if isinstance(result, _BINDINGS) else Content.TRIPLES


def write(
    result: EngineResult,
    output_format: Format | ResultFormats,
    out: IO[bytes],
    prefixes: Mapping[str, str] = _NO_PREFIXES,
    max_rows: int | None = None,
) -> None:
    """Write `result` to `out` as it is computed, or only its first `max_rows` rows or triples.

    Raises `NotAcceptable` if the format is not for such results, or cannot hold a term; `out` has
    nothing of the result then (`limits.until_whole`).
    """
    if isinstance(output_format, ResultFormats):
        output_format = output_format.of(result)
    if not isinstance(result, _BINDINGS):
        write_statements(islice(result, max_rows), output_format, out, prefixes)
        return
    if output_format.content is not Content.BINDINGS:
        raise _not_acceptable(output_format, Content.BINDINGS, "SELECT and ASK")
    with until_whole(out, output_format) as whole:
        if max_rows is not None and isinstance(result, ox.QuerySolutions):
            from ipgraph.serialization.rows import write_rows  # late: most results have no limit

            write_rows(result, output_format, whole, max_rows)
            return
        results_format = ox.QueryResultsFormat.from_media_type(output_format.media_type)
        result.serialize(whole, format=results_format)


def write_statements(
    statements: Iterable[ox.Triple] | Iterable[ox.Quad],
    output_format: Format,
    out: IO[bytes],
    prefixes: Mapping[str, str] = _NO_PREFIXES,
) -> None:
    """Write triples or quads to `out` as they are computed. Raises the errors of `write`."""
    if output_format.content is Content.BINDINGS:
        raise _not_acceptable(output_format, Content.TRIPLES, "CONSTRUCT, DESCRIBE and documents")
    if output_format.lacks:
        statements = checked(statements, output_format)
    with until_whole(out, output_format) as whole:
        ox.serialize(
            statements,
            whole,
            format=ox.RdfFormat.from_media_type(output_format.media_type),
            prefixes=dict(prefixes) if output_format.name in _WITH_PREFIXES else None,
        )


def _not_acceptable(output_format: Format, wanted: Content, what: str) -> NotAcceptable:
    contents = [Content.TRIPLES, Content.QUADS] if wanted is Content.TRIPLES else [wanted]
    names = ", ".join(item.name for item in formats_with(*contents))
    return NotAcceptable(f"{output_format.label} is not a format for {what}. Use one of {names}.")


class Result:
    """The result of a query: solutions, a Boolean or triples, computed while it is read.

    It can be read only once. Iterating yields `dict[str, Term]` of bound variables for SELECT and
    `pyoxigraph.Triple` for CONSTRUCT and DESCRIBE; ``bool(result)`` is the result of an ASK.
    """

    def __init__(
        self,
        result: EngineResult,
        damage: Callable[[Exception], Exception | None] = lambda error: None,
        prefixes: Mapping[str, str] = _NO_PREFIXES,
    ) -> None:
        """`damage` returns the error to raise instead of an exception of the engine, or None."""
        self._prefixes = prefixes
        self.result = result
        self._damage = damage

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of a SELECT, in order; empty for other query forms."""
        if isinstance(self.result, ox.QuerySolutions):
            return tuple(variable.value for variable in self.result.variables)
        return ()

    def __bool__(self) -> bool:
        """Return the result of an ASK. Raises `TypeError` for other query forms."""
        if isinstance(self.result, ox.QueryBoolean):
            return bool(self.result)
        raise TypeError("Only the result of an ASK query is true or false.")

    def __iter__(self) -> Iterator[Any]:
        """Yield solutions or triples. Raises `TypeError` for an ASK."""
        try:
            yield from self._rows()
        except (RuntimeError, OSError) as error:
            if damage := self._damage(error):
                raise damage from error
            raise

    def _rows(self) -> Iterator[Any]:
        if isinstance(self.result, ox.QuerySolutions):
            names = self.variables
            for solution in self.result:
                pairs = zip(names, solution, strict=True)
                yield {name: value for name, value in pairs if value is not None}
        elif isinstance(self.result, ox.QueryBoolean):
            raise TypeError("The result of an ASK query is a Boolean. Use bool().")
        else:
            yield from self.result

    def serialize(self, format: str | Format = "") -> bytes:
        """Return the result as bytes. The default is SPARQL JSON, or Turtle for triples."""
        buffer = io.BytesIO()
        name = format or ("ttl" if content_of(self.result) is Content.TRIPLES else "json")
        try:
            output_format = name if isinstance(name, Format) else by_name(name)
            write(self.result, output_format, buffer, self._prefixes)
        except (RuntimeError, OSError) as error:
            if damage := self._damage(error):
                raise damage from error
            raise
        return buffer.getvalue()
