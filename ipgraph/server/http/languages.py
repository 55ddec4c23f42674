"""The languages of a response: of the interface, and of the content (RFC 9110, 12.5.4).

The parameter ``ui`` chooses the language of the interface, ``lang`` that of the content; without
``ui``, ``lang`` chooses both. What is not chosen so is chosen by the header Accept-Language. The
languages of content are those that the data have, so that their number is bounded.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from werkzeug.http import parse_accept_header

from ipgraph.entities.languages import is_tag, negotiate
from ipgraph.errors import StoreUnavailable
from ipgraph.resources import folder

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT = "en"
_MAX_HEADER_CHARS = 1000
_MAX_RANGES = 20


class ChosenLanguages(NamedTuple):
    """The language of the interface, and the preferred languages of content, if any."""

    interface: str
    content: tuple[str, ...]


@lru_cache(maxsize=1024)
def choose_languages(
    interface: str, content: str, header: str, available: tuple[str, ...]
) -> ChosenLanguages:
    """Return the languages for two parameters and a header; `available` are those of the data."""
    ranges = _ranges(header)
    wanted = [content] if is_tag(content) else []
    catalogs = interface_languages()
    for tag in (interface, *wanted, *ranges):
        found = negotiate((tag,), catalogs) if is_tag(tag) else ()
        if found:
            break
    shown = found[0] if found else DEFAULT
    return ChosenLanguages(shown, negotiate((*wanted, *ranges), available))


@cache
def interface_languages() -> tuple[str, ...]:
    """Return the codes of the languages that the interface has a catalog for, English first."""
    try:
        codes = sorted(path.stem for path in texts_folder().glob("*.toml"))
    except StoreUnavailable:  # an installation without pages
        codes = []
    return (DEFAULT, *(code for code in codes if code != DEFAULT))


def texts_folder() -> Path:
    """Return the folder of the catalogs. Raises `StoreUnavailable` without pages."""
    return folder("web") / "texts"


def _ranges(header: str) -> list[str]:
    accepted = parse_accept_header(header[:_MAX_HEADER_CHARS])
    best = sorted(accepted, key=lambda pair: -pair[1])  # stable: then in the order of the header
    return [tag for tag, quality in best[:_MAX_RANGES] if quality > 0 and is_tag(tag)]
