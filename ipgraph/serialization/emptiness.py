"""Whether a serialized result has rows or statements, from its bytes alone."""

from __future__ import annotations

import re

MAX_EMPTY_BYTES = 16_384  # a longer result has rows: an empty one holds names and prefixes only
_SIGNS_OF_ROWS = {
    "xml": rb"<result>|<boolean>",
    "rdf": rb" rdf:(?:about|nodeID)=",
    "jsonld": rb'[\[{,]\s*"@id"',
}


def is_empty(format_name: str, body: bytes) -> bool:
    """True if a complete result of SELECT, CONSTRUCT or DESCRIBE has no rows or statements."""
    if len(body) > MAX_EMPTY_BYTES:
        return False
    format_name = format_name.removesuffix("-basic")
    if format_name == "json":
        return body.endswith(b'"bindings":[]}}')
    if format_name in ("csv", "tsv"):
        return body.rstrip(b"\r\n").count(b"\n") == 0
    sign = _SIGNS_OF_ROWS.get(format_name)
    if sign is not None:
        return re.search(sign, body) is None
    # Turtle, TriG, N-Triples, N-Quads
    return all(not line or line.startswith(b"@prefix") for line in body.split(b"\n"))
