"""Choose a representation by the Accept header (RFC 9110, 12.5.1).

A media range beats a wider one whatever its place; ``q=0`` refuses; parameters other than ``q`` do
not tell our representations apart and are passed over. Of representations that a client wants
equally, the first that we offer wins, and one matched by a weak synonym comes after the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ipgraph.serialization.formats import FORMATS, Format, Holds, of_kind

MAX_RANGES = 64  # more than any client sends, few enough to cost nothing
_QUALITY = re.compile(r"(?:0(?:\.[0-9]*)?|1(?:\.0*)?)$")


@dataclass(frozen=True, slots=True, eq=False)  # each is itself: hashing many is what costs
class Offer:
    """A representation: its short name, media type, the broad types it can answer, its header."""

    name: str
    media_type: str
    weak: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    header: str = ""
    only_if_named: bool = False  # chosen where its own type is accepted, not for */*

    @property
    def content_type(self) -> str:
        """The value of Content-Type."""
        return self.header or self.media_type


@dataclass(frozen=True, slots=True)
class Choice:
    """The representation chosen, and the Content-Type under which the client accepts it."""

    name: str
    content_type: str


HTML = Offer("html", "text/html", ("application/xhtml+xml",), header="text/html; charset=utf-8")


def of_format(form: Format, *, only_if_named: bool = False) -> Offer:
    """Return the offer of a format of the table."""
    return Offer(form.name, form.media_type, form.weak, form.synonyms, form.header, only_if_named)


_NAMED_FOR_ASK = {"csv"}
SELECT_OFFERS = (*(of_format(each) for each in of_kind(Holds.BINDINGS)), HTML)
ASK_OFFERS = (
    *(
        of_format(each, only_if_named=each.name in _NAMED_FOR_ASK)
        for each in FORMATS
        if each.name in {"json", "xml", *_NAMED_FOR_ASK}
    ),
    HTML,
)
GRAPH_OFFERS = (*(of_format(each) for each in of_kind(Holds.TRIPLES, Holds.QUADS)), HTML)
# Documents of RDF that are no answers: descriptions, the ontology, data of a thing.
RDF_OFFERS = tuple(of_format(each) for each in of_kind(Holds.TRIPLES, Holds.QUADS))


@lru_cache(maxsize=1024)
def choose(accept: str, offers: tuple[Offer, ...]) -> Choice | None:
    """Return the offer that the client wants most, or None where it wants none of them.

    An absent or empty header accepts everything.
    """
    ranges = _ranges(accept) or {"*/*": 1.0}
    best: tuple[float, int, int] | None = None
    chosen: Choice | None = None
    for place, offer in enumerate(offers):
        quality, weak_type = _quality(offer, ranges)
        if quality <= 0:
            continue
        rank = (quality, 0 if weak_type else 1, -place)
        if best is None or rank > best:
            best = rank
            chosen = Choice(offer.name, _typed(weak_type) if weak_type else offer.content_type)
    return chosen


def _quality(offer: Offer, ranges: dict[str, float]) -> tuple[float, str]:
    """Return how much an offer is wanted, and the weak synonym by which, if by one."""
    for media_type in (offer.media_type, *offer.synonyms):
        if media_type in ranges:
            return ranges[media_type], ""
    for media_type in offer.weak:
        if media_type in ranges:
            return ranges[media_type], media_type
    if offer.only_if_named:
        return 0.0, ""
    kind = offer.media_type.partition("/")[0] + "/*"
    return ranges.get(kind, ranges.get("*/*", 0.0)), ""


def _typed(media_type: str) -> str:
    return media_type + "; charset=utf-8" if media_type.startswith("text/") else media_type


def _ranges(accept: str) -> dict[str, float]:
    """Map each media range to its quality; of a range named twice, the greater."""
    found: dict[str, float] = {}
    for part in accept.lower().split(",")[:MAX_RANGES]:
        name, *parameters = (each.strip() for each in part.split(";"))
        if not re.fullmatch(r"[^\s/]+/[^\s/]+", name) or (name[0] == "*" and name != "*/*"):
            continue
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                quality = float(value) if _QUALITY.match(value.strip()) else 0.0
        found[name] = max(found.get(name, 0.0), quality)
    return found
