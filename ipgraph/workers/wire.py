"""The protocol between a worker and its parent process: requests, frames and errors.

A request, a query or a job, is a length and JSON. A response is a sequence of frames: a kind (one
byte), a length (four) and that many bytes; any number of `DATA`, then one `END` or one `ERROR`.
Both ends are this program, so neither validates what the other sends.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ipgraph import errors
from ipgraph.errors import IpGraphError, Place
from ipgraph.sparql.query import Query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.sparql.query import ServiceResult

DATA, END, ERROR = 0, 1, 2
FRAME = struct.Struct("<BI")
LENGTH = struct.Struct("<I")

_FIELDS = ("hint", "limit", "elapsed_ms")


@dataclass(frozen=True, slots=True)
class GraphNames:
    """The prefixes that a graph declares and the languages of its labels, for its workers."""

    prefixes: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True)
class Job:
    """A request for a job of `ipgraph.workers.jobs`: its name, its input and the store to use."""

    name: str
    text: str
    infer: bool = True


Request: TypeAlias = Query | Job


def frame(kind: int, payload: bytes | bytearray = b"") -> bytes:
    """Return one frame."""
    return FRAME.pack(kind, len(payload)) + payload


def pack_request(request: Request, format_name: str, max_bytes: int) -> bytes:
    """Return the bytes of a request whose response has this format and at most this size."""
    fields = _job_fields(request) if isinstance(request, Job) else _query_fields(request)
    body = json.dumps([format_name, max_bytes, isinstance(request, Job), *fields]).encode()
    return LENGTH.pack(len(body)) + body


def _job_fields(job: Job) -> tuple[object, ...]:
    return (job.name, job.text, job.infer)


def _query_fields(query: Query) -> tuple[object, ...]:
    return (
        query.text,
        query.infer,
        query.default_graphs,
        query.named_graphs,
        query.prefixes,
        query.base,
        query.tables,
    )


def unpack_request(body: bytes) -> tuple[Request, str, int]:
    """Return the request that `pack_request` packed (without its length), format and size."""
    format_name, max_bytes, is_job, *fields = json.loads(body)
    if is_job:
        return Job(*fields), format_name, max_bytes
    text, infer, default, named, prefixes, base, tables = fields
    query = Query(
        text=text,
        infer=infer,
        default_graphs=tuple(default),
        named_graphs=tuple(named),
        prefixes=tuple((name, iri) for name, iri in prefixes),
        base=base,
        tables=_tables(tables) if tables else (),
    )
    return query, format_name, max_bytes


def _tables(rows: list[list[Any]]) -> tuple[ServiceResult, ...]:
    from ipgraph.sparql.query import ServiceResult  # late: few queries have any

    return tuple(ServiceResult(*row) for row in rows)


def pack_error(error: IpGraphError) -> bytes:
    """Return an error as JSON: its class, its message and its other fields."""
    fields: dict[str, Any] = {"class": type(error).__name__, "message": str(error)}
    for name in _FIELDS:
        value = getattr(error, name, None)
        if value:
            fields[name] = value
    place = getattr(error, "place", None)
    if place is not None:
        fields["place"] = [place.line, place.column, place.file]
    return json.dumps(fields).encode()


def unpack_error(payload: bytes) -> IpGraphError:
    """Reverse `pack_error`: return an error of the same class."""
    fields = json.loads(payload)
    kind = getattr(errors, fields.pop("class"))
    place = fields.pop("place", None)
    if place is not None:
        fields["place"] = Place(*place)
    error = kind(fields.pop("message"), **fields)
    assert isinstance(error, IpGraphError)  # noqa: S101  the classes of `errors`, by pack_error
    return error
