"""Literals for readers: dates in words, and places on a map."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from ipgraph.namespaces import XSD
from ipgraph.namespaces.prefixes import WELL_KNOWN

if TYPE_CHECKING:
    from ipgraph.server.html.translations import Texts

_DATE = re.compile(
    r"(?P<year>-?\d{4,})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
    r"(?:T(?P<time>\d\d:\d\d)(?P<second>:\d\d(?:\.\d+)?))?(?P<zone>Z|[+-]\d\d:\d\d)?"
)
_DATE_TYPES = {XSD + name for name in ("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth")}
_WKT = WELL_KNOWN["geosparql"] + "wktLiteral"
_NUMBER = r"[+-]?\d{1,3}(?:\.\d{1,20})?"
_POINT = re.compile(
    rf"\s*(?:<[^<>]*>\s*)?POINT\s*\(\s*({_NUMBER})\s+({_NUMBER})\s*\)\s*", re.IGNORECASE
)
_IMAGE = re.compile(r"\.(?:avif|gif|jpe?g|png|svg|tiff?|webp)\Z", re.IGNORECASE)
_IMAGE_PATHS = ("/Special:FilePath/", "/Special:Redirect/file/")


def date_in_words(text: str, datatype: str, words: Texts) -> str:
    """Return a date as a reader writes it; an empty text for anything else.

    A time of midnight without a time zone, or in UTC, is left out: it stands for the whole day.
    """
    found = _DATE.fullmatch(text) if datatype in _DATE_TYPES else None
    if not found:
        return ""
    year, month, day = found["year"], int(found["month"] or 0), int(found["day"] or 0)
    if month > 12 or day > 31 or (found["month"] and not month):
        return ""
    shown = str(int(year.lstrip("-")))
    if year.startswith("-"):
        shown = words("date.before", year=shown)
    if month:
        key = "date.day" if day else "date.month"
        shown = words(key, day=str(day), month=words.raw("date.months")[month - 1], year=shown)
    time, zone = found["time"], found["zone"] or ""
    if time and (time != "00:00" or found["second"] != ":00" or zone not in ("", "Z")):
        shown += f", {time} {'UTC' if zone == 'Z' else zone}".rstrip()
    return shown


def place(text: str, datatype: str) -> tuple[str, str]:
    """Return latitude and longitude of a point, in degrees; empty texts for anything else.

    A point in the coordinates of another planet, or in a projection, is no place on a map.
    """
    found = _POINT.fullmatch(text) if datatype == _WKT else None
    if not found or ("<" in text and "CRS84" not in text):
        return "", ""
    longitude, latitude = found[1], found[2]
    return (latitude, longitude) if _is_on_earth(latitude, longitude) else ("", "")


def map_address(latitude: str, longitude: str) -> str:
    """Return the address of a map with a place in the middle."""
    query = urlencode({"mlat": latitude, "mlon": longitude})
    return f"https://www.openstreetmap.org/?{query}#map=12/{latitude}/{longitude}"


def _is_on_earth(latitude: str, longitude: str) -> bool:
    return abs(float(latitude)) <= 90 and abs(float(longitude)) <= 180


def is_image(iri: str) -> bool:
    """True if an IRI is the address of an image."""
    try:
        parts = urlsplit(iri)
    except ValueError:  # an IRI, but no address: brackets that hold no IPv6 address
        return False
    is_web = parts.scheme in ("http", "https")
    is_file = any(path in parts.path for path in _IMAGE_PATHS)
    return is_web and (is_file or bool(_IMAGE.search(parts.path)))
