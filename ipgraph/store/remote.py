"""A SPARQL 1.1 endpoint as a store, for users who already run a SPARQL engine or cluster."""

from __future__ import annotations

import tempfile
import urllib.parse
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.dataset.config.file import NO_DESCRIPTION, DatasetFile
from ipgraph.errors import (
    BadQuery,
    LimitReached,
    Refused,
    SizeLimitExceeded,
    StoreUnavailable,
    TimeLimitExceeded,
)
from ipgraph.http_client import address, body
from ipgraph.http_client.client import HttpClient, Policy, Request
from ipgraph.http_client.plain_text import one_line
from ipgraph.namespaces.prefixes import DEFAULT, Prefixes
from ipgraph.store import nesting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ipgraph.http_client.address import Destination
    from ipgraph.http_client.client import Response
    from ipgraph.store import EngineResult, Subject, Term

# The formats that the engine reads without expanding entities or fetching anything.
_RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_TRIPLES = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/x-turtle": ox.RdfFormat.TURTLE,
}
_ACCEPT = (
    "application/sparql-results+json, application/n-triples;q=0.9, "
    "application/sparql-results+xml;q=0.8, text/turtle;q=0.8"
)
_BUSY_STATUSES = (429, 503, 504)
_ADDRESS_HINT = "Is this the address of a SPARQL endpoint?"
_HINTS = {
    401: "ipgraph has no credentials for endpoints.",
    404: _ADDRESS_HINT,
    405: _ADDRESS_HINT,
}
_IN_MEMORY_BYTES = 8 << 20  # a larger response is a temporary file


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """A SPARQL endpoint that is queried by POST (SPARQL 1.1 Protocol, 2.1.2).

    The endpoint decides what its default graph is. `time_limit_s` and `max_bytes` limit the whole
    response. It is complete and valid before any of it is returned: there are no late errors.
    Raises `UsageError` for an address that is not one of http or https, or contains a password.
    """

    endpoint: str
    time_limit_s: float
    max_bytes: int
    description: DatasetFile = field(default=NO_DESCRIPTION, compare=False)
    prefixes: Prefixes = field(default=DEFAULT, compare=False)
    languages: tuple[str, ...] = ("en",)
    _target: Destination = field(init=False, repr=False, compare=False)
    _client: HttpClient = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_target", address.parse(self.endpoint))
        policy = Policy(check_redirect=_check_redirect, with_proxies=True)
        object.__setattr__(self, "_client", HttpClient(policy))

    def evaluate(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        prefixes: Mapping[str, str] | None = None,
        base: str | None = None,
    ) -> EngineResult:
        """Return the result of query `text`.

        Raises `BadQuery`, `Refused` for a redirect to elsewhere, `StoreUnavailable`, and the leaves
        of `LimitReached`.
        """
        declared = f"BASE <{base}> " if base else ""
        declared += "".join(
            f"PREFIX {name}: <{iri}> "
            for name, iri in (prefixes or {}).items()
            if f"{name}:" in text
        )
        fields = [("query", declared + text)]
        fields += [("default-graph-uri", graph) for graph in default_graphs]
        fields += [("named-graph-uri", graph) for graph in named_graphs]
        file = _ResponseFile(_IN_MEMORY_BYTES)
        media_type = self._post(urllib.parse.urlencode(fields).encode(), file)
        return self._parse(file, media_type)

    def _parse(self, file: IO[bytes], media_type: str) -> EngineResult:
        """Return the result in a file. The first of two passes finds its errors."""
        if media_type not in _RESULTS and media_type not in _TRIPLES:
            raise StoreUnavailable(
                f"The endpoint {self._target} returned {media_type}, which is not a SPARQL result.",
                hint=_ADDRESS_HINT,
            )
        file.seek(0)
        if nesting.is_too_deep(file, media_type):
            raise StoreUnavailable(
                f"The endpoint {self._target} returned values that are nested more than "
                f"{nesting.MAX_DEPTH} times."
            )
        try:
            for _ in _iterable(_parsed(file, media_type)):
                pass
        except (SyntaxError, ValueError) as error:
            detail = one_line(getattr(error, "msg", None) or str(error))
            raise StoreUnavailable(
                f"The endpoint {self._target} returned malformed {media_type}: {detail}"
            ) from error
        return _parsed(file, media_type)

    def quads(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        object: Term | None = None,
        graph: Subject | ox.DefaultGraph | None = None,
    ) -> Iterator[ox.Quad]:
        """Return the quads that match. A pattern with a blank node matches nothing.

        SPARQL cannot refer to a blank node of an earlier result.
        """
        pattern = [
            str(term) if term is not None else f"?{name}"
            for name, term in (("s", subject), ("p", predicate), ("o", object))
        ]
        if any(term.startswith("_:") for term in pattern):
            return

        where = " ".join(pattern)
        if isinstance(graph, ox.NamedNode):
            where = f"GRAPH {graph} {{ {where} }}"
        elif graph is None:
            where = f"GRAPH ?g {{ {where} }}"
        variables = [term for term in (*pattern, "?g") if term.startswith("?")]
        bound = {"s": subject, "p": predicate, "o": object, "g": graph or ox.DefaultGraph()}
        rows = self.evaluate(f"SELECT {' '.join(variables)} WHERE {{ {where} }}")
        if not isinstance(rows, ox.QuerySolutions):
            raise StoreUnavailable(
                f"The endpoint {self._target} did not answer a SELECT query with a table.",
                hint=_ADDRESS_HINT,
            )
        for row in rows:
            terms = bound | {name[1:]: row[name[1:]] for name in variables}
            yield ox.Quad(terms["s"], terms["p"], terms["o"], terms["g"])

    def _post(self, form: bytes, file: IO[bytes]) -> str:
        """Write the response to a form to a file; return its media type."""
        request = Request(self._target, form, _ACCEPT, self.time_limit_s, self.max_bytes)
        try:
            response = self._client.send(request, file)
        except TimeoutError as error:
            raise TimeLimitExceeded(
                f"The endpoint {self._target} did not respond completely within "
                f"{self.time_limit_s:g} s.",
                limit="query_time_limit_s",
            ) from error
        except body.TooLarge as error:
            raise SizeLimitExceeded(
                f"The endpoint {self._target} responded with more than {self.max_bytes:,} bytes. "
                "Request less data, for example with LIMIT.",
                limit="result_limit_mib",
            ) from error
        if response.status != 200:
            raise _exception_for(response)
        return response.media_type


def _check_redirect(source: Destination, target: Destination) -> None:
    """Raise `Refused` unless a redirect stays where the user sent the query.

    An endpoint could otherwise send requests to this machine and its network in the user's name.
    """
    if target.host != source.host:
        where = "on another host"
    elif target.origin != source.origin and (source.scheme, target.scheme) != ("http", "https"):
        where = "on another port"
    else:
        return
    raise Refused(
        f"The endpoint {source} redirects to {target}, {where}.",
        hint="Give that address instead if you trust it.",
    )


def _exception_for(response: Response) -> Exception:
    message = f"The endpoint {response.target} returned {response.status}: {response.detail}"
    if response.status == 400:
        return BadQuery(message)
    if response.status in _BUSY_STATUSES:
        return LimitReached(message)
    return StoreUnavailable(message, hint=_HINTS.get(response.status, ""))


def _parsed(file: IO[bytes], media_type: str) -> EngineResult:
    file.seek(0)
    if (results := _RESULTS.get(media_type)) is not None:
        return ox.parse_query_results(file, format=results)
    return _Triples(ox.parse(file, format=_TRIPLES[media_type]))  # type: ignore[return-value]


def _iterable(result: EngineResult) -> Iterable[object]:
    return () if isinstance(result, ox.QueryBoolean) else result


class _ResponseFile(tempfile.SpooledTemporaryFile[bytes]):
    """A temporary file that the result reads from; it is closed when nothing uses it."""

    def __del__(self) -> None:
        self.close()


class _Triples:
    """The triples of a CONSTRUCT result of an endpoint, iterable like `ox.QueryTriples`."""

    def __init__(self, quads: ox.QuadParser) -> None:
        self._quads = quads

    def __iter__(self) -> Iterator[ox.Triple]:
        return (quad.triple for quad in self._quads)
