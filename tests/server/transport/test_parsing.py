"""The request parser gives the same result for a request in one piece and in many."""

from __future__ import annotations

import pytest
from waitress.adjustments import Adjustments

from attack.test_raw_requests import CASES
from ipgraph.server.transport.parsing import RequestParser

ADJUSTMENTS = Adjustments(max_request_body_size=(1 << 20) + 1, max_request_header_size=256 << 10)


def parsed(data: bytes, size: int) -> list[tuple]:
    """Feed bytes in pieces of a size; return what was parsed, until the first error."""
    found = []
    parser = RequestParser(ADJUSTMENTS)
    for start in range(0, len(data), size):
        piece = data[start : start + size]
        while piece:
            piece = piece[parser.received(piece) :]
            if not parser.completed:
                continue
            if parser.error:
                parser.close()
                return [*found, (parser.error.code, parser.error.body)]
            if not parser.empty:
                body = parser.get_body_stream().read()
                found.append((parser.command, parser.path, parser.headers, body))
            parser.close()
            parser = RequestParser(ADJUSTMENTS)
    parser.close()
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pieces_of_any_size_are_parsed_alike(case):
    sizes = (1, 2, 3, 7, 64) if len(case.data) < 20_000 else (1000, 8192)
    whole = parsed(case.data, len(case.data))
    for size in sizes:
        in_pieces = parsed(case.data, size)
        # An error may be found earlier in a part than in the whole, and then be another one.
        assert [item[0] for item in in_pieces] == [item[0] for item in whole]
        assert in_pieces == whole or isinstance(whole[-1][0], int)


def test_a_head_in_pieces_is_searched_once():
    parser = RequestParser(ADJUSTMENTS)
    parser.received(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
    for _ in range(100_000):
        parser.received(b"y")
    assert not parser.completed
    parser.received(b"\r\n\r\n")
    assert parser.completed
    assert parser.headers["X"] == "y" * 100_000
