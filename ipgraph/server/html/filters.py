"""Template filters: headings, links, code strings, and fragments."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from ipgraph.server.html import links
from ipgraph.server.html.excerpts import excerpt
from ipgraph.server.html.highlighting import highlight
from ipgraph.server.html.literals import date_in_words, is_image, map_address, place


def sentence_case(text: str) -> str:
    """Return a label with its first letter capitalized."""
    return text[:1].upper() + text[1:]


def heading_from_variable(variable: str) -> str:
    """Write the variable of a query as a heading: ``otherDate`` as “Other date”."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", variable).replace("_", " ")
    return sentence_case(words.lower())


def linked(text: str) -> Markup:
    """Return text as HTML with a link for each IRI in angle brackets."""
    parts = re.split(r"<((?:https?|urn):[^<>\s]+)>", text)
    made = [
        Markup('<a href="{}">{}</a>').format(links.page(part), part) if at % 2 else escape(part)
        for at, part in enumerate(parts)
    ]
    return Markup("").join(made)


def anchor(name: str) -> str:
    """Return a URL fragment for a prefixed name or an IRI."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")


def host(address: str) -> str:
    """Return the host of a URL."""
    return urlsplit(address).netloc


# The filters of the templates, by function name.
ALL = (
    *(sentence_case, heading_from_variable, linked, anchor, host, highlight, excerpt),
    *(date_in_words, is_image, map_address, place),
)
