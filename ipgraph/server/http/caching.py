"""Responses from the cache, and conditional requests (RFC 9110, 8.8 and 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from werkzeug.http import parse_etags

from ipgraph.server.http.negotiation import GZIP, choose_coding
from ipgraph.server.http.response import NO_STORE, Headers, Response
from ipgraph.server.http.response_cache import CachedResponse

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from ipgraph.server.http.response_cache import Key, ResponseCache

_COMPRESSED_IN_LOOP_BYTES = 32 << 10  # compressed in about a millisecond
_COMPRESSED = f'-{GZIP}"'
VARY_LANGUAGE = "Accept, Accept-Language"
ANY_LANGUAGE = ""  # of a response that is the same in all languages
NOTHING = "nothing"  # the coding of a 304, which has no body; else gzip, or empty for none
_WITH_304 = ("Vary", "Cache-Control", "Content-Location", "Expires")


class Inputs(NamedTuple):
    """Every input of a cached response: the one list from which all keys of the cache are made.

    A handler reads nothing else that differs between requests. There is no cookie or client in it:
    nothing is personal. Accept-Encoding and If-None-Match choose only how a cached response is
    sent.
    """

    edition: str  # the graph and this code
    root: str  # scheme, host and path prefix, as `public_url` trusts them
    path: str
    query: str  # not decoded
    # The header Accept-Language; or, once it is known, what was chosen by it: `ANY_LANGUAGE` for a
    # response that is the same in all languages.
    language: Hashable
    representation: Hashable  # the Accept header; or, once it is known, what was chosen by it


class Conditions(NamedTuple):
    """The headers that choose how a cached response is sent."""

    tags: str  # If-None-Match
    accept_encoding: str

    @classmethod
    def of(cls, environ: Mapping[str, Any]) -> Conditions:
        """Return the conditions of a request."""
        return cls(
            str(environ.get("HTTP_IF_NONE_MATCH", "")),
            str(environ.get("HTTP_ACCEPT_ENCODING", "")),
        )


class Version(Protocol):
    """The inputs of a representation besides the request: the edition that is served."""

    @property
    def name(self) -> str:
        """A name of the snapshot and of this code."""
        ...

    @property
    def modified(self) -> str:
        """The value of Last-Modified."""
        ...

    def tag(self, key: Hashable) -> str:
        """Return the strong tag of the representation under a key."""
        ...


class Lookup:
    """The cache lookup of a request, made once, by identity or by key."""

    __slots__ = ("_accept_encoding", "_cache", "_deferred", "_identity", "_is_made", "_max_age_s",
                 "_name", "_tags", "_version", "coding", "key", "query", "route")  # fmt: skip

    def __init__(
        self,
        cache: ResponseCache,
        version: Version,
        identity: Inputs | None,
        conditions: Conditions,
        max_age_s: int,
    ) -> None:
        """`identity` is None for methods other than GET and HEAD."""
        self._cache = cache
        self._version = version
        self._name = version.name  # which changes when its pages do
        self._identity = identity
        self._tags, self._accept_encoding = conditions
        self._max_age_s = max_age_s
        self.key: Key | None = None  # of the response found
        self.coding = ""  # the content coding of its body
        self.query = ""  # the query text that it answers
        self.route = ""  # the path of the route that made it
        self._is_made = False
        self._deferred: tuple[Key, CachedResponse] | None = None

    def by_identity(self, *, in_loop: bool = False) -> Response | None:
        """Return the cached response to an identical request, before the request is parsed.

        The cache is searched once: if the event loop found nothing, so does the thread that
        continues. With `in_loop`, None also if the response is not compressed yet and that would
        take long; the thread then compresses what the loop found.
        """
        found = self._deferred
        if found is None:
            if self._is_made or self._identity is None:
                return None
            self._is_made = True
            key = self._cache.key_of(self._identity)
            entry = None if key is None else self._cache.get(key)
            if key is None or entry is None:
                return None
            found = key, entry
            is_long = len(entry.body) > _COMPRESSED_IN_LOOP_BYTES
            if in_loop and is_long and entry.compressed is None and self._accept_encoding:
                self._deferred = found
                return None
        return self._found(*found)

    def by_key(self, key: Hashable) -> Response | None:
        """Return the cached response under a key, or 304 if the client has it; else None."""
        whole = (self._version.name, key)
        entry = self._cache.get(whole)
        if entry is not None:
            return self._found(whole, entry)
        if self._tags and self._identity is not None:
            tag = self._version.tag(key)
            if _matches(self._tags, tag, or_any=False):
                return Response.of(
                    (("ETag", tag), ("Vary", f"{_vary(key)}, Accept-Encoding"), self._freshness()),
                    status=304,
                )
        return None

    def store(
        self,
        key: Hashable,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        *,
        query: str = "",
        route: str = "",
    ) -> Response:
        """Put a response into the cache; return it with its tag and its freshness, or a 304.

        A response that was made while the version changed its name may be of either; it has
        neither tag nor freshness.
        """
        if self._name != self._version.name:
            return Response.of((*headers, NO_STORE), body)
        tag = self._version.tag(key)
        whole = (
            *_varying(tuple(headers)),
            ("Last-Modified", self._version.modified),
            self._freshness(),
        )
        entry = CachedResponse(whole, body, tag, query, route)
        self._cache.put((self._version.name, key), entry, self._identity)
        if self._tags and self._identity is not None and _matches(self._tags, tag):
            return _not_modified(entry)
        return Response.of((("ETag", tag), *whole), body)

    def _found(self, key: Key, entry: CachedResponse) -> Response:
        self.query, self.route = entry.query, entry.route
        coding = ""
        if self._tags and self._identity is not None and _matches(self._tags, entry.tag):
            coding, response = NOTHING, _not_modified(entry)
        elif (
            self._accept_encoding
            and choose_coding(self._accept_encoding, (GZIP,))
            and (compressed := self._cache.compress(key, entry)) is not None
        ):
            coding, response = GZIP, _compressed(entry, compressed)
        else:
            response = Response.of((("ETag", entry.tag), *entry.headers), entry.body)
        if entry.is_settled or coding == NOTHING:
            self.key, self.coding = key, coding
        return response

    def _freshness(self) -> tuple[str, str]:
        return ("Cache-Control", f"public, max-age={self._max_age_s}")


def _vary(key: Hashable) -> str:
    """Return the header Vary of the response under a key."""
    is_in_language = isinstance(key, Inputs) and key.language != ANY_LANGUAGE
    return VARY_LANGUAGE if is_in_language else "Accept"


def body_of(entry: CachedResponse | None, coding: str) -> bytes | None:
    """Return the body of a cached response in a coding; None if there is no such body."""
    if entry is None:
        return None
    if coding == NOTHING:
        return b""
    return entry.compressed if coding == GZIP else entry.body


def _compressed(entry: CachedResponse, body: bytes) -> Response:
    tag = entry.tag[:-1] + _COMPRESSED
    return Response.of((("ETag", tag), ("Content-Encoding", GZIP), *entry.headers), body)


def _varying(headers: Headers) -> Headers:
    """Add Accept-Encoding to Vary: the uncompressed response is one of two, too (RFC 9111, 4.1)."""
    varied = [value for name, value in headers if name == "Vary"] or ["Accept"]
    kept = [header for header in headers if header[0] != "Vary"]
    return (*kept, ("Vary", ", ".join((*varied, "Accept-Encoding"))))


def _not_modified(entry: CachedResponse) -> Response:
    return Response.of((("ETag", entry.tag), *_for_304(entry.headers)), status=304)


def _matches(header: str, tag: str, *, or_any: bool = True) -> bool:
    """True if If-None-Match names a tag, by the weak comparison that it prescribes."""
    given = parse_etags(header)
    if given.star_tag:
        return or_any
    return given.contains_weak(tag[1:-1]) or given.contains_weak((tag[:-1] + _COMPRESSED)[1:-1])


def _for_304(headers: Headers) -> Headers:
    return tuple(header for header in headers if header[0] in _WITH_304)
