"""Choose the representation of a request: by the parameter ``format``, else by Accept.

If no representation is accepted, the problem lists the address of each (RFC 9110, 15.5.7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

from ipgraph.server.http.negotiation import HTML, Choice, Offer, by_parameter, choose
from ipgraph.server.http.response import HttpError

if TYPE_CHECKING:
    from flask import Request

_SAFE = "/:@!$()*,;=-._~"


def negotiate(request: Request, offers: tuple[Offer, ...]) -> Choice:
    """Return the requested representation; raises `HttpError` with status 400 or 406."""
    given = request.args.get("format", "")
    if not given:
        return require(request, offers)
    offer = by_parameter(given, offers)
    if offer is None:
        names = ", ".join(offer.name for offer in offers)
        raise HttpError(400, f"There is no format {given[:40]!r} of this.", hint=f"Use {names}.")
    return offer.choice


def require(request: Request, offers: tuple[Offer, ...]) -> Choice:
    """Return the offer that the client accepts; raises `HttpError` that lists the offers."""
    accept = request.headers.get("Accept", "")
    chosen = choose(accept, offers)
    if chosen is not None:
        return chosen
    addresses = {offer.media_type: _address(request, offer) for offer in offers}
    links = ", ".join(
        f'<{address}>; rel="alternate"; type="{media_type}"'
        for media_type, address in addresses.items()
    )
    raise HttpError(
        406,
        f"Nothing here fits Accept: {accept[:200]}.",
        hint="There is " + ", ".join(addresses) + ".",
        headers=(("Link", links),),
        type="not-acceptable",
        more={"alternates": addresses},
    )


def _address(request: Request, offer: Offer) -> str:
    root, path = request.script_root, request.path
    for prefix in ("/id/", "/data/", "/page/"):
        if path.startswith(prefix):
            stem = quote(path.removeprefix(prefix), safe=_SAFE)
            is_page = offer.name == HTML.name
            return f"{root}/page/{stem}" if is_page else f"{root}/data/{stem}.{offer.name}"
    if path == "/ontology" or path.startswith(("/ontology/", "/source/")):
        suffix = "" if offer.name == HTML.name else f".{offer.name}"
        return root + quote(path, safe=_SAFE) + suffix
    given = parse_qsl(request.query_string.decode("latin-1"))
    fields = [pair for pair in given if pair[0] != "format"]
    query = urlencode([*fields, ("format", offer.name)], quote_via=quote)
    return f"{root}{quote(path, safe=_SAFE)}?{query}"
