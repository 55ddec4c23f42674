"""The body of a response: its length checked, decoded, and limited in size."""

from __future__ import annotations

import http.client
import re
import zlib
from typing import IO, TYPE_CHECKING

from ipgraph.http_client.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_PART_BYTES = 64 << 10
_GZIP = 16 + zlib.MAX_WBITS
_LENGTH = re.compile(r"[0-9]{1,18}")


class TooLarge(Exception):
    """The decoded body is larger than its limit."""


def copy(response: http.client.HTTPResponse, sink: IO[bytes], max_bytes: int) -> None:
    """Write the decoded body of a response to a file.

    Raises `TooLarge`, and `http.client.HTTPException` for a body that is broken or incomplete. No
    encoding is requested; gzip is decoded all the same, because proxies compress on their own.
    """
    _check_lengths(response)
    parts = _parts(response)
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        parts = _unzip(parts)
    elif encoding != "identity":
        raise http.client.HTTPException(
            f"the response has the Content-Encoding {one_line(encoding, 40)}, which is not "
            "supported"
        )
    written = 0
    for part in parts:
        written += len(part)
        if written > max_bytes:
            raise TooLarge
        sink.write(part)


def _check_lengths(response: http.client.HTTPResponse) -> None:
    """Raise for a length that `http.client` would ignore (RFC 9112, 6.3)."""
    lengths = set(response.headers.get_all("Content-Length", []))
    if len(lengths) > 1 or not all(_LENGTH.fullmatch(length.strip()) for length in lengths):
        raise http.client.HTTPException("the response has a malformed Content-Length")


def _parts(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while part := response.read1(_PART_BYTES):
        left = response.chunk_left
        if isinstance(left, int) and left < 0:  # `http.client` takes -5 for a size
            raise http.client.HTTPException("a chunk of the response has a malformed size")
        yield part
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)


def _unzip(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Decode gzip, of any number of members (RFC 1952, 2.2), a bounded part at a time."""
    decoder = zlib.decompressobj(_GZIP)
    has_begun = False
    try:
        for part in parts:
            rest = part
            while rest:
                if decoder.eof:
                    decoder, has_begun = zlib.decompressobj(_GZIP), False
                has_begun = True
                yield decoder.decompress(rest, _PART_BYTES)
                rest = decoder.unused_data or decoder.unconsumed_tail
    except zlib.error as error:
        raise http.client.HTTPException("the response is not valid gzip") from error
    if not decoder.eof and has_begun:
        raise http.client.HTTPException("the response is incomplete gzip")
