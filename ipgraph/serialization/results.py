"""Serialize pyoxigraph's query results."""

from __future__ import annotations

from itertools import islice
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, NamedTuple, cast

import pyoxigraph as ox

from ipgraph.errors import NotAcceptable
from ipgraph.serialization.formats import Content, Format, by_name, find, formats_with
from ipgraph.serialization.limits import checked, until_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ipgraph.store import EngineResult, Term

_BINDINGS = (ox.QuerySolutions, ox.QueryBoolean)
_NO_PREFIXES: Mapping[str, str] = MappingProxyType({})
_WITH_PREFIXES = {"ttl", "trig", "rdf"}


class ResultFormats(NamedTuple):
    """The formats to use for bindings and for triples, if the kind of result is not known yet."""

    bindings: Format
    triples: Format

    def of(self, result: EngineResult) -> Format:
        """Return the format for `result`."""
        return self.bindings if content_of(result) is Content.BINDINGS else self.triples


def format_of_result(name: str) -> Format | ResultFormats:
    """Return the format with a name; for ``json`` and ``xml``, the kind of result decides.

    Raises `UsageError`, which lists the formats.
    """
    bindings = find(name, formats_with(Content.BINDINGS))
    triples = find(name, formats_with(Content.TRIPLES, Content.QUADS))
    return ResultFormats(bindings, triples) if bindings and triples else by_name(name)


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
            names = [variable.value for variable in result.variables]
            _write_rows(names, map(list, islice(result, max_rows)), output_format, whole)
            return
        results_format = ox.QueryResultsFormat.from_media_type(output_format.media_type)
        result.serialize(whole, format=results_format)


def write_solutions(
    names: Sequence[str],
    rows: Iterable[Sequence[Term | None]],
    output_format: Format,
    out: IO[bytes],
) -> None:
    """Write rows of terms, one for each of `names`. Raises the errors of `write`."""
    if output_format.content is not Content.BINDINGS:
        raise _not_acceptable(output_format, Content.BINDINGS, "SELECT and ASK")
    with until_whole(out, output_format) as whole:
        _write_rows(names, rows, output_format, whole)


def _write_rows(
    names: Sequence[str],
    rows: Iterable[Sequence[Term | None]],
    output_format: Format,
    out: IO[bytes],
) -> None:
    from ipgraph.serialization.rows import write_rows  # late: most results have no limit

    write_rows(names, rows, output_format, out)


def write_statements(
    statements: Iterable[ox.Triple] | Iterable[ox.Quad],
    output_format: Format,
    out: IO[bytes],
    prefixes: Mapping[str, str] = _NO_PREFIXES,
) -> None:
    """Write triples or quads to `out` as they are computed. Raises the errors of `write`."""
    if output_format.content is Content.BINDINGS:
        raise _not_acceptable(output_format, Content.TRIPLES, "CONSTRUCT, DESCRIBE and documents")
    if output_format.is_basic:
        from ipgraph.serialization.basic_encoding import encoded  # late: few results need it

        statements = encoded(cast("Iterable[ox.Quad]", statements))
        output_format = output_format.plain
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
