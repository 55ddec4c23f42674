"""Report an error: the statements about an entity, each with a link that writes a message.

This is a separate page because the size of an entity page is limited.
Messages go to the address in the setting `contact`; without it, the page does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from ipgraph.server.edition import has_contact
from ipgraph.server.http.negotiation import HTML
from ipgraph.server.http.response import HttpError
from ipgraph.server.http.routes import URI, Routes
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.entity import Description
    from ipgraph.entities.relations import Group
    from ipgraph.entities.statements import Value
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

MAX_STATEMENTS = 500


@dataclass(frozen=True, slots=True)
class Reported:
    """A statement in words, its sources, and the URL of the message."""

    text: str
    sources: tuple[Source, ...]
    address: str


routes = Routes()


@routes.add(
    "/report",
    summary="Report an error in a statement",
    offers=(HTML,),
    parameters=(URI.required(),),
    needs=has_contact,
)
def report(request: Request) -> str:
    """List the statements about an entity, each with a message that reports it."""
    site, iri = site_of(request), request.args.get("uri", "")
    if not iri:
        raise HttpError(404, "The parameter uri is missing. It takes an IRI.")
    view = site.entities.describe(iri)
    statements = _statements(site, view)
    return site.render(
        "report.html",
        view=view,
        statements=statements[:MAX_STATEMENTS],
        is_cut=len(statements) > MAX_STATEMENTS,
    )


def _statements(site: Site, view: Description) -> list[Reported]:
    sources = {source.number: source for source in view.sources}
    name = view.name.label

    def reported(text: str, value: Value) -> Reported:
        cited = tuple(sources[number] for number in value.sources if number in sources)
        return Reported(text, cited, _message(site, view, text, cited))

    found = [reported(f"{name}: {definition.text}", definition) for definition in view.definitions]
    found += [
        reported(f"{name} · {date.label} · {item.text}", item)
        for date, values in view.dates
        for item in values
    ]
    for group in view.groups:
        found += [reported(_sentence(name, group, item), item) for item in group.values]
    return found


def _sentence(name: str, group: Group, value: Value) -> str:
    if group.incoming:
        return f"{value.text} · {group.relation.label} · {name}"
    return f"{name} · {group.relation.label} · {value.text}"


def _message(site: Site, view: Description, text: str, sources: tuple[Source, ...]) -> str:
    """Return the URL of a message with the statement and its sources filled in."""
    contact = site.settings.contact
    documents = "\n".join(f"{source.title} <{source.iri}>" for source in sources)
    version = site.manifest.get("content_hash", "")[:12]
    request_text = site.words()("report.body")
    lines = (text, documents, f"<{view.iri}>", version, request_text)
    body = quote("\n\n".join(line for line in lines if line) + "\n")
    subject = quote(f"{site.title}: {text[:80]}")
    join = "&" if "?" in contact else "?"
    heading = "subject" if contact.startswith("mailto:") else "title"
    return f"{contact}{join}{heading}={subject}&body={body}"
