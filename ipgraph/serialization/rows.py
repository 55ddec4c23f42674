"""Write some rows of a SELECT result: the engine's own writers write all, and only once.

Supports the four result formats of SPARQL 1.2. Without a limit, `ipgraph.serialization.results`
uses the engine, which is many times faster.
"""

from __future__ import annotations

import csv
import io
import json
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from ipgraph.namespaces import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ipgraph.serialization.formats import Format
    from ipgraph.store import Term

_WHITE_SPACE = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}  # XML parsers normalize it otherwise
_ITS = ' xmlns:its="http://www.w3.org/2005/11/its" its:version="2.0"'
_STRING = ox.NamedNode(XSD + "string")


def write_rows(
    names: Sequence[str],
    rows: Iterable[Sequence[Term | None]],
    output_format: Format,
    out: IO[bytes],
) -> None:
    """Write rows, with a term or None for each of `names`, to `out` in a format for bindings."""
    writers = {"csv": _csv, "tsv": _tsv, "json": _json, "xml": _xml}
    for part in writers[output_format.name](names, rows):
        out.write(part.encode())


def text_of(term: Term) -> str:
    """Return a term in the syntax of N-Triples."""
    return f"<<( {term} )>>" if isinstance(term, ox.Triple) else str(term)


def _csv(names: Sequence[str], rows: Iterable[Sequence[Term | None]]) -> Iterator[str]:
    yield _csv_line(names)
    for row in rows:
        yield _csv_line([_plain(term) for term in row])


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)  # RFC 4180, as SPARQL 1.1 CSV requires
    return line.getvalue()


def _tsv(names: Sequence[str], rows: Iterable[Sequence[Term | None]]) -> Iterator[str]:
    yield "\t".join(f"?{name}" for name in names) + "\n"
    for row in rows:
        yield "\t".join("" if term is None else text_of(term) for term in row) + "\n"


def _json(names: Sequence[str], rows: Iterable[Sequence[Term | None]]) -> Iterator[str]:
    yield f'{{"head":{{"vars":{json.dumps(names)}}},"results":{{"bindings":['
    for number, row in enumerate(rows):
        bound = {name: _json_term(term) for name, term in _bound(names, row)}
        yield ("," if number else "") + json.dumps(bound, ensure_ascii=False)
    yield "]}}"


def _xml(names: Sequence[str], rows: Iterable[Sequence[Term | None]]) -> Iterator[str]:
    variables = "".join(f"<variable name={quoteattr(name)}/>" for name in names)
    yield '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
    yield f"<head>{variables}</head><results>"
    for row in rows:
        bindings = "".join(
            f"<binding name={quoteattr(name)}>{_element(term)}</binding>"
            for name, term in _bound(names, row)
        )
        yield f"<result>{bindings}</result>"
    yield "</results></sparql>"


def _bound(names: Sequence[str], row: Sequence[Term | None]) -> Iterator[tuple[str, Term]]:
    return ((name, term) for name, term in zip(names, row, strict=True) if term is not None)


def _plain(term: Term | None) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.Triple):  # as the engine writes it: CSV is lossy anyway
        return " ".join(map(_plain, (term.subject, term.predicate, term.object)))
    return str(term) if isinstance(term, ox.BlankNode) else term.value


def _json_term(term: Term) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        return {
            "type": "triple",
            "value": {
                "subject": _json_term(term.subject),
                "predicate": _json_term(term.predicate),
                "object": _json_term(term.object),
            },
        }
    found = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
        if term.direction:
            found["its:dir"] = str(term.direction)
    elif term.datatype != _STRING:
        found["datatype"] = term.datatype.value
    return found


def _element(term: Term) -> str:
    if isinstance(term, ox.Triple):
        parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
        inner = "".join(f"<{name}>{_element(part)}</{name}>" for name, part in parts)
        return f"<triple>{inner}</triple>"
    found = _json_term(term)
    attributes = "".join(
        f" {name}={quoteattr(found[name])}"
        for name in ("xml:lang", "its:dir", "datatype")
        if name in found
    )
    if "its:dir" in found:
        attributes += _ITS
    return f"<{found['type']}{attributes}>{escape(found['value'], _WHITE_SPACE)}</{found['type']}>"
