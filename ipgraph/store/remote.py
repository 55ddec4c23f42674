"""Any SPARQL 1.1 endpoint as a store: the cluster that a large user already runs."""

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
_DETAIL_BYTES = 2000  # of an endpoint's own words about an error
_BUSY = (429, 503, 504)


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """A SPARQL endpoint, asked by POST (SPARQL 1.1 Protocol, 2.1.2).

    Its default graph is what the endpoint makes of it; `time_limit_s` bounds each wait for bytes.
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
        """Return the result of query `text`, read from the endpoint as it comes."""
        declared = f"BASE <{base}> " if base else ""
        declared += "".join(
            f"PREFIX {name}: <{iri}> "
            for name, iri in (prefixes or {}).items()
            if f"{name}:" in text
        )
        fields = [("query", declared + text)]
        fields += [("default-graph-uri", each) for each in default_graphs]
        fields += [("named-graph-uri", each) for each in named_graphs]
        response = self._post(urllib.parse.urlencode(fields).encode())
        media_type = response.headers.get_content_type()
        try:
            if (results := ox.QueryResultsFormat.from_media_type(media_type)) is not None:
                return ox.parse_query_results(response, format=results)
            if (rdf := ox.RdfFormat.from_media_type(media_type)) is not None:
                return _Triples(ox.parse(response, format=rdf))  # type: ignore[return-value]
        except SyntaxError as error:
            raise StoreUnavailable(
                f"The endpoint {self.endpoint} answered with ill-formed {media_type}: {error.msg}"
            ) from error
        raise StoreUnavailable(
            f"The endpoint {self.endpoint} answered with {media_type}, which is no SPARQL result.",
            hint="Is this the address of a SPARQL endpoint?",
        )

    def quads(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        object: Term | None = None,
        graph: Subject | ox.DefaultGraph | None = None,
    ) -> Iterator[ox.Quad]:
        """Return the quads that match; a blank node of an answer cannot be asked for again."""
        pattern = [
            str(term) if term is not None else f"?{name}"
            for name, term in (("s", subject), ("p", predicate), ("o", object))
        ]
        if any(each.startswith("_:") for each in pattern):
            return
        place = ox.DefaultGraph() if graph is None else graph
        where = " ".join(pattern)
        if isinstance(graph, ox.NamedNode):
            where = f"GRAPH {graph} {{ {where} }}"
        elif graph is None:
            where = f"GRAPH ?g {{ {where} }}"
        names = [each for each in (*pattern, "?g") if each.startswith("?")]
        given = {"s": subject, "p": predicate, "o": object, "g": place}
        rows = self.evaluate(f"SELECT {' '.join(names)} WHERE {{ {where} }}")
        if not isinstance(rows, ox.QuerySolutions):
            raise StoreUnavailable(f"The endpoint {self.endpoint} answered a SELECT with no rows.")
        for row in rows:
            found = given | {name[1:]: row[name[1:]] for name in names}
            yield ox.Quad(found["s"], found["p"], found["o"], found["g"])

    def _post(self, body: bytes) -> HTTPResponse:
        request = urllib.request.Request(  # noqa: S310  the scheme is checked by whoever opens it
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
            with error:  # it holds the connection
                raise self._refused(error) from error
        except TimeoutError as error:
            raise TimeLimitExceeded(
                f"The endpoint {self.endpoint} did not answer within {self.time_limit_s:g} s.",
                limit="query_time_limit_s",
            ) from error
        except (urllib.error.URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise StoreUnavailable(
                f"The endpoint {self.endpoint} cannot be reached: {reason}."
            ) from error
        return response

    def _refused(self, error: urllib.error.HTTPError) -> Exception:
        detail = error.read(_DETAIL_BYTES).decode("utf-8", "replace").strip()
        said = f"The endpoint {self.endpoint} answered {error.code}: {detail or error.reason}"
        if error.code == 400:
            return BadQuery(said)
        if error.code in _BUSY:
            return LimitReached(said)
        hint = "Is this the address of a SPARQL endpoint?" if error.code in (404, 405) else ""
        return StoreUnavailable(said, hint=hint)


class _Triples:
    """The triples of a CONSTRUCT that an endpoint sent, in the manner of pyoxigraph's own."""

    def __init__(self, quads: ox.QuadParser) -> None:
        self._quads = quads

    def __iter__(self) -> Iterator[ox.Triple]:
        return (quad.triple for quad in self._quads)
