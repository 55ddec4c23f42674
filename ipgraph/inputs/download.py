"""Fetch an RDF file from an address, or find that the address is a SPARQL endpoint.

The response decides. It is bounded in size and time, and written to a file without being parsed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ipgraph.errors import Refused, SizeLimitExceeded, StoreUnavailable, TimeLimitExceeded
from ipgraph.federation.allow_list import is_reachable
from ipgraph.http_client import address, body
from ipgraph.http_client.client import HttpClient, Policy, Request
from ipgraph.inputs import compression, recognition, syntaxes
from ipgraph.inputs.recognition import HEAD_BYTES, Foreign
from ipgraph.namespaces import SD

if TYPE_CHECKING:
    from ipgraph.http_client.address import Destination
    from ipgraph.http_client.client import Response

_ACCEPT = ", ".join(
    (
        "text/turtle, application/n-triples, application/n-quads, application/trig",
        "application/rdf+xml;q=0.9, application/ld+json;q=0.8, text/n3;q=0.7",
        "application/sparql-results+json;q=0.6, application/octet-stream;q=0.3, */*;q=0.1",
    )
)
_PROBE = "query=ASK%20%7B%7D"
_SPARQL_RESULTS = ("application/sparql-results+json", "application/sparql-results+xml")
_MAX_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a download. `probe_s` is the time to find out what an address is."""

    time_s: float
    max_bytes: int
    probe_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Download:
    """A fetched file, the address that it came from after redirects, and a syntax or nothing.

    `syntax` is as in `options.Source`.
    """

    path: Path
    final_iri: str
    syntax: str


class _Destinations:
    """The addresses that a download may lead to.

    A public server must not send this machine to its own network, where it could reach what the
    server cannot. Who names a private address may be redirected to others.
    """

    def __init__(self) -> None:
        self._is_public: bool | None = None

    def check(self, target: Destination, addresses: list[str]) -> None:
        """Raise `Refused` for a private address behind a public one."""
        is_public = all(is_reachable(ip_address(item), private=False) for item in addresses)
        if self._is_public is None:
            self._is_public = is_public
        elif self._is_public and not is_public:
            raise Refused(
                f"The download leads to {target}, which is in a private network.",
                hint="Give that address instead if you trust it.",
            )


def fetch(iri: str, folder: Path, limits: Limits) -> Download | None:
    """Fetch a file into `folder`; return None if the address may be that of an endpoint.

    An address whose name has a suffix of RDF is a file. Another one is asked like an endpoint, and
    is a file if it answers with RDF that does not describe a SPARQL service. Raises
    `StoreUnavailable`, `Refused`, and the leaves of `LimitReached` for a file.
    """
    target = address.parse(iri)
    parts = urlsplit(iri)
    name = _file_name(parts.path)
    path = folder / name
    if compression.plain_name(name).lower().endswith(syntaxes.OWN_SUFFIXES):
        response = _download(target, path, limits)
        # Whatever it is: reading it says so.
        return _recognized(response, path) or Download(path, response.target.url, "")
    if not parts.query:
        target = address.parse(f"{iri.partition('#')[0]}?{_PROBE}")
    try:
        with path.open("wb") as file:
            response = _get(target, _RdfOnly(file), Limits(limits.probe_s, limits.max_bytes))
        return _recognized(response, path) if response.status == 200 else None
    except TimeoutError:
        is_rdf = _key_of_content(_head(path)) is not None
        return _recognized(_download(target, path, limits), path) if is_rdf else None
    except (_NotRdf, StoreUnavailable, Refused, body.TooLarge):
        return None  # as an endpoint, it is asked again, and says what is wrong


class _NotRdf(Exception):
    """A body begins with something that is not RDF."""


class _RdfOnly:
    """A file that refuses a body as soon as its beginning shows that it is not RDF."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._head = bytearray()

    def write(self, part: bytes) -> None:
        """Write a part of the body."""
        if len(self._head) < HEAD_BYTES:
            self._head += part[:HEAD_BYTES]
            if len(self._head) >= HEAD_BYTES and _key_of_content(bytes(self._head)) is None:
                raise _NotRdf
        self._file.write(part)


def _download(target: Destination, path: Path, limits: Limits) -> Response:
    """Write the body of a response to a file. Raises for a status other than 200."""
    try:
        with path.open("wb") as file:
            response = _get(target, file, limits)
    except TimeoutError as error:
        raise TimeLimitExceeded(
            f"<{target}> did not respond completely within {limits.time_s:g} s.",
            limit="fetch_time_limit_s",
            hint="Raise fetch_time_limit_s, or download the file and open that.",
        ) from error
    except body.TooLarge as error:
        raise SizeLimitExceeded(
            f"<{target}> has more than {limits.max_bytes:,} bytes.",
            limit="input_limit_mib",
            hint="If the file is right, raise input_limit_mib.",
        ) from error
    if response.status != 200:
        raise StoreUnavailable(
            f"Cannot fetch <{target}>: the server returned {response.status} {response.detail}."
        )
    return response


def _get(target: Destination, sink: Any, limits: Limits) -> Response:
    policy = Policy(check_addresses=_Destinations().check, with_proxies=True)
    client = HttpClient(policy)
    try:
        return client.send(Request(target, None, _ACCEPT, limits.time_s, limits.max_bytes), sink)
    finally:
        client.close()


def _recognized(response: Response, path: Path) -> Download | None:
    """Return the download if it is RDF by its media type or by its content, else None."""
    head = _head(path)
    if response.media_type in _SPARQL_RESULTS:
        return None
    if SD.encode() in head and b"Service" in head and b"endpoint" in head:
        return None  # the description that an endpoint gives of itself
    named = syntaxes.by_media_type(response.media_type)
    key = named.key if named else _key_of_content(head)
    if key is None:
        return None
    return Download(path, _without_probe(response.target), f"?{key}" if key else "")


def _key_of_content(head: bytes) -> str | None:
    """Return the key of a syntax, nothing for what is compressed, and None for what is not RDF."""
    if head.startswith(compression.MAGICS):
        return ""
    found = recognition.recognize(head, "")
    if isinstance(found, Foreign) or not found.is_certain:
        return None
    return found.candidates[0].key


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _file_name(path: str) -> str:
    """Return the last part of a path in an address as the name of a file here."""
    name = re.sub(r"[^\w.+-]", "_", PurePosixPath(unquote(path)).name)
    return name[-_MAX_NAME_CHARS:].lstrip(".") or "download"


def _without_probe(target: Destination) -> str:
    """Return the address of a response, without what was added to find out what it is."""
    url, _, query = target.url.partition("?")
    return url if query == _PROBE else target.url
