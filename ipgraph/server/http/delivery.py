"""The last step of a request: pass the response to the WSGI server, and record it at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipgraph.server.http import response_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Record = Callable[[int, int, str], None]  # status, bytes sent, outcome

CUT, DISCONNECTED = "cut", "disconnected"


class ResponseCut(Exception):
    """A response that stops midway: the server must reset the connection, not end the body."""


class Delivery:
    """Adds the headers of every response, and records its status and size when it ends."""

    def __init__(
        self,
        start_response: Callable[..., Any],
        own_headers: Callable[[], Iterable[tuple[str, str]]],
        record: Record,
        cuts: tuple[type[Exception], ...],
    ) -> None:
        """`own_headers` returns headers of this response only; `cuts` are errors that cut it."""
        self._start_response = start_response
        self._own_headers = own_headers
        self._record = record
        self._cuts = cuts
        self._status = 0
        self._length = 0

    def start(self, status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
        """Take the place of the WSGI server's ``start_response``."""
        self._status = int(status[:3])
        self._length = next(
            (int(value) for name, value in headers if name.lower() == "content-length"), 0
        )
        added = (*response_headers.missing_from(headers), *self._own_headers())
        return self._start_response(status, [*headers, *added], *error)

    def whole(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """Record a response whose body is complete, and pass it on."""
        self._record(self._status, self._length, "")
        return body

    def streamed(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """Pass on a streamed body. It is recorded when it is closed."""
        return _Streamed(self, body)


class _Streamed:
    """A streamed body. An error midway cuts it."""

    def __init__(self, delivery: Delivery, body: Iterable[bytes]) -> None:
        self._delivery = delivery
        self._body = body
        self._size = 0
        self._outcome = ""
        self._is_open = True

    def __iter__(self) -> Iterator[bytes]:
        try:
            for part in self._body:
                self._size += len(part)
                yield part
        except self._delivery._cuts as error:
            self._outcome = CUT
            raise ResponseCut(str(error)) from error

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
            self._delivery._record(self._delivery._status, self._size, self._outcome)
