"""Choose a representation by the headers Accept and Accept-Encoding (RFC 9110, 12.5).

werkzeug parses both. A media range takes precedence over a wider one, at any position; ``q=0``
refuses; parameters other than ``q`` are ignored, because our representations do not differ in them.
Of representations with equal quality, the first offered wins, and one matched by a weak synonym
comes after the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from werkzeug.http import parse_accept_header

from ipgraph.serialization.formats import BASIC, FORMATS, Content, Format, formats_with

# Longer than the header of any real client, and short enough to parse and cache.
MAX_HEADER_CHARS = 4096
_MEDIA_RANGE = re.compile(r"(?:\*/\*|[^\s/*]+/(?:\*|[^\s/*]+))")
GZIP, BROTLI = "gzip", "br"


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity: hashing is costly
class Offer:
    """A representation: short names, media type, broader types that it satisfies, and header."""

    name: str
    media_type: str
    weak: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    header: str = ""
    only_if_named: bool = False  # chosen if its own type is accepted, not for */*
    aliases: tuple[str, ...] = ()  # other short names

    @property
    def content_type(self) -> str:
        """The value of Content-Type."""
        return self.header or self.media_type

    @property
    def choice(self) -> Choice:
        """The choice of this representation under its own type."""
        return Choice(self.name, self.content_type)


@dataclass(frozen=True, slots=True)
class Choice:
    """The representation chosen, and the Content-Type under which the client accepts it."""

    name: str
    content_type: str


def of_format(form: Format, *, only_if_named: bool = False) -> Offer:
    """Return the offer for a format."""
    return Offer(
        form.name, form.media_type, form.weak, form.synonyms, form.header, only_if_named,
        form.aliases,
    )  # fmt: skip


HTML = Offer("html", "text/html", ("application/xhtml+xml",), header="text/html; charset=utf-8")
JSON = Offer("json", "application/json")
CSV = Offer("csv", "text/csv", header="text/csv; charset=utf-8; header=present")
PLAIN = Offer("plain", "text/plain", header="text/plain; charset=utf-8")
# The representations of list pages.
LIST_OFFERS = (HTML, JSON, CSV)

_NAMED_FOR_ASK = {"csv", "tsv"}  # SPARQL 1.1 defines neither for a Boolean
SELECT_OFFERS = (*(of_format(form) for form in formats_with(Content.BINDINGS)), HTML)
ASK_OFFERS = (
    *(
        of_format(form, only_if_named=form.name in _NAMED_FOR_ASK)
        for form in FORMATS
        if form.name in {"json", "xml", *_NAMED_FOR_ASK}
    ),
    HTML,
)
GRAPH_OFFERS = (*(of_format(form) for form in formats_with(Content.TRIPLES, Content.QUADS)), HTML)
# The representations of all results: what the form of a query allows is not known yet.
ANYTHING = (*(of_format(form) for form in FORMATS), HTML)
# RDF documents that are not query results: descriptions, the ontology, data of an entity.
RDF_OFFERS = tuple(of_format(form) for form in formats_with(Content.TRIPLES, Content.QUADS))


def choose(accept: str, offers: tuple[Offer, ...]) -> Choice | None:
    """Return the offer that the client prefers, or None if it accepts none of them.

    An absent or empty header accepts everything.
    """
    return _choose(accept[:MAX_HEADER_CHARS], offers)


@lru_cache(maxsize=1024)
def _choose(accept: str, offers: tuple[Offer, ...]) -> Choice | None:
    ranges = _media_ranges(accept) if accept else {"*/*": 1.0}
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


def wants_html(accept: str, *others: Offer) -> bool:
    """True if the client wants a page rather than one of the other offers."""
    chosen = choose(accept, (*others, HTML))
    return chosen is not None and chosen.name == HTML.name


def by_parameter(value: str, offers: tuple[Offer, ...]) -> Offer | None:
    """Return the offer that the parameter `format` names.

    The value is a short name, a media type, or media ranges as in Accept.
    """
    ranges = [item.strip().lower().replace(" ", "+") for item in value.split(",")]  # + as a blank
    if len(ranges) > 1:
        chosen = choose(",".join(ranges), offers)
        return next((offer for offer in offers if chosen and offer.name == chosen.name), None)
    if ranges[0].endswith(BASIC):
        return _basic(by_parameter(ranges[0].removesuffix(BASIC), offers))
    for offer in offers:
        if ranges[0] in (offer.name, offer.media_type, *offer.synonyms):
            return offer
    for offer in offers:
        if ranges[0] in offer.aliases or ranges[0] in offer.weak:
            return offer
    return None


@cache
def _basic(offer: Offer | None) -> Offer | None:
    """Return the offer of a format with the basic encoding of triple terms, if it exists."""
    is_rdf = offer is not None and any(offer.name == item.name for item in RDF_OFFERS)
    return replace(offer, name=offer.name + BASIC) if offer is not None and is_rdf else None


@lru_cache(maxsize=1024)
def choose_coding(accept_encoding: str, available: tuple[str, ...]) -> str:
    """Return the content coding that the client prefers, or an empty text for none.

    A coding wins over the plain body if the client prefers neither. Without a header the
    body is not compressed.
    """
    accepted = parse_accept_header(accept_encoding[:MAX_HEADER_CHARS])
    plain = next((quality for coding, quality in accepted if coding.lower() == "identity"), 0.0)
    best, chosen = max(plain, 0.0), ""
    for coding in available:
        quality = accepted.quality(coding)
        if quality > 0 and (quality > best or (quality == best and not chosen)):
            best, chosen = quality, coding
    return chosen


def _quality(offer: Offer, ranges: dict[str, float]) -> tuple[float, str]:
    """Return the quality of an offer, and the weak synonym that matched it, if any."""
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


def _media_ranges(accept: str) -> dict[str, float]:
    """Map each media range to its quality; if a range occurs twice, to the greater."""
    found: dict[str, float] = {}
    for value, quality in parse_accept_header(accept):
        name = value.partition(";")[0].strip().lower()
        if _MEDIA_RANGE.fullmatch(name):
            found[name] = max(found.get(name, 0.0), quality)
    return found
