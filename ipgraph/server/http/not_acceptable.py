"""What there is where nothing of it is accepted: each format by its address (RFC 9110, 15.5.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

from ipgraph.server.http.negotiation import HTML, Choice, Offer, choose
from ipgraph.server.http.response import HttpError

if TYPE_CHECKING:
    from ipgraph.server.http.request import Exchange

_SAFE = "/:@!$()*,;=-._~"


def require(exchange: Exchange, offers: tuple[Offer, ...]) -> Choice:
    """Return the format that the client accepts; else end the request naming those there are."""
    chosen = choose(exchange.accept, offers)
    if chosen is not None:
        return chosen
    found = {each.media_type: _address(exchange, each) for each in offers}
    links = ", ".join(
        f'<{address}>; rel="alternate"; type="{media_type}"'
        for media_type, address in found.items()
    )
    raise HttpError(
        406,
        f"Nothing here fits Accept: {exchange.accept[:200]}.",
        hint="There is " + ", ".join(found) + ".",
        headers=(("Link", links),),
        type="not-acceptable",
        more={"alternates": found},
    )


def _address(exchange: Exchange, offer: Offer) -> str:
    root, path = str(exchange.environ.get("SCRIPT_NAME", "")), exchange.path
    for prefix in ("/id/", "/data/", "/page/"):
        if path.startswith(prefix):
            stem = quote(path.removeprefix(prefix), safe=_SAFE)
            is_page = offer.name == HTML.name
            return f"{root}/page/{stem}" if is_page else f"{root}/data/{stem}.{offer.name}"
    if path == "/ontology" or path.startswith(("/ontology/", "/source/")):
        suffix = "" if offer.name == HTML.name else f".{offer.name}"
        return root + quote(path, safe=_SAFE) + suffix
    asked = [pair for pair in parse_qsl(exchange.query) if pair[0] != "format"]
    fields = urlencode([*asked, ("format", offer.name)], quote_via=quote)
    return f"{root}{quote(path, safe=_SAFE)}?{fields}"
