"""Any Accept header: the choice that RFC 9110, 12.5 defines, computed in another way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ipgraph.server.http import negotiation
from ipgraph.server.http.negotiation import (
    ASK_OFFERS,
    GRAPH_OFFERS,
    LIST_OFFERS,
    RDF_OFFERS,
    SELECT_OFFERS,
)
from support.fuzzing import fuzzed

OFFERS = st.sampled_from([SELECT_OFFERS, ASK_OFFERS, GRAPH_OFFERS, LIST_OFFERS, RDF_OFFERS])
TYPES = sorted(
    {
        media_type
        for offers in (SELECT_OFFERS, ASK_OFFERS, GRAPH_OFFERS, LIST_OFFERS)
        for offer in offers
        for media_type in (offer.media_type, *offer.weak, *offer.synonyms)
    }
    | {"*/*", "text/*", "application/*", "image/png", "image/*"}
)
QUALITIES = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
RANGES = st.dictionaries(st.sampled_from(TYPES), QUALITIES, max_size=6)
PIECES = [
    *("text/html", "*/*", "text/*", "application/json", ",", ";", "q=", "q=0", "q=1", "q=0.5"),
    *("q=nan", "q=inf", "q=-1", "q=2", 'a="', '"', "\\", "=", "/", "*", " ", "\t", "é", "\x00"),
    *("gzip", "identity", "br", "GZIP", "x" * 5000),
]  # fmt: skip
HEADERS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=20).map("".join)


def quality(offer: negotiation.Offer, ranges: dict[str, float]) -> tuple[float, bool]:
    """Return the quality of an offer, and whether a weak synonym has it."""
    for media_type in (offer.media_type, *offer.synonyms):
        if media_type in ranges:
            return ranges[media_type], False
    for media_type in offer.weak:
        if media_type in ranges:
            return ranges[media_type], True
    if offer.only_if_named:
        return 0.0, False
    wide = [offer.media_type.split("/")[0] + "/*", "*/*"]
    return next((ranges[item] for item in wide if item in ranges), 0.0), False


@fuzzed(400)
@given(RANGES, OFFERS, st.randoms(use_true_random=False))
def test_the_preferred_offer_is_chosen_at_any_order_of_the_ranges(ranges, offers, random):
    items = list(ranges.items())
    random.shuffle(items)
    accept = ", ".join(f"{name};q={value}" for name, value in items)
    rated = {
        offer.name: found for offer in offers if (found := quality(offer, ranges or {"*/*": 1}))[0]
    }
    chosen = negotiation.choose(accept, offers)
    if not rated:
        assert chosen is None
        return
    best = max(rated.values(), key=lambda found: (found[0], not found[1]))
    assert chosen is not None
    assert chosen.name == next(name for name, found in rated.items() if found == best)


@fuzzed(400)
@given(HEADERS, OFFERS)
def test_any_header_has_a_choice_or_none(header, offers):
    chosen = negotiation.choose(header, offers)
    assert chosen is None or chosen.name in {offer.name for offer in offers}
    if chosen is not None:
        assert chosen.content_type.isprintable()
    negotiation.wants_html(header, *offers)
    offer = negotiation.by_parameter(header, offers)
    assert offer is None or offer in offers


@fuzzed(400)
@given(HEADERS)
def test_any_header_has_a_coding(header):
    available = (negotiation.BROTLI, negotiation.GZIP)
    assert negotiation.choose_coding(header, available) in ("", *available)


@fuzzed(200)
@given(st.dictionaries(st.sampled_from(["gzip", "br", "identity", "*"]), QUALITIES))
def test_a_coding_is_never_one_that_the_client_refuses(given_qualities):
    header = ", ".join(f"{name};q={value}" for name, value in given_qualities.items())
    chosen = negotiation.choose_coding(header, ("br", "gzip"))
    if chosen:
        assert given_qualities.get(chosen, given_qualities.get("*", 0)) > 0
        assert given_qualities.get(chosen, given_qualities.get("*", 0)) >= given_qualities.get(
            "identity", 0
        )
