"""The exceptions of ipgraph, as one tree.

::

    IpGraphError
    ├── UsageError              wrong call
    │   ├── BadQuery            SPARQL that does not parse
    │   ├── Refused             SPARQL that is never executed: updates, fetching
    │   ├── NotFound            no such entity, graph, question or file
    │   ├── Gone                an entity that was withdrawn or replaced
    │   └── NotAcceptable       no acceptable representation
    ├── InvalidData             RDF that does not parse or violates a rule of this project
    │   ├── Inconsistent        data that contradict the ontology
    │   └── Unreadable          a file that cannot be read as RDF
    │       └── BuildStopped    files that take too much time or memory, or crash the build
    ├── NotEntailed             a statement that does not follow from the graph
    ├── LimitReached            a limit of the settings was exceeded
    │   ├── TimeLimitExceeded
    │   ├── MemoryLimitExceeded
    │   ├── SizeLimitExceeded
    │   ├── QueryTooComplex
    │   └── Busy
    └── StoreUnavailable        the snapshot, endpoint or folder cannot be used now
        └── StoreUnreadable     files cannot be read or written; the message names their folder
            └── StoreDamaged    files of the snapshot or of the store on disk have changed

A message says what happened, and then what to do. `EXIT_CODES` and `HTTP_STATUSES` are the only
tables of numbers for errors.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a text: line and column from 1, in characters."""

    line: int
    column: int
    file: str = ""

    def __str__(self) -> str:
        """Return ``file:line:column``, or words if there is no file."""
        if self.file:
            return f"{self.file}:{self.line}:{self.column}"
        return f"line {self.line}, column {self.column}"


class IpGraphError(Exception):
    """Root of the exceptions of ipgraph.

    `place` is the position of the error in a text and `hint` how to fix it, if known.
    """

    def __init__(self, message: str, *, place: Place | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.place = place
        self.hint = hint
        if hint:
            self.add_note(hint)  # a traceback shows it below the message


class UsageError(IpGraphError):
    """A wrong call: an invalid parameter, name or combination of them."""


class BadQuery(UsageError):
    """Query text that is not valid SPARQL 1.1."""


class Refused(UsageError):
    """A request that is valid but never executed: an update, a fetch from elsewhere."""


class NotFound(UsageError):
    """No such entity, graph, question or file."""


class Gone(NotFound):
    """An entity that was published here and was withdrawn or replaced."""


class NotAcceptable(UsageError):
    """No available representation is acceptable to the client."""


class InvalidData(IpGraphError):
    """RDF that does not parse, or that violates a rule of this project."""


class Inconsistent(InvalidData):
    """The data and the ontology contradict each other."""


class Unreadable(InvalidData):
    """A file that is no RDF, is damaged, or does not parse."""


class BuildStopped(Unreadable):
    """The build of a graph reached a limit of time or memory, or crashed."""


class NotEntailed(IpGraphError):
    """The statement is neither stated nor inferred."""


class LimitReached(IpGraphError):
    """A limit of the settings was exceeded; `limit` is the name of the setting."""

    def __init__(
        self, message: str, *, limit: str = "", elapsed_ms: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.limit = limit
        self.elapsed_ms = elapsed_ms


class TimeLimitExceeded(LimitReached):
    """The query reached its time limit."""


class MemoryLimitExceeded(LimitReached):
    """The query reached its memory limit."""


class SizeLimitExceeded(LimitReached):
    """The request or the result is too large."""


class QueryTooComplex(LimitReached):
    """The query has too deep nesting or too long chains, or it crashed its worker."""


class Busy(LimitReached):
    """All workers are busy and the queue is full."""


class StoreUnavailable(IpGraphError):
    """The snapshot, endpoint or folder cannot be used now."""


class StoreUnreadable(StoreUnavailable):
    """Files cannot be read or written now.

    The message names their folder, so it is for the operator and never part of a response.
    """


class StoreDamaged(StoreUnreadable):
    """Files of a snapshot or of a store on disk are missing, cut or changed."""


# Exit codes of the command line (0: success, 1: problems found).
EXIT_CODES: dict[type[IpGraphError], int] = {
    UsageError: 2,
    BadQuery: 2,
    Refused: 2,
    NotFound: 2,
    Gone: 2,
    NotAcceptable: 2,
    InvalidData: 1,
    Inconsistent: 1,
    Unreadable: 5,
    BuildStopped: 5,
    NotEntailed: 1,
    LimitReached: 3,
    TimeLimitExceeded: 3,
    MemoryLimitExceeded: 3,
    SizeLimitExceeded: 3,
    QueryTooComplex: 3,
    Busy: 3,
    StoreUnavailable: 4,
    StoreUnreadable: 4,
    StoreDamaged: 4,
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
    Unreadable: 500,
    BuildStopped: 500,
    NotEntailed: 404,
    LimitReached: 503,
    TimeLimitExceeded: 503,
    MemoryLimitExceeded: 503,
    SizeLimitExceeded: 413,
    QueryTooComplex: 400,
    Busy: 503,
    StoreUnavailable: 503,
    StoreUnreadable: 503,
    StoreDamaged: 503,
}
