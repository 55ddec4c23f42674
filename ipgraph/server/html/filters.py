"""How templates write a text: as a heading, a link, a string of code, a place in an address."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from ipgraph.server.html import links
from ipgraph.server.html.highlighting import highlight


def sentence_case(text: str) -> str:
    """Begin a label with a capital, as a heading does."""
    return text[:1].upper() + text[1:]


def heading_from_variable(variable: str) -> str:
    """Write the variable of a query as a heading: ``otherDate`` as “Other date”."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", variable).replace("_", " ")
    return sentence_case(words.lower())


def linked(text: str) -> Markup:
    """Make each IRI in angle brackets a link to its page; the rest is escaped."""
    parts = re.split(r"<((?:https?|urn):[^<>\s]+)>", text)
    made = [
        Markup('<a href="{}">{}</a>').format(links.page(part), part) if at % 2 else escape(part)
        for at, part in enumerate(parts)
    ]
    return Markup("").join(made)


def anchor(name: str) -> str:
    """Make of a prefixed name or an IRI what may stand in an address after the hash."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")


def host(address: str) -> str:
    """Return the host of an address, to name where a link leads."""
    return urlsplit(address).netloc


# Each is known to templates by its own name.
ALL = (sentence_case, heading_from_variable, linked, anchor, host, highlight)
