"""What each format can hold: the one place that refuses a result, before its first byte.

`Format.lacks` says which features a format has no syntax for. `checked` refuses statements with
such a feature, and `until_whole` characters; it also keeps what was written before that from the
reader. `features` finds the features of a whole graph when it is built.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

import pyoxigraph as ox

from ipgraph.errors import NotAcceptable
from ipgraph.namespaces import RDF
from ipgraph.serialization.formats import BASIC, FORMATS, Content, Feature, Format

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path


MAX_HELD_BYTES = 64 << 20  # of a result in a worker, which can write to no file
_MEMORY_BYTES = 8 << 20  # of a result elsewhere; the rest is in a temporary file

# XML 1.0, production 2: not allowed in XML documents, not even as character references.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_XML_BYTES = bytes({*range(0x20, 0x100), 0x09, 0x0A, 0x0D})
# Namespaces in XML 1.0, productions 4 and 6: the end of an IRI that can be an element's name.
# Not compiled here: that takes 5 ms, and most commands never use it.
_START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_XML_NAME = f"[{_START}][-.0-9\xb7\u0300-\u036f\u203f\u2040{_START}]*\\Z"
# RDF/XML, 7.2.14: no property element has these names, and rdf:li stands for rdf:_1, rdf:_2, …
_RESERVED = frozenset(
    RDF + name
    for name in (
        *("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "annotation"),
        *("annotationNodeID", "version", "Description", "aboutEach", "aboutEachPrefix", "bagID"),
        "li",
    )
)
_XMLNS = "http://www.w3.org/2000/xmlns/"  # no document may declare it

# What a line of N-Quads has if its statement may have the feature. The group is a property: one
# that ends in an ASCII name and is not reserved has an XML name.
_MARKS: Mapping[Feature, bytes] = {
    Feature.TRIPLE_TERM: rb"<<\(",
    Feature.XML_CHARACTER: _NOT_XML.pattern + rb"|\\[ubf]",
    Feature.XML_NAME: (
        rb"(?m)^\S+ (<(?:[^>]*[^-.0-9A-Za-z_>][-.0-9]*|%s|%s[^>]*)>)"
        % ("|".join(map(re.escape, sorted(_RESERVED))).encode(), _XMLNS.encode())
    ),
}


def refusal(output_format: Format, feature: Feature, what: str = "") -> NotAcceptable:
    """Return the error for a result that a format cannot hold; `what` is the part at fault."""
    names = alternatives(output_format, feature)
    if feature is Feature.TRIPLE_TERM and output_format.content is Content.TRIPLES:
        names.append(output_format.name + BASIC)
    return NotAcceptable(
        f"{output_format.label} cannot hold {feature}{': ' + what if what else ''}.",
        hint=f"Use {', '.join(names)}.",
    )


def alternatives(output_format: Format, *features: Feature) -> list[str]:
    """Return the names of the formats for the same content that can hold `features`."""
    is_result = output_format.content is Content.BINDINGS
    return [
        item.name
        for item in FORMATS
        if (item.content is Content.BINDINGS) == is_result and item.lacks.isdisjoint(features)
    ]


def can_be_xml_name(iri: str) -> bool:
    """True if RDF/XML can write the property `iri`: as a namespace and a name after it."""
    name = re.search(_XML_NAME, iri)
    if name is None or iri in _RESERVED:
        return False
    return iri[: name.start()] != _XMLNS


def checked(statements: Iterable[Any], output_format: Format) -> Iterator[Any]:
    """Yield statements. Raises `NotAcceptable` for the first that the format cannot hold."""
    find_triple_term = Feature.TRIPLE_TERM in output_format.lacks
    find_property = Feature.XML_NAME in output_format.lacks
    good: set[ox.NamedNode] = set()
    for statement in statements:
        if find_property and statement.predicate not in good:
            _check_property(statement.predicate.value, output_format)
            good.add(statement.predicate)
        if find_triple_term and isinstance(statement.object, ox.Triple):
            raise refusal(output_format, Feature.TRIPLE_TERM, f"<<( {statement.object} )>>")
        yield statement


def _check_property(iri: str, output_format: Format) -> None:
    if not can_be_xml_name(iri):
        raise refusal(output_format, Feature.XML_NAME, f"<{iri}>")


class _XmlGuard:
    """A binary file that raises `NotAcceptable` for characters that are not allowed in XML."""

    def __init__(self, out: IO[bytes], output_format: Format) -> None:
        self._out = out
        self._format = output_format
        self._tail = b""  # the bytes of a forbidden character may be split between two writes

    def write(self, part: bytes) -> int:
        text = self._tail + part
        # Five times as fast as the pattern.
        if text.translate(None, _XML_BYTES) or b"\xef\xbf\xbe" in text or b"\xef\xbf\xbf" in text:
            found = _NOT_XML.search(text)
            code = found[0].decode("utf-8", "replace") if found else "?"
            raise refusal(self._format, Feature.XML_CHARACTER, f"U+{ord(code[0]):04X}")
        self._tail = part[-2:]
        self._out.write(part)
        return len(part)

    def flush(self) -> None:
        self._out.flush()


@runtime_checkable
class Holding(Protocol):
    """A binary file that can keep what is written to it from its reader."""

    def hold(self, max_bytes: int) -> None:
        """Pass nothing on before `max_bytes` bytes are written, or the end is reached."""
        ...


@contextmanager
def until_whole(out: IO[bytes], output_format: Format) -> Iterator[IO[bytes]]:
    """Yield a file whose content reaches `out` only if the block ends without an error.

    For formats that can hold everything, that is `out` itself. Raises `NotAcceptable` for
    characters that the format cannot hold. A file that is `Holding` passes on the first part of a
    result of more than `MAX_HELD_BYTES`.
    """
    if not output_format.lacks:
        yield out
        return
    is_xml = Feature.XML_CHARACTER in output_format.lacks
    with _held(out) as whole:
        yield cast("IO[bytes]", _XmlGuard(whole, output_format)) if is_xml else whole


@contextmanager
def _held(out: IO[bytes]) -> Iterator[IO[bytes]]:
    if isinstance(out, Holding):
        out.hold(MAX_HELD_BYTES)
        yield out
        return
    import shutil  # late: workers, which hold their results themselves, can import nothing
    import tempfile

    with tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES) as whole:
        yield cast("IO[bytes]", whole)
        whole.seek(0)
        shutil.copyfileobj(whole, out)


def features(quads: Path, without: Sequence[str] = ()) -> list[Feature]:
    """Return the features that some format lacks and a file of N-Quads has.

    Statements of the graphs `without` do not count. Reads the file once for each feature, and
    parses the lines that may have it.
    """
    import mmap  # late: only builds need it

    if not quads.stat().st_size:
        return []
    endings = tuple(f"<{graph}> .".encode() for graph in without)
    with quads.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return [
            feature
            for feature, mark in _MARKS.items()
            if any(
                feature in _features_of(line)
                for line in _lines_with(text, re.compile(mark))
                if not line.endswith(endings)
            )
        ]


def _lines_with(text: mmap.mmap, mark: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield the lines that match a pattern; of properties, the first line of each."""
    seen: set[bytes] = set()
    place = 0
    while found := mark.search(text, place):
        start = text.rfind(b"\n", 0, found.start()) + 1
        end = text.find(b"\n", found.end())
        place = len(text) if end < 0 else end
        if found.lastindex and found[1] in seen:
            continue
        if found.lastindex:
            seen.add(found[1])
        yield text[start:place]


def _features_of(line: bytes) -> set[Feature]:
    (quad,) = ox.parse(line, format=ox.RdfFormat.N_QUADS, lenient=True)
    found = set()
    if not can_be_xml_name(quad.predicate.value):
        found.add(Feature.XML_NAME)
    if isinstance(quad.object, ox.Triple):
        found.add(Feature.TRIPLE_TERM)
    if any(_NOT_XML.search(text.encode()) for text in _texts(quad.object)):
        found.add(Feature.XML_CHARACTER)
    return found


def _texts(term: object) -> Iterator[str]:
    if isinstance(term, ox.Literal):
        yield term.value
    elif isinstance(term, ox.Triple):
        yield from _texts(term.object)
