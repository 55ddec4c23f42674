"""Follow the links of a site: a few addresses of each kind, as a reader who tries everything."""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PAGE_BYTES = 100_000
_LINK = re.compile(r'<(?:a|link|img|script|iframe)\b[^>]*?\s(?:href|src)="([^"]*)"')
# The value of these parameters is part of the kind of an address, that of others is not.
_KINDS = ("format", "lang", "view", "sort", "kind", "direction")


class Fetched(Protocol):
    """A response: what requests, Flask's test client and `Reply` can be turned into."""

    status: int
    type: str
    body: bytes


class Get(Protocol):
    """Send a GET request for a path that a browser would send."""

    def __call__(self, path: str) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class Visit:
    """A response to one request: where the link stood, the body's size in bytes, the time in s."""

    path: str
    origin: str
    status: int
    type: str
    size: int
    seconds: float
    has_traceback: bool

    @property
    def problem(self) -> str:
        """What is wrong with the response; empty if nothing is."""
        if self.status >= 400:
            return f"status {self.status}"
        if self.has_traceback:
            return "a traceback"
        if self.type == "text/html" and self.size > MAX_PAGE_BYTES:
            return f"{self.size:,} bytes"
        return ""

    def __str__(self) -> str:
        origin = self.origin or "nothing"
        return f"{self.path}: {self.problem or self.status} (linked from {origin})"


def kind_of(path: str) -> str:
    """Return what addresses of one kind have in common: the first segment, the last suffix, names.

    ``/page/harbor`` and ``/page/shelf`` are of one kind, ``/data/harbor.ttl`` is of another.
    """
    parts = urlsplit(path)
    segments = parts.path.strip("/").split("/")
    suffix = re.search(r"\.(\w{2,6}(?:\.\w{2,4})?)$", segments[-1]) if len(segments) > 1 else None
    names = sorted(
        f"{name}={value}" if name in _KINDS else name for name, value in parse_qsl(parts.query)
    )
    return " ".join(
        [segments[0], str(len(segments)), suffix.group(1) if suffix else "", *names]
    ).strip()


def crawl(get: Get, starts: Iterable[str], per_kind: int = 3, limit: int = 60) -> list[Visit]:
    """Visit `starts` and what they link to: at most `per_kind` addresses of each kind.

    The starts are always visited. Links to other hosts are not followed.
    """
    waiting = deque((start, "") for start in starts)
    starting = len(waiting)
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    visits: list[Visit] = []
    while waiting and len(visits) < limit + starting:
        path, origin = waiting.popleft()
        kind = kind_of(path)
        if path in seen or (origin and kinds[kind] >= per_kind):
            continue
        seen.add(path)
        kinds[kind] += 1
        begun = time.perf_counter()
        response = get(path)
        seconds = time.perf_counter() - begun
        visits.append(
            Visit(
                path,
                origin,
                response.status,
                response.type,
                len(response.body),
                seconds,
                b"Traceback (most recent call last)" in response.body,
            )
        )
        if response.type == "text/html" and response.status < 400:
            text = response.body.decode()
            waiting.extend((link, path) for link in _links(text, path) if link not in seen)
    return visits


def _links(text: str, path: str) -> list[str]:
    """Return the addresses of the site that a page links to, in the order of the page."""
    found: dict[str, None] = {}
    for value in _LINK.findall(text):
        target = urlsplit(urldefrag(urljoin("http://site" + path, unescape(value))).url)
        if target.netloc == "site":
            found[target.path + ("?" + target.query if target.query else "")] = None
    return list(found)


def describe_address(iri: str) -> str:
    """Return the address of the page about any IRI."""
    return "/describe?" + urlencode({"uri": iri})
