"""Bring the bytes of a file to UTF-8 without a byte order mark.

RDF/XML may be in any encoding that its declaration or its byte order mark names (XML 1.0, 4.3.3);
all other syntaxes are UTF-8 by definition.
"""

from __future__ import annotations

import codecs
import re

from ipgraph.errors import Place, Unreadable

_BYTE_ORDER_MARKS = (  # longest first: that of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "UTF-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "UTF-32", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "UTF-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "UTF-16", "utf-16-be"),
)
_UNMARKED = {b"<\0?\0": "utf-16-le", b"\0<\0?": "utf-16-be"}  # XML 1.0, appendix F
_DECLARATION = re.compile(
    rb"""<\?xml\s[^?<>]{0,200}?encoding\s*=\s*(?:"([A-Za-z][\w.:-]*)"|'([A-Za-z][\w.:-]*)')"""
)
_HEAD_BYTES = 1024
# Of Python's codecs, only those that map bytes to characters and nothing else.
_CODECS = re.compile(
    r"ascii|utf-8|utf-16(?:-[bl]e)?|utf-32(?:-[bl]e)?|iso8859-\d+|cp(?:125\d|437|850|852|866|932"
    r"|936|949|950)|koi8-[ru]|mac-roman|gb2312|gbk|gb18030|big5|euc_jp|euc_kr|shift_jis|iso2022_jp"
)


def to_utf8(data: bytes, name: str) -> bytes:
    """Return the bytes of a file in UTF-8, without a byte order mark.

    Raises `Unreadable` for UTF-16 and UTF-32 that is not XML, for unknown encodings, and for bytes
    that are not valid in the encoding that the file declares.
    """
    for mark, label, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], label, codec, name)
    data = data.removeprefix(codecs.BOM_UTF8)
    codec_of_start = _UNMARKED.get(data[:4])
    if codec_of_start:
        return _without_declaration(_decode(data, codec_of_start, "UTF-16", name))
    declared = _DECLARATION.match(data[:_HEAD_BYTES])
    if declared is None:
        return data
    label = (declared[1] or declared[2]).decode("ascii")
    found = _codec(label, name)
    if found in ("utf-8", "ascii"):
        return data
    if found.startswith(("utf-16", "utf-32")):
        raise _error(name, f"The file declares {label}, but is in another encoding.")
    return _without_declaration(_decode(data, found, label, name))


def _marked(data: bytes, label: str, codec: str, name: str) -> bytes:
    """Return a file that began with the mark of UTF-16 or UTF-32; it must be XML."""
    width = 4 if label == "UTF-32" else 2
    start = data[: 200 * width].decode(codec, "replace").lstrip()
    if not start.startswith("<") or start.startswith(("<http", "<urn:")):
        raise _error(name, f"The file is in {label}.", "Convert it to UTF-8.")
    return _without_declaration(_decode(data, codec, label, name))


def _codec(label: str, name: str) -> str:
    """Return the name of the codec of an encoding."""
    try:
        found = codecs.lookup(label).name
    except (LookupError, ValueError):
        found = ""
    if not _CODECS.fullmatch(found):
        raise _error(name, f"The encoding {label} is not known.", "Convert the file to UTF-8.")
    return found


def _decode(data: bytes, codec: str, label: str, name: str) -> bytes:
    try:
        return data.decode(codec).encode()
    except UnicodeError as error:
        position = getattr(error, "start", 0)
        line = data.count(b"\n", 0, position) + 1
        raise _error(
            name, f"Byte {position + 1:,} is not valid in {label}.", "Convert it to UTF-8.", line
        ) from error


def _without_declaration(data: bytes) -> bytes:
    """Replace the declared encoding, which was that of the file."""
    declared = _DECLARATION.match(data[:_HEAD_BYTES])
    if declared is None:
        return data
    start, end = declared.span(1) if declared[1] is not None else declared.span(2)
    return data[:start] + b"UTF-8" + data[end:]


def _error(name: str, message: str, hint: str = "", line: int = 1) -> Unreadable:
    place = Place(line, 1, name)
    return Unreadable(f"{place}: {message}", place=place, hint=hint)
