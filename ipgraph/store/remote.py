"""A SPARQL 1.1 endpoint as a store, for users who already run a SPARQL engine or cluster."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import BadQuery, LimitReached, StoreUnavailable, TimeLimitExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from http.client import HTTPResponse

    from ipgraph.store import EngineResult, Subject, Term

_ACCEPT = (
    "application/sparql-results+json, application/n-triples;q=0.9, "
    "application/sparql-results+xml;q=0.8, text/turtle;q=0.8"
)
_MAX_DETAIL_BYTES = 2000  # of the body of an error response
_BUSY_STATUSES = (429, 503, 504)
_ADDRESS_HINT = "Is this the address of a SPARQL endpoint?"


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """A SPARQL endpoint that is queried by POST (SPARQL 1.1 Protocol, 2.1.2).

    The endpoint decides what its default graph is. `time_limit_s` limits every wait for bytes.
    """

    endpoint: str
    time_limit_s: float

    def evaluate(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        prefixes: Mapping[str, str] | None = None,
        base: str | None = None,
    ) -> EngineResult:
        """Return the result of query `text`, streamed from the endpoint."""
        declared = f"BASE <{base}> " if base else ""
        declared += "".join(
            f"PREFIX {name}: <{iri}> "
            for name, iri in (prefixes or {}).items()
            if f"{name}:" in text
        )
        fields = [("query", declared + text)]
        fields += [("default-graph-uri", graph) for graph in default_graphs]
        fields += [("named-graph-uri", graph) for graph in named_graphs]
        response = self._post(urllib.parse.urlencode(fields).encode())
        media_type = response.headers.get_content_type()
        try:
            if (results := ox.QueryResultsFormat.from_media_type(media_type)) is not None:
                return ox.parse_query_results(response, format=results)
            if (rdf := ox.RdfFormat.from_media_type(media_type)) is not None:
                return _Triples(ox.parse(response, format=rdf))  # type: ignore[return-value]
        except SyntaxError as error:
            raise StoreUnavailable(
                f"The endpoint {self.endpoint} returned malformed {media_type}: {error.msg}"
            ) from error
        raise StoreUnavailable(
            f"The endpoint {self.endpoint} returned {media_type}, which is not a SPARQL result.",
            hint=_ADDRESS_HINT,
        )

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
                f"The endpoint {self.endpoint} did not answer a SELECT query with a table.",
                hint=_ADDRESS_HINT,
            )
        for row in rows:
            terms = bound | {name[1:]: row[name[1:]] for name in variables}
            yield ox.Quad(terms["s"], terms["p"], terms["o"], terms["g"])

    def _post(self, body: bytes) -> HTTPResponse:
        request = urllib.request.Request(  # noqa: S310  `ipgraph.open` accepts http and https only
            self.endpoint,
            data=body,
            headers={
                "Accept": _ACCEPT,
                "Content-Type": "application/x-www-form-urlencoded",
                "User-Agent": "ipgraph",
            },
        )
        try:
            response: HTTPResponse = urllib.request.urlopen(  # noqa: S310
                request, timeout=self.time_limit_s
            )
        except urllib.error.HTTPError as error:
            with error:  # closes the connection
                raise self._exception_for(error) from error
        except TimeoutError as error:
            raise TimeLimitExceeded(
                f"The endpoint {self.endpoint} did not answer within {self.time_limit_s:g} s.",
                limit="query_time_limit_s",
            ) from error
        except (urllib.error.URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise StoreUnavailable(
                f"Cannot reach the endpoint {self.endpoint}: {reason}."
            ) from error
        return response

    def _exception_for(self, error: urllib.error.HTTPError) -> Exception:
        detail = error.read(_MAX_DETAIL_BYTES).decode("utf-8", "replace").strip()
        message = f"The endpoint {self.endpoint} returned {error.code}: {detail or error.reason}"
        if error.code == 400:
            return BadQuery(message)
        if error.code in _BUSY_STATUSES:
            return LimitReached(message)
        return StoreUnavailable(message, hint=_ADDRESS_HINT if error.code in (404, 405) else "")


class _Triples:
    """The triples of a CONSTRUCT result of an endpoint, iterable like `ox.QueryTriples`."""

    def __init__(self, quads: ox.QuadParser) -> None:
        self._quads = quads

    def __iter__(self) -> Iterator[ox.Triple]:
        return (quad.triple for quad in self._quads)
