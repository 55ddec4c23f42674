"""Parse requests of the SPARQL 1.1 Protocol (section 2)."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

from ipgraph.server.http.negotiation import ANYTHING, by_parameter
from ipgraph.server.http.response import HttpError
from ipgraph.server.http.routes import INFER, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.server.context import Request

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
METHODS = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
MAX_PARAMETERS = 1000
_IRIS = {"type": "array", "items": {"type": "string", "format": "iri"}}

FORMAT_NAMES = ("format", "output", "results")
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s)?$")
PARAMETERS = (
    Parameter("query", "the query; without it, the endpoint returns its service description"),
    Parameter("default-graph-uri", "a graph of the default graph; replaces FROM; may be repeated",
              _IRIS),
    Parameter("named-graph-uri", "a named graph; replaces FROM NAMED; may be repeated",
              _IRIS),
    Parameter("format", "a short name or media type; overrides Accept"),
    Parameter("timeout", "10s, 500ms, 2.5; can only lower the limit"),
    INFER,
)  # fmt: skip
_READ_ONLY = "This graph is read-only. Updates are not supported."


class QueryRequest(NamedTuple):
    """The parameters of a request.

    `text` is None without a query. `formats` are the different values of the parameter ``format``
    and its synonyms; without any, the Accept header decides.
    """

    text: str | None = None
    infer: bool = True
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    time_limit_s: float | None = None


def read(request: Request) -> QueryRequest:
    """Parse a request. Raises `HttpError` and `UsageError` if it violates the protocol."""
    method = request.method
    if method not in METHODS:
        raise HttpError(
            405, f"{method} is not a method of a SPARQL query.",
            headers=(("Allow", ", ".join(METHODS)),), hint="Use GET or POST.",
        )  # fmt: skip
    pairs = decode(request.query_string)
    if method in ("POST", "QUERY"):
        pairs += _body(request)
    infer_by_default = request.service.settings.infer
    if len(pairs) == 1 and pairs[0][0] == "query":  # as most requests are
        return QueryRequest(text=pairs[0][1], infer=infer_by_default)
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    if "update" in values:
        if "query" in values:
            raise HttpError(400, "A request is either a query or an update, not both.")
        raise HttpError(403, _READ_ONLY, hint="Send a query.", type="refused")
    texts = values.get("query", [])
    if len(texts) > 1:
        raise HttpError(400, "The request contains more than one query.")
    if not texts and method in ("POST", "QUERY"):
        raise HttpError(400, "The request contains no query.", hint="Send the parameter query.")
    return QueryRequest(
        text=texts[0] if texts else None,
        infer=_truth(values, "infer", infer_by_default),
        default_graphs=tuple(filter(None, values.get("default-graph-uri", ()))),
        named_graphs=tuple(filter(None, values.get("named-graph-uri", ()))),
        formats=_formats(values),
        time_limit_s=_seconds(values),
    )


def decode(text: bytes) -> list[tuple[str, str]]:
    """Decode ``application/x-www-form-urlencoded`` strictly: UTF-8, a bounded number of pairs."""
    pairs = []
    parts = text.split(b"&")
    if len(parts) > MAX_PARAMETERS:
        raise HttpError(400, f"A request has at most {MAX_PARAMETERS} parameters.")
    try:
        for part in parts:
            if part:
                name, _, value = part.replace(b"+", b" ").partition(b"=")
                pairs.append((_unescaped(name), _unescaped(value)))
    except UnicodeDecodeError as error:
        raise HttpError(400, "The parameters are not UTF-8.", hint="Encode as UTF-8.") from error
    return pairs


def _unescaped(text: bytes) -> str:
    return (unquote_to_bytes(text) if b"%" in text else text).decode()


def form(request: Request) -> list[tuple[str, str]]:
    """Return the pairs of a form body. Raises `HttpError` for other bodies."""
    kind = _content_type(request)[0]
    if kind != FORM:
        raise HttpError(415, f"Unsupported media type {kind or '(none)'}.", hint=f"Send {FORM}.")
    return decode(_read_body(request))


def _content_type(request: Request) -> tuple[str, str]:
    """Return the media type of the body, and its parameters as text."""
    kind, _, rest = str(request.environ.get("CONTENT_TYPE") or "").partition(";")
    return kind.strip().lower(), rest


def _body(request: Request) -> list[tuple[str, str]]:
    """Return the pairs of a body; a SPARQL body becomes the pair ``query``."""
    kind, rest = _content_type(request)
    if kind not in (FORM, QUERY, UPDATE):
        raise HttpError(
            415, f"Unsupported media type {kind or '(none)'}.",
            headers=(("Accept-Post", f"{FORM}, {QUERY}"),),
            hint=f"Send Content-Type {FORM} or {QUERY}.",
        )  # fmt: skip
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", rest, re.IGNORECASE)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise HttpError(400, f"The body is {charset[1]}; SPARQL is UTF-8.", hint="Send UTF-8.")
    if kind == UPDATE:
        raise HttpError(403, _READ_ONLY, hint="Send a query.", type="refused")
    body = _read_body(request)
    if kind == FORM:
        return decode(body)
    try:
        return [("query", body.decode("utf-8-sig"))]
    except UnicodeDecodeError as error:
        raise HttpError(400, "The query is not UTF-8.", hint="Send UTF-8.") from error


def _read_body(request: Request) -> bytes:
    max_bytes = request.service.settings.request_limit_kib << 10
    try:
        length = int(request.environ.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise HttpError(400, "Content-Length is not a number.") from error
    if length < 0:
        raise HttpError(400, "Content-Length is negative.")
    if length > max_bytes:
        raise HttpError(413, f"The body has {length:,} bytes, the limit is {max_bytes:,}.")
    return bytes(request.environ["wsgi.input"].read(length))


def _single(values: Mapping[str, list[str]], name: str) -> str | None:
    given = values.get(name, [])
    if len(set(given)) > 1:
        raise HttpError(400, f"The parameter {name} is repeated.")
    return given[0] if given else None


def _truth(values: Mapping[str, list[str]], name: str, default: bool) -> bool:
    given = _single(values, name)
    if given is None or given == "":
        return default
    if given.lower() in ("true", "false"):
        return given.lower() == "true"
    raise HttpError(400, f"{name} is {given[:40]!r}; it must be true or false.")


def _formats(values: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Return the formats that a request names; clients repeat them in several parameters."""
    given = [(name, value) for name in FORMAT_NAMES for value in values.get(name, ()) if value]
    for name, value in given:
        if by_parameter(value, ANYTHING) is None:
            names = ", ".join(offer.name for offer in ANYTHING)
            raise HttpError(400, f"{name}: Unknown format {value[:40]!r}.", hint=f"Use {names}.")
    return tuple(dict.fromkeys(value for _, value in given))


def _seconds(values: Mapping[str, list[str]]) -> float | None:
    given = _single(values, "timeout")
    if not given:
        return None
    found = _DURATION.match(given.strip())
    seconds = float(found[1]) / (1000 if found[2] == "ms" else 1) if found else math.nan
    if seconds == 0:  # as forms of other endpoints send it: no limit of the client
        return None
    if not 0 < seconds < math.inf:
        raise HttpError(
            400, f"timeout is {given[:40]!r}; it must be a time.", hint="Write 10s, 500ms or 2.5."
        )
    return seconds
