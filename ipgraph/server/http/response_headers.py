"""The headers of every response, including errors, pages and static files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors "
)
# For the response that may be shown within another site: all it holds is text and a link.
FRAMED_POLICY = _POLICY + "*"
_EXPOSED = (
    "ETag, Link, Location, Content-Location, Retry-After, Server-Timing, X-Request-Id, "
    "X-Query-Hint, X-Unknown-Term"
)
ALWAYS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", _EXPOSED),
    ("Content-Security-Policy", _POLICY + "'none'"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Content-Type-Options", "nosniff"),
)
_NAMES = frozenset(name.lower() for name, _ in ALWAYS)


def missing_from(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the headers that a response does not set itself."""
    own = _NAMES.intersection(name.lower() for name, _ in headers)
    return ALWAYS if not own else tuple(pair for pair in ALWAYS if pair[0].lower() not in own)
