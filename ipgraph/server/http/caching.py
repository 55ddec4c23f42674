"""Answers that are kept, and asked for again with a tag (RFC 9110, 8.8 and 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.server.http.response import Headers, Response
from ipgraph.server.http.response_cache import Kept

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ipgraph.server.http.request import Exchange
    from ipgraph.server.service import Service

_MAX_ALIASES = 20_000
_MAX_ALIAS_CHARS = 8_000
_QUICK_BYTES = 32 << 10  # compressed in about a millisecond
_COMPRESSED = '-gzip"'
# How the body of a kept answer is sent, if not as it is: compressed, or not at all (304).
GZIP, NOTHING = "gzip", "nothing"
_WITH_304 = ("Vary", "Cache-Control", "Content-Location", "Expires")


def find(service: Service, exchange: Exchange, key: Hashable) -> Response | None:
    """Return the kept answer under `key`, or 304 where the client has it; else None."""
    kept = service.cache.get((service.edition.name, key))
    known = exchange.header("If-None-Match")
    tag = kept.tag if kept else service.edition.tag(key) if known else ""
    if known and exchange.reads and _matches(known, tag):
        headers = _filtered(kept.headers) if kept else (("Vary", "Accept"), _freshness(service))
        return Response(304, (("ETag", tag), *headers))
    if kept is None:
        return None
    exchange.note["cache"] = "hit"
    return answer(service, exchange, (service.edition.name, key), kept)


def keep(service: Service, exchange: Exchange, key: Hashable, response: Response) -> Response:
    """Keep an answer that may be kept, and return it with its tag and its freshness."""
    if not response.kept or not isinstance(response.body, bytes):
        return Response(
            response.status, (*response.headers, ("Cache-Control", "no-store")), response.body
        )
    tag = service.edition.tag(key)
    headers = (
        *response.headers,
        ("Last-Modified", service.edition.modified),
        _freshness(service),
    )
    whole = (service.edition.name, key)
    query = str(exchange.note.get("query", ""))
    service.cache.put(whole, Kept(response.status, headers, response.body, tag, query))
    alias = (exchange.path, exchange.query, exchange.accept)
    if exchange.reads and sum(map(len, alias)) < _MAX_ALIAS_CHARS:
        if len(service.aliases) >= _MAX_ALIASES:
            service.aliases.clear()
        service.aliases[alias] = whole
    return Response(response.status, (("ETag", tag), *headers), response.body)


def recall(service: Service, exchange: Exchange, *, quickly: bool = False) -> Response | None:
    """Return the kept answer to the very same request, before anything of it is read.

    With `quickly`, None where it would have to be compressed first.
    """
    whole = service.aliases.get((exchange.path, exchange.query, exchange.accept))
    if whole is None or not exchange.reads:
        return None
    kept = service.cache.get(whole)
    if kept is None:
        return None
    if quickly and kept.compressed is None and len(kept.body) > _QUICK_BYTES:
        return None
    exchange.note["cache"] = "hit"
    if kept.query:
        exchange.note["query"] = kept.query
    if _matches(exchange.header("If-None-Match"), kept.tag):
        exchange.recalled = (whole, NOTHING)
        return Response(304, (("ETag", kept.tag), *_filtered(kept.headers)))
    response = answer(service, exchange, whole, kept)
    if kept.is_settled:
        exchange.recalled = (whole, GZIP if response.body is kept.compressed else "")
    return response


def body_of(kept: Kept | None, coding: str) -> bytes | None:
    """Return the body of a kept answer in a coding; None where it is not kept like that."""
    if kept is None:
        return None
    if coding == NOTHING:
        return b""
    return kept.compressed if coding == GZIP else kept.body


def answer(service: Service, exchange: Exchange, whole: Hashable, kept: Kept) -> Response:
    """Return a kept answer, compressed where the client takes that and it pays."""
    if "gzip" in exchange.header("Accept-Encoding"):
        compressed = service.cache.compress(whole, kept)
        if compressed is not None:
            headers = tuple(
                (name, value + ", Accept-Encoding") if name == "Vary" else (name, value)
                for name, value in kept.headers
            )
            tag = kept.tag[:-1] + _COMPRESSED
            return Response(
                kept.status,
                (("ETag", tag), ("Content-Encoding", GZIP), *headers),
                compressed,
            )
    return Response(kept.status, (("ETag", kept.tag), *kept.headers), kept.body)


def _freshness(service: Service) -> tuple[str, str]:
    return ("Cache-Control", f"public, max-age={service.settings.max_age_s}")


def _matches(header: str, tag: str) -> bool:
    """Tell whether If-None-Match names a tag, by the weak comparison it prescribes."""
    if not header:
        return False
    if header.strip() == "*":
        return True
    given = {each.strip().removeprefix("W/") for each in header.split(",")}
    return tag in given or tag[:-1] + _COMPRESSED in given


def _filtered(headers: Headers) -> Headers:
    return tuple(each for each in headers if each[0] in _WITH_304)
