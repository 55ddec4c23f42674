"""The errors a caller can meet, as one tree.

::

    IpGraphError
    ├── UsageError              the call itself is wrong
    │   ├── BadQuery            SPARQL that does not parse
    │   ├── Refused             SPARQL that is understood and not done here: updates, fetching
    │   ├── NotFound            no such thing, graph, question or file
    │   ├── Gone                a thing that was here and has been replaced
    │   └── NotAcceptable       no representation fits what was asked for
    ├── InvalidData             RDF that does not parse or breaks the rules of this project
    │   └── Inconsistent        data that contradict the ontology
    ├── NotEntailed             a statement that does not follow from the graph
    ├── LimitReached            a bound of the settings was met
    │   ├── TimeLimitExceeded
    │   ├── MemoryLimitExceeded
    │   ├── SizeLimitExceeded
    │   ├── QueryTooComplex
    │   └── Busy
    └── StoreUnavailable        the snapshot, the endpoint or the folder cannot be used now

A message says what was asked, what was found, and what to do about it.
`EXIT_CODES` and `HTTP_STATUSES` are the only places where an error becomes a number.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text: 1-based line and column, counted in characters."""

    line: int
    column: int
    file: str = ""

    def __str__(self) -> str:
        """Write the place as ``file:line:column``, or in words where there is no file."""
        if self.file:
            return f"{self.file}:{self.line}:{self.column}"
        return f"line {self.line}, column {self.column}"


class IpGraphError(Exception):
    """Root of every error that ipgraph raises on purpose.

    `place` says where in a text it arose and `hint` what would mend it, where these are known.
    """

    def __init__(self, message: str, *, place: Place | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.place = place
        self.hint = hint


class UsageError(IpGraphError):
    """The call is wrong: a parameter, a name or a combination that cannot be served."""


class BadQuery(UsageError):
    """Query text that is not SPARQL 1.1."""


class Refused(UsageError):
    """A request that is understood and never done here: an update, a fetch from elsewhere."""


class NotFound(UsageError):
    """No such thing, graph, question or file."""


class Gone(NotFound):
    """A thing that was published here and has been withdrawn or replaced."""


class NotAcceptable(UsageError):
    """None of the representations that exist is one the client accepts."""


class InvalidData(IpGraphError):
    """RDF that does not parse, or that breaks a rule of this project."""


class Inconsistent(InvalidData):
    """Data and ontology together entail a contradiction."""


class NotEntailed(IpGraphError):
    """The statement is neither stated nor inferred."""


class LimitReached(IpGraphError):
    """A bound of the settings was met; `limit` names the setting."""

    def __init__(
        self, message: str, *, limit: str = "", elapsed_ms: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.limit = limit
        self.elapsed_ms = elapsed_ms


class TimeLimitExceeded(LimitReached):
    """The query ran longer than it may."""


class MemoryLimitExceeded(LimitReached):
    """The query needed more memory than it may have."""


class SizeLimitExceeded(LimitReached):
    """The text sent, or the answer made, is larger than it may be."""


class QueryTooComplex(LimitReached):
    """The query is nested too deeply or chained too long, or it brought its worker down."""


class Busy(LimitReached):
    """Every worker is taken and the queue is full."""


class StoreUnavailable(IpGraphError):
    """The snapshot, endpoint or folder cannot be used at this time."""


# Exit codes of the command line (0: all well, 1: findings).
EXIT_CODES: dict[type[IpGraphError], int] = {
    UsageError: 2,
    BadQuery: 2,
    Refused: 2,
    NotFound: 2,
    Gone: 2,
    NotAcceptable: 2,
    InvalidData: 1,
    Inconsistent: 1,
    NotEntailed: 1,
    LimitReached: 3,
    TimeLimitExceeded: 3,
    MemoryLimitExceeded: 3,
    SizeLimitExceeded: 3,
    QueryTooComplex: 3,
    Busy: 3,
    StoreUnavailable: 4,
}

# Statuses of the service (RFC 9110).
HTTP_STATUSES: dict[type[IpGraphError], int] = {
    UsageError: 400,
    BadQuery: 400,
    Refused: 403,
    NotFound: 404,
    Gone: 410,
    NotAcceptable: 406,
    InvalidData: 500,
    Inconsistent: 500,
    NotEntailed: 404,
    LimitReached: 503,
    TimeLimitExceeded: 503,
    MemoryLimitExceeded: 503,
    SizeLimitExceeded: 413,
    QueryTooComplex: 503,
    Busy: 503,
    StoreUnavailable: 503,
}
