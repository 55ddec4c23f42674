"""The section "For developers" of a page: its data in other formats, and code samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.server.html import code_samples, links

if TYPE_CHECKING:
    from ipgraph.server.pages.site import Site

Formats = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DeveloperSection:
    """Formats as pairs of label and URL; code samples as texts that may be empty."""

    formats: Formats
    curl: str
    python: str
    sparql: str


def of_address(
    site: Site,
    address: str,
    *,
    accept: str = "",
    formats: Formats = (),
    python: str = "",
    sparql: str = "",
) -> DeveloperSection:
    """Return the section for a page whose data is at `address`.

    `python` is code that uses the opened graph; by default it runs the query, if there
    is one.
    """
    use = python or (code_samples.PRINT_ROWS if sparql else "")
    sample = code_samples.python(site.opening, use) if use else ""
    return DeveloperSection(formats, site.curl(address, accept), sample, sparql)


def of_list(site: Site, *, python: str = "", sparql: str = "") -> DeveloperSection:
    """Return the section for a page that is also available as JSON and CSV."""
    csv = links.with_parameters(format="csv")
    words = site.words()
    formats = (
        (words("developers.json"), links.with_parameters(format="json")),
        (words("developers.csv"), csv),
    )
    return of_address(site, csv, formats=formats, python=python, sparql=sparql)
